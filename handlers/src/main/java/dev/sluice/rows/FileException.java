package dev.sluice.rows;

/// A file that cannot be read as a whole: the job fails with this code and this one sentence.
public final class FileException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// The job's error code.
    public enum Code {
        UNSUPPORTED_FILE,
        UNSUPPORTED_ENCODING,
        CORRUPT_GZIP,
        EXPANSION_LIMIT,
        INVALID_HEADER,
        MISSING_COLUMN
    }

    private final Code code;

    public FileException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
