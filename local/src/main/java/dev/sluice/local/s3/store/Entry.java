package dev.sluice.local.s3.store;

import java.time.Instant;

/// A line of a bucket's journal: what happened to the bucket, in the order it happened.
sealed interface Entry {
    /// The bucket as it stands; `sequence` is one that nothing later may fall below.
    record Opened(boolean versioned, Instant created, long sequence) implements Entry {}

    /// An object became current; it took the parts of `upload` unless that is empty.
    record Put(Version.Stored object, String upload) implements Entry {}

    record Marked(Version.Marker marker) implements Entry {}

    /// A version left for good.
    record Removed(String key, String id, long sequence) implements Entry {}

    record Started(Upload upload) implements Entry {}

    record PartCame(String upload, Upload.UploadedPart part) implements Entry {}

    record Aborted(String upload) implements Entry {}
}
