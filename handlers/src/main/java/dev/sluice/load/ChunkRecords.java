package dev.sluice.load;

import dev.sluice.dataset.Dataset;
import dev.sluice.job.Chunk;
import dev.sluice.job.Job;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.Log;
import dev.sluice.rows.FileInput;
import dev.sluice.rows.Layout;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Lookups;
import dev.sluice.rows.RowBatch;
import dev.sluice.rows.RowReader;
import java.io.IOException;
import java.io.InputStream;

/// The records of one chunk, read from the version of the object that was announced. Used inside a
/// transaction, whose work raises no IOException: a failure to read is an [UnreadableException].
final class ChunkRecords implements AutoCloseable {
    private final InputStream in;
    private final RowReader reader;
    private final String name;

    private ChunkRecords(InputStream in, RowReader reader, String name) {
        this.in = in;
        this.reader = reader;
        this.name = name;
    }

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
    record Source(Inbox inbox, Lookups lookups, Limits limits) {

        ChunkRecords open(Job job, Chunk chunk, Dataset dataset) throws IOException {
            var in = bytes(job, chunk);
            try {
                var layout = Layout.parse(String.valueOf(job.layout()));
                var reader =
                        RowReader.open(
                                in, chunk.start(), dataset, layout, lookups, job.number(), limits);
                return new ChunkRecords(in, reader, job.id() + "/" + chunk.number());
            } catch (IOException | RuntimeException e) {
                close(in, e);
                throw e;
            }
        }

        private InputStream bytes(Job job, Chunk chunk) throws IOException {
            if (FileInput.Compression.NONE.name().equals(job.compression())) {
                return inbox.read(job.drop(), chunk.start().byteOffset(), chunk.endByte());
            }
            var body = inbox.read(job.drop(), 0, job.drop().bytes());
            try {
                var file = FileInput.open(body, limits);
                file.skipNBytes(chunk.start().byteOffset());
                return file;
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

    /// Fills the batch with what comes next; false when there was nothing left.
    boolean next(RowBatch batch) {
        try {
            return reader.next(batch);
        } catch (IOException e) {
            throw new UnreadableException(e);
        }
    }

    /// Records read so far.
    long read() {
        return reader.read();
    }

    @Override
    public void close() throws IOException {
        if (reader.mended() > 0) {
            Log.info(
                    "records mended",
                    line -> line.put("chunk", name).put("records", reader.mended()));
        }
        in.close();
    }
}
