package dev.sluice.simulation;

/// A promise that was broken.
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;

    Violation(String what) {
        super(what, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
    }
}
