package dev.sluice.rows;

import org.jspecify.annotations.Nullable;

/// A record refused: its number from 1, the line it starts in (the header is in line 1), its offset
/// from 0 in decompressed bytes, the column at fault if one is, and the first 4 KB of its text.
public record Reject(
        long record,
        long line,
        long byteOffset,
        @Nullable String column,
        RejectCode code,
        String message,
        String raw) {}
