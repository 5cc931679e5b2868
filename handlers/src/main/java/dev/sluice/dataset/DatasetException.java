package dev.sluice.dataset;

/// A dataset that cannot be used: one plain sentence, fit for whoever wrote or named it.
public final class DatasetException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// The job's error code.
    public enum Code {
        UNKNOWN_DATASET,
        INVALID_DATASET
    }

    private final Code code;

    public DatasetException(Code code, String message) {
        super(message);
        this.code = code;
    }

    static DatasetException invalid(String message) {
        return new DatasetException(Code.INVALID_DATASET, message);
    }

    public Code code() {
        return code;
    }
}
