package dev.sluice.local.s3.store;

/// What became of a delete.
public sealed interface Deletion {
    /// The key's versions are still there, behind a marker.
    record Hidden(Version.Marker marker) implements Deletion {}

    /// The version is no more; `sequence` is the number of its removal.
    record Gone(Version version, long sequence) implements Deletion {}

    /// There was nothing to delete.
    record Nothing() implements Deletion {}
}
