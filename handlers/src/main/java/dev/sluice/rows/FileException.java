package dev.sluice.rows;

import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobFailedException;

/// A file that cannot be read as a whole: the job fails with this code and this one sentence.
public final class FileException extends JobFailedException {
    private static final long serialVersionUID = 1;

    public FileException(ErrorCode code, String message) {
        super(code, message);
    }

    FileException(ErrorCode code, String message, Throwable cause) {
        super(code, message, cause);
    }
}
