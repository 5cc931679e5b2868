package dev.sluice.local.s3;

/// A bucket that is there when the store is up.
public record BucketDefinition(String name, boolean versioned) {
    public BucketDefinition {
        if (!name.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
            throw new IllegalArgumentException("not a bucket name: " + name);
        }
    }
}
