package dev.sluice.rows;

import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Some rows in COPY's binary form and the rejects found beside them. Filled again and again by one
/// reader; not thread-safe.
@SuppressWarnings("DoNotCallSuggester")
public final class RowBatch {

    /// Takes bytes of a COPY.
    @FunctionalInterface
    public interface Sink<X extends Exception> {
        void write(byte[] bytes, int offset, int length) throws X;
    }

    /// How many rows are here.
    public int rows() {
        throw new UnsupportedOperationException("not yet");
    }

    public List<Reject> rejects() {
        throw new UnsupportedOperationException("not yet");
    }

    /// Writes rows `from` to, not including, `to` as one whole COPY.
    public <X extends Exception> void copy(int from, int to, Sink<X> sink) throws X {
        throw new UnsupportedOperationException("not yet");
    }

    public long record(int row) {
        throw new UnsupportedOperationException("not yet");
    }

    public long line(int row) {
        throw new UnsupportedOperationException("not yet");
    }

    public long byteOffset(int row) {
        throw new UnsupportedOperationException("not yet");
    }

    /// The first 4 KB of the row's record, fit to be stored as text.
    public String raw(int row) {
        throw new UnsupportedOperationException("not yet");
    }

    /// The reject for a row that the database refused.
    public Reject refuse(int row, RejectCode code, @Nullable String column, String message) {
        return new Reject(record(row), line(row), byteOffset(row), column, code, message, raw(row));
    }
}
