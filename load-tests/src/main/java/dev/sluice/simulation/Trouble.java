package dev.sluice.simulation;

/// What goes wrong inside a function, as it would see it.
enum Trouble {
    /// Not seen by the function: the statement waits for another transaction.
    WAIT("waits for a lock"),
    CONNECTION_LOST("connection lost"),
    COMMIT_UNKNOWN("no answer to the commit"),
    LOCK_TIMEOUT("lock timeout"),
    UNIQUE_VIOLATION("unique violation"),
    S3("S3 error"),
    CHECK_VIOLATION("check violation"),
    OBJECT_VANISHED("the object is gone"),
    NOT_STAGED("the staging table has not the rows that the books say"),
    SQS("SQS error"),
    OUT_OF_TIME("out of time");

    private final String words;

    Trouble(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /// To be thrown. Without a stack: it happens often.
    Thrown thrown() {
        return new Thrown(this);
    }

    /// Trouble on its way to who handles it.
    static final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final Trouble trouble;

        private Thrown(Trouble trouble) {
            super(
                    trouble.words,
                    null,
                    /* enableSuppression= */ false,
                    /* writableStackTrace= */ false);
            this.trouble = trouble;
        }

        Trouble trouble() {
            return trouble;
        }
    }
}
