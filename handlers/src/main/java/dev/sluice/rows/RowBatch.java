package dev.sluice.rows;

import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Some rows in COPY's binary form and the rejects found beside them. Filled again and again by one
/// reader; not thread-safe.
public final class RowBatch {
    private static final byte[] COPY_HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final byte[] COPY_TRAILER = {(byte) 0xff, (byte) 0xff};

    /// Full at so many bytes of rows or of raw text, so many rows, or so many rejects.
    static final int FULL_BYTES = 4 * 1024 * 1024;

    static final int FULL_ROWS = 64 * 1024;
    static final int FULL_REJECTS = 1_000;

    /// Takes bytes of a COPY.
    @FunctionalInterface
    public interface Sink<X extends Exception> {
        void write(byte[] bytes, int offset, int length) throws X;
    }

    private final CopyBuffer data = new CopyBuffer(64 * 1024);
    private final CopyBuffer raws = new CopyBuffer(64 * 1024);
    private final List<Reject> rejects = new ArrayList<>();
    private int rows;
    private int[] dataEnds = new int[1024];
    private int[] rawEnds = new int[1024];
    private long[] records = new long[1024];
    private long[] lines = new long[1024];
    private long[] byteOffsets = new long[1024];
    private int rawBytes = Limits.DEFAULT.rawBytes();

    /// How many rows are here.
    public int rows() {
        return rows;
    }

    /// What the reader refused between the rows, in the file's order.
    public List<Reject> rejects() {
        return Collections.unmodifiableList(rejects);
    }

    /// How many bytes the rows have.
    public long bytes() {
        return data.size();
    }

    /// Writes rows `from` to, not including, `to` as one whole COPY.
    public <X extends Exception> void copy(int from, int to, Sink<X> sink) throws X {
        if (from < 0 || from > to || to > rows) {
            throw new IllegalArgumentException("no rows %d to %d of %d".formatted(from, to, rows));
        }
        beginCopy(sink);
        var start = start(dataEnds, from);
        sink.write(data.bytes(), start, start(dataEnds, to) - start);
        endCopy(sink);
    }

    static <X extends Exception> void beginCopy(Sink<X> sink) throws X {
        sink.write(COPY_HEADER, 0, COPY_HEADER.length);
    }

    /// Writes all rows, within a COPY that was begun.
    <X extends Exception> void rowsTo(Sink<X> sink) throws X {
        sink.write(data.bytes(), 0, data.size());
    }

    static <X extends Exception> void endCopy(Sink<X> sink) throws X {
        sink.write(COPY_TRAILER, 0, COPY_TRAILER.length);
    }

    public long record(int row) {
        return records[checked(row)];
    }

    public long line(int row) {
        return lines[checked(row)];
    }

    public long byteOffset(int row) {
        return byteOffsets[checked(row)];
    }

    /// The first 4 KB of the row's record, fit to be stored as text.
    public String raw(int row) {
        checked(row);
        return Shown.raw(raws.bytes(), start(rawEnds, row), rawEnds[row], rawBytes);
    }

    /// The reject for a row that the database refused.
    public Reject refuse(int row, RejectCode code, @Nullable String column, String message) {
        return new Reject(record(row), line(row), byteOffset(row), column, code, message, raw(row));
    }

    private int checked(int row) {
        if (row < 0 || row >= rows) {
            throw new IndexOutOfBoundsException("row %d of %d".formatted(row, rows));
        }
        return row;
    }

    private static int start(int[] ends, int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    void clear(int rawBytes) {
        this.rawBytes = rawBytes;
        rows = 0;
        data.truncate(0);
        raws.truncate(0);
        rejects.clear();
    }

    boolean isFull() {
        return data.size() >= FULL_BYTES
                || raws.size() >= FULL_BYTES
                || rows >= FULL_ROWS
                || rejects.size() >= FULL_REJECTS;
    }

    boolean isEmpty() {
        return rows == 0 && rejects.isEmpty();
    }

    CopyBuffer data() {
        return data;
    }

    /// Forgets what was written of a row that is not going to be one.
    void abandonRow() {
        data.truncate(start(dataEnds, rows));
    }

    void endRow(Records record) {
        if (rows == dataEnds.length) {
            widen();
        }
        // one byte more than is kept, to see that it was cut
        var rawEnd = Math.min(record.end(), record.start() + rawBytes + 1);
        raws.putBytes(record.bytes(), record.start(), rawEnd);
        dataEnds[rows] = data.size();
        rawEnds[rows] = raws.size();
        records[rows] = record.record();
        lines[rows] = record.line();
        byteOffsets[rows] = record.byteOffset();
        rows++;
    }

    void reject(Records record, @Nullable String column, RejectCode code, String message) {
        var raw = Shown.raw(record.bytes(), record.start(), record.end(), rawBytes);
        rejects.add(
                new Reject(
                        record.record(),
                        record.line(),
                        record.byteOffset(),
                        column,
                        code,
                        message,
                        raw));
    }

    private void widen() {
        var wider = rows * 2;
        dataEnds = Arrays.copyOf(dataEnds, wider);
        rawEnds = Arrays.copyOf(rawEnds, wider);
        records = Arrays.copyOf(records, wider);
        lines = Arrays.copyOf(lines, wider);
        byteOffsets = Arrays.copyOf(byteOffsets, wider);
    }
}
