package dev.sluice.rows;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.Dataset;
import dev.sluice.job.Position;
import dev.sluice.job.RejectCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of records whose fields are parted by a delimiter.
final class DelimitedRowReader implements RowReader {
    /*
     * What lenient mends, besides what PlainRecords does: fields that are missing at the end are
     * null, empty ones too many are dropped, blanks around what is no text are passed over, an empty
     * value of what is no text is null, and a backslash before what needs none is text. A record of
     * which anything was mended is counted once, when it became a row.
     */
    private static final int ABSENT = -1;

    private final Records records;
    private final RowWriter rows;
    private final List<Column> columns;
    private final int expected;
    // for each column of the dataset the field in the file
    private final int[] fieldOfColumn;
    private final byte[] nullText;
    private final Dialect dialect;
    private final boolean lenient;
    private final CopyBuffer value = new CopyBuffer(256);
    private boolean mends;
    private long mended;
    private long read;

    DelimitedRowReader(Records records, RowWriter rows, Dataset dataset, Layout layout) {
        this.records = records;
        this.rows = rows;
        this.columns = dataset.columns();
        this.expected = layout.names().size();
        this.fieldOfColumn = columns.stream().mapToInt(column -> field(column, layout)).toArray();
        this.nullText = dataset.format().nullText().getBytes(StandardCharsets.UTF_8);
        this.dialect = Dialect.of(dataset.format());
        this.lenient = dataset.format().lenient();
    }

    private static int field(Column column, Layout layout) {
        var position = column.position();
        if (position == null) {
            return layout.names().indexOf(column.from());
        }
        return position <= layout.names().size() ? position - 1 : ABSENT;
    }

    @Override
    public boolean next(RowBatch batch) throws IOException {
        rows.clear(batch);
        while (!batch.isFull() && records.next()) {
            read++;
            take(batch);
        }
        return !batch.isEmpty();
    }

    private void take(RowBatch batch) {
        if (rows.rejectsDamage(batch)) {
            return;
        }
        if (!records.ascii()) {
            var fault = Utf8.firstFault(records.bytes(), records.start(), records.end());
            if (fault < records.end()) {
                rows.rejectByte(batch, columnAt(fault), fault);
                return;
            }
        }
        mends = records.mended();
        if (records.fields() != expected && !mendsFieldCount()) {
            rejectFieldCount(batch);
            return;
        }
        takeFields(batch);
    }

    private boolean mendsFieldCount() {
        if (!lenient) {
            return false;
        }
        for (var field = expected; field < records.fields(); field++) {
            if (records.fieldStart(field) < records.fieldEnd(field)) {
                return false;
            }
        }
        mends = true;
        return true;
    }

    private void takeFields(RowBatch batch) {
        rows.begin(batch);
        for (var column = 0; column < fieldOfColumn.length; column++) {
            if (!takeField(batch, column, fieldOfColumn[column])) {
                return;
            }
        }
        mended += mends ? 1 : 0;
        rows.end(batch);
    }

    private boolean takeField(RowBatch batch, int column, int field) {
        if (field == ABSENT || field >= records.fields() || isNull(field)) {
            return rows.putNull(batch, column);
        }
        if (!records.escaped(field)) {
            return put(
                    batch,
                    column,
                    records.bytes(),
                    records.fieldStart(field),
                    records.fieldEnd(field));
        }
        value.truncate(0);
        if (!Escapes.putValue(records, field, dialect, value)) {
            if (!lenient) {
                rejectEscape(batch, column);
                return false;
            }
            mends = true;
        }
        return put(batch, column, value.bytes(), 0, value.size());
    }

    private boolean put(RowBatch batch, int column, byte[] bytes, int from, int to) {
        if (!lenient || columns.get(column).type().kind().textual()) {
            return rows.put(batch, column, bytes, from, to);
        }
        var start = from;
        var end = to;
        while (start < end && Dialect.isBlank(bytes[start])) {
            start++;
        }
        while (start < end && Dialect.isBlank(bytes[end - 1])) {
            end--;
        }
        mends |= end - start < to - from || start == end;
        return start == end
                ? rows.putNull(batch, column)
                : rows.put(batch, column, bytes, start, end);
    }

    private boolean isNull(int field) {
        var from = records.fieldStart(field);
        var to = records.fieldEnd(field);
        return to - from == nullText.length
                && !records.quoted(field)
                && Arrays.equals(records.bytes(), from, to, nullText, 0, nullText.length);
    }

    private @Nullable String columnAt(int position) {
        for (var column = 0; column < fieldOfColumn.length; column++) {
            var field = fieldOfColumn[column];
            if (field != ABSENT
                    && field < records.fields()
                    && position >= records.fieldStart(field)
                    && position < records.fieldEnd(field)) {
                return columns.get(column).name();
            }
        }
        return null;
    }

    private void rejectFieldCount(RowBatch batch) {
        var fields = records.fields();
        rows.reject(
                batch,
                null,
                fields < expected ? RejectCode.MISSING_FIELD : RejectCode.EXTRA_FIELD,
                Complaints.fieldCount(fields, expected));
    }

    private void rejectEscape(RowBatch batch, int column) {
        var name = columns.get(column).name();
        rows.reject(batch, name, RejectCode.INVALID_ESCAPE, Complaints.escape(name));
    }

    @Override
    public long read() {
        return read;
    }

    @Override
    public long mended() {
        return mended;
    }

    @Override
    public Position position() {
        return records.position();
    }
}
