package dev.sluice.local.part;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// The running parts of a stack, closed in the reverse of the order they were started in.
///
/// Thread-safe. A part whose start fails takes down those that run already.
@SuppressWarnings("try")
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
            closeAfter(failure);
            throw failure;
        }
    }

    @Override
    public synchronized void close() throws Exception {
        closed = true;
        Throwable first = null;
        while (!running.isEmpty()) {
            first = close(running.pop(), first);
        }
        switch (first) {
            case null -> {}
            case Exception exception -> throw exception;
            case Error error -> throw error;
            case Throwable other -> throw new IllegalStateException(other);
        }
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (Exception second) {
            failure.addSuppressed(second);
        }
    }

    private static @Nullable Throwable close(Part part, @Nullable Throwable first) {
        try {
            part.close();
            return first;
        } catch (Throwable failure) {
            if (first == null) {
                return failure;
            }
            first.addSuppressed(failure);
            return first;
        }
    }

    /// What brings a part up: when it returns, the part is ready.
    @FunctionalInterface
    public interface Start<P extends Part, X extends Exception> {
        P start() throws X;
    }
}
