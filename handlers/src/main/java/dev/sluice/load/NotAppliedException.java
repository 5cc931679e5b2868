package dev.sluice.load;

/// A target table that is not as the dataset needs it: the job fails with this sentence.
final class NotAppliedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotAppliedException(String message) {
        super(message);
    }
}
