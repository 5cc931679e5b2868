package dev.sluice.job;

import org.jspecify.annotations.Nullable;

/// A record that was refused: where it stands, why, and what it looked like.
///
/// @param record from 1, its number in the file
/// @param line from 1, the header is line 1
/// @param byteOffset from 0, of the record, in decompressed bytes
/// @param column the dataset's column at fault, null when it is the record as a whole
/// @param code why; the closed list is in openapi.yaml too
/// @param raw the record as text, cut to the cap; never holds a NUL
public record Reject(
        long record,
        long line,
        long byteOffset,
        @Nullable String column,
        RejectCode code,
        String message,
        String raw) {}
