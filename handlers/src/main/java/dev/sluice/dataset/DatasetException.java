package dev.sluice.dataset;

import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobFailedException;

/// A dataset that cannot be used: one plain sentence, fit for whoever wrote or named it.
public final class DatasetException extends JobFailedException {
    private static final long serialVersionUID = 1;

    public DatasetException(ErrorCode code, String message) {
        super(code, message);
    }

    static DatasetException invalid(String message) {
        return new DatasetException(ErrorCode.INVALID_DATASET, message);
    }
}
