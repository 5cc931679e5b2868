package dev.sluice.rows;

import dev.sluice.dataset.Format;
import dev.sluice.job.Position;
import java.io.IOException;
import java.io.InputStream;

/// Cuts a plain file into runs of whole records, in one pass and in bounded memory.
@SuppressWarnings("DoNotCallSuggester")
public final class Splitter {
    private final Format format;
    private final Limits limits;
    private final long chunkBytes;

    public Splitter(Format format, Limits limits, long chunkBytes) {
        this.format = format;
        this.limits = limits;
        this.chunkBytes = chunkBytes;
    }

    /// Takes each range as soon as its end is known.
    @FunctionalInterface
    public interface Sink<X extends Exception> {
        void accept(ChunkRange range) throws X;
    }

    /// Scans the stream, which stands at `from`, to its end; gives the place after the last record.
    public <X extends Exception> Position split(InputStream in, Position from, Sink<X> sink)
            throws IOException, X {
        throw new UnsupportedOperationException("not yet " + format + limits + chunkBytes);
    }
}
