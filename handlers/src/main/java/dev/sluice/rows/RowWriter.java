package dev.sluice.rows;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Encoding;
import dev.sluice.job.RejectCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes one row after the other into batches, column by column in the dataset's order, and turns
/// what is wrong with one into its reject: the row is then given up.
final class RowWriter {
    private final Records records;
    private final Values values;
    private final List<Column> columns;
    private final boolean provenance;
    private final int jobNumber;
    private final Encoding encoding;
    private final Limits limits;

    RowWriter(Records records, Values values, Dataset dataset, int jobNumber, Limits limits) {
        this.records = records;
        this.values = values;
        this.columns = dataset.columns();
        this.provenance = dataset.provenance();
        this.jobNumber = jobNumber;
        this.encoding = dataset.format().encoding();
        this.limits = limits;
    }

    void clear(RowBatch batch) {
        batch.clear(limits.rawBytes());
    }

    void begin(RowBatch batch) {
        batch.data().putShort(columns.size() + (provenance ? 2 : 0));
    }

    /// Writes a value; false when the record has become a reject.
    boolean put(RowBatch batch, int column, byte[] bytes, int from, int to) {
        var code = values.put(column, bytes, from, to, batch.data());
        if (code == null) {
            return true;
        }
        var refused = columns.get(column);
        reject(batch, refused.name(), code, Complaints.value(refused, code, bytes, from, to));
        return false;
    }

    /// Writes null; false when the record has become a reject.
    boolean putNull(RowBatch batch, int column) {
        var absent = columns.get(column);
        if (absent.required()) {
            reject(batch, absent.name(), RejectCode.REQUIRED, Complaints.required(absent));
            return false;
        }
        batch.data().putNull();
        return true;
    }

    void end(RowBatch batch) {
        if (provenance) {
            var out = batch.data();
            out.putInt(4);
            out.putInt(jobNumber);
            out.putInt(8);
            out.putLong(records.record());
        }
        batch.endRow(records);
    }

    void reject(RowBatch batch, @Nullable String column, RejectCode code, String message) {
        batch.abandonRow();
        batch.reject(records, column, code, message);
    }

    /// Rejects a record that is damaged as such; false when it is not.
    boolean rejectsDamage(RowBatch batch) {
        var line = records.damageLine();
        switch (records.damage()) {
            case NONE -> {
                return false;
            }
            case UNTERMINATED_QUOTE ->
                    reject(
                            batch,
                            null,
                            RejectCode.UNTERMINATED_QUOTE,
                            Complaints.unterminatedQuote(line));
            case TEXT_AFTER_QUOTE ->
                    reject(
                            batch,
                            null,
                            RejectCode.TEXT_AFTER_QUOTE,
                            Complaints.textAfterQuote(line));
            case TOO_LONG ->
                    reject(
                            batch,
                            null,
                            RejectCode.RECORD_TOO_LONG,
                            Complaints.tooLong(limits.recordBytes()));
            case TOO_LONG_IN_QUOTES ->
                    reject(
                            batch,
                            null,
                            RejectCode.RECORD_TOO_LONG,
                            Complaints.tooLongInQuotes(limits.recordBytes(), line));
        }
        return true;
    }

    /// Rejects a record for a byte in it that PostgreSQL would not take.
    void rejectByte(RowBatch batch, @Nullable String column, int at) {
        var nul = records.bytes()[at] == 0;
        reject(
                batch,
                column,
                nul ? RejectCode.NUL_CHARACTER : badCharacter(),
                Complaints.badByte(nul, records.sourceIndex(at), encoding));
    }

    private RejectCode badCharacter() {
        return encoding == Encoding.UTF_8 ? RejectCode.INVALID_UTF8 : RejectCode.INVALID_CHARACTER;
    }
}
