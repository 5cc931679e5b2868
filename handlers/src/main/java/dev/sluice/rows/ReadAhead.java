package dev.sluice.rows;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// Reads batches on a thread of its own while the caller sends the one before: reading from S3,
/// parsing and COPY overlap, and each COPY's data is whole in memory before it opens.
///
/// Three batches go round: one that fills, one that waits, one that is sent. A batch that was given
/// out counts until the next is asked for. Not thread-safe on the caller's side.
public final class ReadAhead implements AutoCloseable {
    private static final int BATCHES = 3;

    private final RowReader reader;
    private final BlockingQueue<RowBatch> empty = new ArrayBlockingQueue<>(BATCHES);
    private final BlockingQueue<Step> full = new ArrayBlockingQueue<>(BATCHES + 1);
    private final Thread thread;
    private @Nullable RowBatch given;
    private @Nullable Step last;

    private sealed interface Step {}

    private record Filled(RowBatch batch) implements Step {}

    /// Nothing comes any more; `failure` says why when it is not the end of the rows.
    private record Ended(@Nullable Throwable failure) implements Step {}

    private ReadAhead(RowReader reader) {
        this.reader = reader;
        for (var i = 0; i < BATCHES; i++) {
            empty.add(new RowBatch());
        }
        // Parsing is work and no waiting: a virtual thread would give nothing.
        this.thread = Thread.ofPlatform().daemon().name("read-ahead").unstarted(this::read);
    }

    /// Begins to read at once. The reader belongs to this until it is closed.
    public static ReadAhead of(RowReader reader) {
        var ahead = new ReadAhead(reader);
        ahead.thread.start();
        return ahead;
    }

    private void read() {
        Throwable failure = null;
        try {
            var more = true;
            while (more) {
                var batch = empty.take();
                more = reader.next(batch);
                if (more) {
                    full.add(new Filled(batch));
                }
            }
        } catch (InterruptedException _) {
            // closed: nobody waits for the rest
        } catch (Throwable e) {
            failure = e;
        }
        full.add(new Ended(failure));
    }

    /// The next batch with rows or rejects; null behind the last. The wait is bounded by what the
    /// reader's stream bears.
    public @Nullable RowBatch next() throws IOException, InterruptedException {
        if (given != null) {
            empty.add(given);
            given = null;
        }
        if (last == null) {
            switch (full.take()) {
                case Filled filled -> given = filled.batch();
                case Ended ended -> last = ended;
            }
        }
        if (last instanceof Ended(var failure) && failure != null) {
            rethrow(failure);
        }
        return given;
    }

    private static void rethrow(Throwable failure) throws IOException {
        switch (failure) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    /// Ends the reading and returns when the thread has left the reader alone: at once, or when the
    /// read of the stream that it is in comes back, which the stream's own time-out bounds.
    @Override
    public void close() {
        thread.interrupt();
        var interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
