package dev.sluice.local.invoke;

/// A name or ARN that no deployed function has.
public final class NoSuchFunctionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoSuchFunctionException(String arn) {
        super("Function not found: " + arn);
    }
}
