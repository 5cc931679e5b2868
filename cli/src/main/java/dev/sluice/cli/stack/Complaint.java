package dev.sluice.cli.stack;

import org.jspecify.annotations.Nullable;

/// Something the user can mend, said in one plain sentence. The process ends with exit code 2.
public final class Complaint extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Complaint(String sentence) {
        super(sentence);
    }

    public Complaint(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
