package dev.sluice.looks;

import java.time.Duration;

/// Looks again and again, until a limit. Only for what tells nobody when it changes: other
/// processes, as the ledger or their port says it when asked.
public final class Looks {
    private Looks() {}

    /// Whether it has come to what is awaited.
    public interface Question<E extends Exception> {
        boolean isSo() throws E, InterruptedException;
    }

    /// Asks until it is so, and at least once. Returns false when it was not so within the limit.
    public static <E extends Exception> boolean until(
            Duration limit, Duration between, Question<E> question) throws E, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!question.isSo()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(between);
        }
        return true;
    }
}
