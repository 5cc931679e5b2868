package dev.sluice.db;

import org.jspecify.annotations.Nullable;

/// What the server says about a row that it refused.
///
/// @param record the row's number in its file
public record Refusal(
        long record,
        String sqlState,
        String message,
        @Nullable String constraint,
        @Nullable String column) {}
