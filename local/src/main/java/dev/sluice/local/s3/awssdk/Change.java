package dev.sluice.local.s3.awssdk;

import dev.sluice.local.s3.store.Version;

/// What a request did to a bucket, told once it is durable.
public sealed interface Change {
    String bucket();

    record Put(String bucket, Version.Stored version) implements Change {}

    record Copied(String bucket, Version.Stored version) implements Change {}

    record Completed(String bucket, Version.Stored version) implements Change {}

    /// A version left for good; `sequence` is the number of that.
    record Removed(String bucket, Version version, long sequence) implements Change {}

    record Marked(String bucket, Version.Marker marker) implements Change {}
}
