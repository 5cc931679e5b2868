package dev.sluice.simulation;

/// Bugs planted in the model, to show that the simulation finds them.
enum Mutant {
    NONE,
    /// A chunk is marked done whoever has the lease.
    FENCE,
    /// `chunks_left` is computed from what the transaction saw when it began.
    LAST_CHUNK,
    /// A publish is done whoever has the lease.
    PUBLISH,
    /// Books are added to a job that has ended.
    ENDED_JOB,
    /// A plan goes on whoever has its lease.
    PLAN_FENCE,
    /// The publish keeps what it moved though the job bears fewer rejects.
    REJECT_LIMIT,
    /// The rows of the version before stay when a job is published.
    REPLACE,
    /// A version is loaded though a later one is.
    SUPERSEDED,
    /// A job is failed by one who has lost the lease.
    FAIL_UNFENCED,
    /// A retry goes on with the fences of the attempt before.
    RETRY_FENCE,
    /// The turn is taken for an attempt that is over.
    STALE_ATTEMPT,
    /// The turn is taken though an older version waits.
    ORDER,
    /// Rows are committed before the ledger is.
    SPLIT_COMMIT,
    /// The same content is a duplicate of any version that was ever loaded.
    DUPLICATE_OF_ANY,
    /// Chunks without a message are not sent again.
    NO_SWEEP_OF_CHUNKS,
    /// Plans that stopped are not taken up again.
    NO_SWEEP_OF_PLANS,
    /// Drops without an event are not looked for.
    NO_SWEEP_OF_DROPS;

    /// The name on the command line.
    String wire() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
