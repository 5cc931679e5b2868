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
    private static final int ABSENT = -1;

    private final Records records;
    private final RowWriter rows;
    private final List<Column> columns;
    private final List<String> names;
    // for each column of the dataset the field in the file
    private final int[] fieldOfColumn;
    private final byte[] nullText;
    private final CopyBuffer halved = new CopyBuffer(256);
    private long read;

    DelimitedRowReader(Records records, RowWriter rows, Dataset dataset, Layout layout) {
        this.records = records;
        this.rows = rows;
        this.columns = dataset.columns();
        this.names = layout.names();
        this.fieldOfColumn =
                columns.stream().mapToInt(column -> names.indexOf(column.from())).toArray();
        this.nullText = dataset.format().nullText().getBytes(StandardCharsets.UTF_8);
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
        var fault = Utf8.firstFault(records.bytes(), records.start(), records.end());
        if (fault < records.end()) {
            rows.rejectByte(batch, columnAt(fault), fault);
            return;
        }
        if (records.fields() != names.size()) {
            rejectFieldCount(batch);
            return;
        }
        takeFields(batch);
    }

    private void takeFields(RowBatch batch) {
        rows.begin(batch);
        for (var column = 0; column < fieldOfColumn.length; column++) {
            if (!takeField(batch, column, fieldOfColumn[column])) {
                return;
            }
        }
        rows.end(batch);
    }

    private boolean takeField(RowBatch batch, int column, int field) {
        if (field == ABSENT || isNull(field)) {
            return rows.putNull(batch, column);
        }
        if (records.doubled(field)) {
            halved.truncate(0);
            Quotes.putValue(records, field, halved);
            return rows.put(batch, column, halved.bytes(), 0, halved.size());
        }
        return rows.put(
                batch, column, records.bytes(), records.fieldStart(field), records.fieldEnd(field));
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
                fields < names.size() ? RejectCode.MISSING_FIELD : RejectCode.EXTRA_FIELD,
                Complaints.fieldCount(fields, names.size()));
    }

    @Override
    public long read() {
        return read;
    }

    @Override
    public Position position() {
        return records.position();
    }
}
