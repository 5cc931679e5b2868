package dev.sluice.job;

/// Where a job stands; the names are the ones on the wire and in the ledger.
///
/// | from | to | who |
/// |---|---|---|
/// | (none) | QUEUED | Intake, when it hears of a drop |
/// | (none) | FAILED | Intake, for a key that names no tenant and dataset |
/// | QUEUED | LOADING, DUPLICATE, FAILED | Intake, when it is the drop's turn |
/// | LOADING | SUCCEEDED, SUCCEEDED_WITH_REJECTS | whoever commits the last chunk, or Intake when there is none |
/// | LOADING | FAILED | Intake (plan), Load (file or chunk), Sweep (tried too often) |
///
/// AWAITING_UPLOAD, CANCELLED and EXPIRED are reserved for the upload API.
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
