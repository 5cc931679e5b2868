package dev.sluice.chunk;

import dev.sluice.dataset.Dataset;
import dev.sluice.db.CopyIn;
import dev.sluice.job.Chunk;
import dev.sluice.job.Job;
import dev.sluice.lambda.Log;
import dev.sluice.lambda.ObjectBytes;
import dev.sluice.rows.FileInput;
import dev.sluice.rows.Layout;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Lookups;
import dev.sluice.rows.ReadAhead;
import dev.sluice.rows.RowBatch;
import dev.sluice.rows.RowReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The records of one chunk, read from the version of the object that was announced. Used inside a
/// transaction, whose work raises no IOException: a failure to read is an [UnreadableException].
final class ChunkRecords implements AutoCloseable {
    private final Bytes bytes;
    private final RowReader reader;
    private final ReadAhead ahead;
    private final String name;

    private ChunkRecords(Bytes bytes, RowReader reader, ReadAhead ahead, String name) {
        this.bytes = bytes;
        this.reader = reader;
        this.ahead = ahead;
        this.name = name;
    }

    /// What S3 sends, and what a reader makes of it.
    private record Bytes(InputStream body, InputStream content) {}

    /// The object could not be read on: carries the checked exception out of the transaction.
    static final class UnreadableException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final IOException cause;

        UnreadableException(IOException cause) {
            super(cause);
            this.cause = cause;
        }

        IOException cause() {
            return cause;
        }
    }

    /// Where records come from and what they are checked against.
    ///
    /// @param batches for one chunk at a time
    record Source(ObjectBytes objects, Lookups lookups, Limits limits, ReadAhead.Batches batches) {

        ChunkRecords open(Job job, Chunk chunk, Dataset dataset) throws IOException {
            var bytes = bytes(job, chunk);
            try {
                var layout = Layout.parse(String.valueOf(job.layout()));
                var reader =
                        RowReader.open(
                                bytes.content(),
                                chunk.start(),
                                dataset,
                                layout,
                                lookups,
                                job.number(),
                                limits);
                return new ChunkRecords(
                        bytes,
                        reader,
                        ReadAhead.of(reader, batches),
                        job.id() + "/" + chunk.number());
            } catch (IOException | RuntimeException e) {
                close(bytes.body(), e);
                throw e;
            }
        }

        private Bytes bytes(Job job, Chunk chunk) throws IOException {
            if (FileInput.Compression.NONE.name().equals(job.compression())) {
                var body = objects.read(job.drop(), chunk.start().byteOffset(), chunk.endByte());
                return new Bytes(body, body);
            }
            var body = objects.read(job.drop(), 0, job.drop().bytes());
            try {
                var file = FileInput.open(body, limits);
                file.skipNBytes(chunk.start().byteOffset());
                return new Bytes(body, file);
            } catch (IOException | RuntimeException e) {
                close(body, e);
                throw e;
            }
        }

        private static void close(InputStream in, Exception failure) {
            try {
                in.close();
            } catch (IOException closing) {
                failure.addSuppressed(closing);
            }
        }
    }

    /// The next batch, which counts until the one after it is asked for; null when nothing is left.
    @Nullable RowBatch next() {
        try {
            return ahead.next();
        } catch (IOException e) {
            throw new UnreadableException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreadableException(new InterruptedIOException("interrupted while reading"));
        }
    }

    /// Writes the batch that was given and those behind it that are full already as one COPY; the
    /// one written last is given then. Returns how many rows.
    long copy(CopyIn.Sink sink) throws SQLException {
        return ahead.copy(sink::write);
    }

    /// The batch that was given last.
    RowBatch given() {
        return ahead.given();
    }

    /// Records read so far.
    long read() {
        return reader.read();
    }

    @Override
    public void close() throws IOException {
        // First the body, so that a read that hangs comes back; the decompressor only when nobody
        // reads through it any more, for it may hold native memory.
        bytes.body().close();
        ahead.close();
        bytes.content().close();
        if (reader.mended() > 0) {
            Log.info(
                    "records mended",
                    line -> line.put("chunk", name).put("records", reader.mended()));
        }
    }
}
