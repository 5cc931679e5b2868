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
    private final Values values;
    private final List<Column> columns;
    private final List<String> names;
    // for each column of the dataset the field in the file
    private final int[] fieldOfColumn;
    private final byte[] nullText;
    private final boolean provenance;
    private final int jobNumber;
    private final Limits limits;
    private final CopyBuffer halved = new CopyBuffer(256);
    private long read;

    DelimitedRowReader(
            Records records,
            Values values,
            Dataset dataset,
            Layout layout,
            int jobNumber,
            Limits limits) {
        this.records = records;
        this.values = values;
        this.columns = dataset.columns();
        this.names = layout.names();
        this.fieldOfColumn =
                columns.stream().mapToInt(column -> names.indexOf(column.from())).toArray();
        this.nullText = dataset.format().nullText().getBytes(StandardCharsets.UTF_8);
        this.provenance = dataset.provenance();
        this.jobNumber = jobNumber;
        this.limits = limits;
    }

    @Override
    public boolean next(RowBatch batch) throws IOException {
        batch.clear(limits.rawBytes());
        while (!batch.isFull() && records.next()) {
            read++;
            take(batch);
        }
        return !batch.isEmpty();
    }

    private void take(RowBatch batch) {
        if (records.damage() != Records.Damage.NONE) {
            rejectDamaged(batch);
            return;
        }
        var fault = Utf8.firstFault(records.bytes(), records.start(), records.end());
        if (fault < records.end()) {
            rejectBytes(batch, fault);
            return;
        }
        if (records.fields() != names.size()) {
            rejectFieldCount(batch);
            return;
        }
        takeFields(batch);
    }

    private void takeFields(RowBatch batch) {
        var out = batch.data();
        out.putShort(columns.size() + (provenance ? 2 : 0));
        for (var column = 0; column < fieldOfColumn.length; column++) {
            if (!takeField(batch, column, fieldOfColumn[column], out)) {
                return;
            }
        }
        if (provenance) {
            out.putInt(4);
            out.putInt(jobNumber);
            out.putInt(8);
            out.putLong(records.record());
        }
        batch.endRow(records);
    }

    private boolean takeField(RowBatch batch, int column, int field, CopyBuffer out) {
        if (field == ABSENT || isNull(field)) {
            if (columns.get(column).required()) {
                rejectMissing(batch, columns.get(column));
                return false;
            }
            out.putNull();
            return true;
        }
        var bytes = records.bytes();
        var from = records.fieldStart(field);
        var to = records.fieldEnd(field);
        if (records.doubled(field)) {
            halved.truncate(0);
            Quotes.putValue(records, field, halved);
            bytes = halved.bytes();
            from = 0;
            to = halved.size();
        }
        var code = values.put(column, bytes, from, to, out);
        if (code == null) {
            return true;
        }
        var refused = columns.get(column);
        batch.abandonRow();
        batch.reject(
                records, refused.name(), code, Complaints.value(refused, code, bytes, from, to));
        return false;
    }

    private boolean isNull(int field) {
        return !records.quoted(field)
                && Arrays.equals(
                        records.bytes(),
                        records.fieldStart(field),
                        records.fieldEnd(field),
                        nullText,
                        0,
                        nullText.length);
    }

    private void rejectMissing(RowBatch batch, Column column) {
        batch.abandonRow();
        batch.reject(records, column.name(), RejectCode.REQUIRED, Complaints.required(column));
    }

    private void rejectDamaged(RowBatch batch) {
        var line = records.damageLine();
        switch (records.damage()) {
            case UNTERMINATED_QUOTE ->
                    batch.reject(
                            records,
                            null,
                            RejectCode.UNTERMINATED_QUOTE,
                            Complaints.unterminatedQuote(line));
            case TEXT_AFTER_QUOTE ->
                    batch.reject(
                            records,
                            null,
                            RejectCode.TEXT_AFTER_QUOTE,
                            Complaints.textAfterQuote(line));
            case TOO_LONG ->
                    batch.reject(
                            records,
                            null,
                            RejectCode.RECORD_TOO_LONG,
                            Complaints.tooLong(limits.recordBytes(), line, records.line()));
            case NONE -> throw new IllegalStateException("nothing is damaged");
        }
    }

    private void rejectBytes(RowBatch batch, int fault) {
        var nul = records.bytes()[fault] == 0;
        batch.reject(
                records,
                columnAt(fault),
                nul ? RejectCode.NUL_CHARACTER : RejectCode.INVALID_UTF8,
                "The record has %s at its byte %d."
                        .formatted(
                                nul ? "a NUL character" : "bytes that are not UTF-8",
                                fault - records.start()));
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
        batch.reject(
                records,
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
