package dev.sluice.local;

import dev.sluice.local.part.Part;
import dev.sluice.local.part.Parts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Starts parts at the same time: each of those that keep data takes a second or two.
///
/// Closing it waits for all of them and hands those that run to `Parts`, whoever failed.
final class Together implements AutoCloseable {
    private final Parts parts;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<? extends Part>> starting = new ArrayList<>();

    Together(Parts parts) {
        this.parts = parts;
    }

    <P extends Part> Future<P> start(Callable<P> start) {
        var future = threads.submit(start);
        starting.add(future);
        return future;
    }

    /// @throws IOException what the first of them failed with
    @Override
    public void close() throws IOException {
        threads.close();
        for (var each : starting) {
            if (each.state() == Future.State.SUCCESS) {
                adopt(each.resultNow());
            }
        }
        for (var each : starting) {
            if (each.state() != Future.State.SUCCESS) {
                throw failure(each);
            }
        }
    }

    private void adopt(Part part) throws IOException {
        try {
            parts.start(() -> part);
        } catch (IllegalStateException stopped) {
            // another start failed and has closed what ran until then
            close(part);
        }
    }

    private static void close(Part part) throws IOException {
        try {
            part.close();
        } catch (IOException | RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new IOException(failure);
        }
    }

    private static IOException failure(Future<?> failed) {
        if (failed.state() == Future.State.CANCELLED) {
            return new IOException("interrupted");
        }
        return failed.exceptionNow() instanceof IOException expected
                ? expected
                : new IOException(String.valueOf(failed.exceptionNow()), failed.exceptionNow());
    }
}
