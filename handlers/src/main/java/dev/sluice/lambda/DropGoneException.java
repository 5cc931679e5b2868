package dev.sluice.lambda;

import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobError;

/// A drop that S3 will never hand out: its job fails with this error.
public final class DropGoneException extends Exception {
    private static final long serialVersionUID = 1;
    private final ErrorCode code;

    DropGoneException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public JobError error() {
        return new JobError(code, String.valueOf(getMessage()));
    }
}
