package dev.sluice.local.part;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// The running parts of a stack, closed in the reverse of the order they were started in.
///
/// Thread-safe. A part whose start fails takes down those that run already.
public final class Parts implements Part {
    private final Deque<Part> running = new ArrayDeque<>();
    private boolean closed;

    /// Starts one more part; it is closed before all that were started earlier.
    public synchronized <P extends Part, X extends Exception> P start(Start<P, X> start) throws X {
        if (closed) {
            throw new IllegalStateException("the stack is stopped");
        }
        try {
            P part = start.start();
            running.push(part);
            return part;
        } catch (Throwable failure) {
            closed = true;
            var _ = closeAll(failure);
            throw failure;
        }
    }

    /// Closes all that runs even if some fail to; the first failure is thrown and carries the
    /// others.
    @Override
    public synchronized void close() throws IOException {
        closed = true;
        switch (closeAll(null)) {
            case null -> {}
            case IOException failure -> throw failure;
            case RuntimeException failure -> throw failure;
            case Error failure -> throw failure;
            case Throwable failure -> throw new IOException(failure);
        }
    }

    private @Nullable Throwable closeAll(@Nullable Throwable earlier) {
        var first = earlier;
        while (!running.isEmpty()) {
            var failure = close(running.pop());
            if (first == null) {
                first = failure;
            } else if (failure != null) {
                first.addSuppressed(failure);
            }
        }
        return first;
    }

    private static @Nullable Throwable close(Part part) {
        try {
            part.close();
            return null;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return interrupt;
        } catch (Throwable failure) {
            return failure;
        }
    }

    /// What brings a part up: when it returns, the part is ready.
    @FunctionalInterface
    public interface Start<P extends Part, X extends Exception> {
        P start() throws X;
    }
}
