package dev.sluice.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Turns Ctrl-C and SIGTERM into an interrupt of the thread that made it, and holds the exit of the
/// process back until that thread has cleaned up and closed this.
final class StopSignal implements AutoCloseable {
    private static final long LONGEST_STOP_SECONDS = 60;

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread hook;

    StopSignal() {
        var runner = Thread.currentThread();
        hook = new Thread(() -> stop(runner), "stop-signal");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop(Thread runner) {
        runner.interrupt();
        try {
            stopped.await(LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Returns only by the signal.
    void await() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    @Override
    public void close() {
        stopped.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // the process is already on its way out
        }
    }
}
