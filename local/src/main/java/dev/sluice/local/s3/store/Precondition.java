package dev.sluice.local.s3.store;

import java.util.Optional;

/// What must hold of a key's current object at the very moment it is replaced or removed; throws if
/// it does not.
@FunctionalInterface
public interface Precondition {
    Precondition NONE = _ -> {};

    void check(Optional<Version.Stored> current);
}
