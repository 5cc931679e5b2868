package dev.sluice.local;

/// Why a run could not start, in one sentence for whoever started it.
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    public StartException(String sentence) {
        super(sentence);
    }

    public StartException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
