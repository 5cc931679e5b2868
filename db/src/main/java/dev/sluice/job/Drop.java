package dev.sluice.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One version of one object in the inbox, as S3 announced it or as a listing found it.
///
/// @param key the object's key, decoded; a name and never a path
/// @param versionId empty, like the etag, as long as an upload is awaited
/// @param sequencer S3's order of the versions of one key, null when a listing found the drop
/// @param droppedAt the moment of the drop by S3's clock
public record Drop(
        String bucket,
        String key,
        String versionId,
        String etag,
        long bytes,
        @Nullable String sequencer,
        Instant droppedAt) {

    /// A folder marker: an empty object whose key ends with a slash. Nobody means it as a file.
    public boolean isFolderMarker() {
        return bytes == 0 && key.endsWith("/");
    }

    /// The drop as the ledger can hold it: a key may hold a NUL, a text of PostgreSQL may not.
    public Drop storable() {
        return new Drop(
                bucket, key.replace('\0', '\u2400'), versionId, etag, bytes, sequencer, droppedAt);
    }
}
