package dev.sluice.local.gateway;

import java.util.Optional;

/// Who is calling, as far as the method wants to know: nobody, whom an authorizer knows, or the
/// owner of an access key.
record Caller(Optional<Principal> principal, Optional<String> accessKeyId) {
    static final Caller NOBODY = new Caller(Optional.empty(), Optional.empty());

    static Caller known(Principal principal) {
        return new Caller(Optional.of(principal), Optional.empty());
    }

    static Caller signedBy(String accessKeyId) {
        return new Caller(Optional.empty(), Optional.of(accessKeyId));
    }
}
