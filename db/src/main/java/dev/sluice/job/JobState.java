package dev.sluice.job;

/// Where a job stands; the names are the ones on the wire and in the ledger.
///
/// | from | to | who |
/// |---|---|---|
/// | (none) | AWAITING_UPLOAD | Uploads |
/// | (none) | QUEUED | Intake, when it hears of a drop |
/// | (none) | FAILED | Intake, for a key that names no tenant and dataset; Failure, for a drop that Intake could not register |
/// | AWAITING_UPLOAD | QUEUED | Intake, when the awaited object came |
/// | AWAITING_UPLOAD | EXPIRED | Sweep, when nothing came in time |
/// | QUEUED | LOADING, DUPLICATE, FAILED | Intake, when it is the drop's turn |
/// | LOADING | SUCCEEDED, SUCCEEDED_WITH_REJECTS | direct road: whoever commits the last chunk, or Intake when there is none; staged road: the publish |
/// | LOADING | FAILED | Intake (plan), Load (file, chunk or publish), Sweep and Failure (tried too often) |
/// | AWAITING_UPLOAD, QUEUED, LOADING | CANCELLED | Uploads, for the tenant or for ops |
/// | FAILED | QUEUED | Uploads, as a retry |
///
/// Each move is one statement that names the states it starts from; anything else hits no row.
public enum JobState {
    AWAITING_UPLOAD,
    QUEUED,
    LOADING,
    SUCCEEDED,
    SUCCEEDED_WITH_REJECTS,
    FAILED,
    DUPLICATE,
    CANCELLED,
    EXPIRED;

    /// True when nothing moves the job any more, short of a retry.
    public boolean ended() {
        return switch (this) {
            case AWAITING_UPLOAD, QUEUED, LOADING -> false;
            case SUCCEEDED, SUCCEEDED_WITH_REJECTS, FAILED, DUPLICATE, CANCELLED, EXPIRED -> true;
        };
    }
}
