package dev.sluice.job;

import org.jspecify.annotations.Nullable;

/// Why a job can't be loaded however often it is tried: it fails with this error, whose message is
/// one sentence for the uploader.
public class JobFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final ErrorCode code;

    public JobFailedException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public JobFailedException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }

    public JobError error() {
        return new JobError(code, String.valueOf(getMessage()));
    }
}
