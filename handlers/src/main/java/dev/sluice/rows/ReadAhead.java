package dev.sluice.rows;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads batches on a thread of its own while the caller sends the one before: reading from S3,
/// parsing and COPY overlap, and a COPY is never open while something is waited for.
///
/// The first batch is read by the caller, and a thread begins only when that one is full: what fits
/// into one batch costs no thread. A batch that was given out counts until the next is asked for.
/// Not thread-safe on the caller's side.
public final class ReadAhead implements AutoCloseable {
    private final RowReader reader;
    private final BlockingQueue<RowBatch> empty = new ArrayBlockingQueue<>(Batches.COUNT);
    private final BlockingQueue<Step> full = new ArrayBlockingQueue<>(Batches.COUNT + 1);
    private @Nullable Thread thread;
    private @Nullable RowBatch given;
    private @Nullable Step last;
    private boolean begun;

    /// The batches that go round: one that fills, one that waits, one that is sent. Made once and
    /// used for one reader after the other, because their buffers grow to some MB each.
    public static final class Batches {
        private static final int COUNT = 3;
        private final List<RowBatch> all = Stream.generate(RowBatch::new).limit(COUNT).toList();
    }

    private sealed interface Step {}

    private record Filled(RowBatch batch) implements Step {}

    /// Nothing comes any more; `failure` says why when it is not the end of the rows.
    private record Ended(@Nullable Throwable failure) implements Step {}

    private ReadAhead(RowReader reader, Batches batches) {
        this.reader = reader;
        this.empty.addAll(batches.all);
    }

    /// The reader and the batches belong to this until it is closed.
    public static ReadAhead of(RowReader reader, Batches batches) {
        return new ReadAhead(reader, batches);
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
        if (!begun) {
            begun = true;
            return first();
        }
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

    /// Writes the rows of the batch that was given, and of those behind it that are full already,
    /// as one whole COPY: the next one is looked for and never waited for. Ends behind a batch with
    /// rejects. The batch written last is the one given now. Returns how many rows were written.
    public <X extends Exception> long copy(RowBatch.Sink<X> sink) throws X {
        RowBatch.beginCopy(sink);
        long rows = 0;
        do {
            given().rowsTo(sink);
            rows += given().rows();
        } while (given().rejects().isEmpty() && takeNextIfFull());
        RowBatch.endCopy(sink);
        return rows;
    }

    private boolean takeNextIfFull() {
        if (!(full.peek() instanceof Filled next)) {
            return false;
        }
        full.remove();
        empty.add(given());
        given = next.batch();
        return true;
    }

    /// The batch that was given last.
    public RowBatch given() {
        return Objects.requireNonNull(given, "no batch was given");
    }

    private @Nullable RowBatch first() throws IOException, InterruptedException {
        var batch = empty.take();
        if (!reader.next(batch)) {
            last = new Ended(null);
            return null;
        }
        given = batch;
        if (batch.isFull()) {
            // Parsing is work and no waiting: a virtual thread would give nothing.
            thread = Thread.ofPlatform().daemon().name("read-ahead").start(this::read);
        } else {
            // only the reader's end leaves a batch with room
            last = new Ended(null);
        }
        return batch;
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
    /// read of the stream that it is in comes back. Whoever can cut that stream does so before.
    @Override
    public void close() {
        var reading = thread;
        if (reading == null) {
            return;
        }
        reading.interrupt();
        boolean interrupted = false;
        while (reading.isAlive()) {
            try {
                reading.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
