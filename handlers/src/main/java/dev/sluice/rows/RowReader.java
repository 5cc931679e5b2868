package dev.sluice.rows;

import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Table;
import dev.sluice.job.Position;
import java.io.IOException;
import java.io.InputStream;

/// Reads the records of one chunk, checks them and encodes them for COPY. Not thread-safe.
@SuppressWarnings("DoNotCallSuggester")
public interface RowReader {

    /// Opens a reader on decompressed bytes that stand at `start`.
    static RowReader open(
            InputStream in,
            Position start,
            Dataset dataset,
            Layout layout,
            Lookups lookups,
            int jobNumber,
            Limits limits)
            throws IOException {
        throw new UnsupportedOperationException("not yet");
    }

    /// The statement whose data a batch writes.
    static String copySql(Dataset dataset, Table into) {
        throw new UnsupportedOperationException("not yet");
    }

    /// Empties the batch and fills it with what comes next, at most a few MB; false when there was
    /// nothing left.
    boolean next(RowBatch batch) throws IOException;

    /// Records read so far: always rows plus rejects.
    long read();

    /// The place after the last record read.
    Position position();
}
