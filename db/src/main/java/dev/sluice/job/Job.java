package dev.sluice.job;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The load of one drop as the ledger holds it.
///
/// @param number what `_job` holds in the rows
/// @param tenant empty when the key named none: such a job is for ops only
/// @param attempt 1, and one more with each retry
/// @param limit the limits on rejects that the job was started with
/// @param assetsVersion the version of the shared assets it began with, null where there is none
/// @param layout how the file's columns map to the dataset's, null until the header was read
public record Job(
        UUID id,
        int number,
        String tenant,
        String dataset,
        JobState state,
        @Nullable String road,
        boolean dryRun,
        @Nullable String label,
        int attempt,
        RejectLimit limit,
        @Nullable String assetsVersion,
        Drop drop,
        @Nullable String layout,
        @Nullable String compression,
        boolean planned,
        int chunks,
        int chunksLeft,
        long bytesDone,
        Books books,
        @Nullable UUID duplicateOf,
        @Nullable JobError error,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt) {}
