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
    /// The turn is taken though an earlier drop waits.
    TURN,
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
