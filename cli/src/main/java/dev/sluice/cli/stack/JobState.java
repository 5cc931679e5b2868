package dev.sluice.cli.stack;

/// The states of a job, by their names on the wire.
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

    public boolean isEnd() {
        return switch (this) {
            case AWAITING_UPLOAD, QUEUED, LOADING -> false;
            case SUCCEEDED, SUCCEEDED_WITH_REJECTS, FAILED, DUPLICATE, CANCELLED, EXPIRED -> true;
        };
    }
}
