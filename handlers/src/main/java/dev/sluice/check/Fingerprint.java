package dev.sluice.check;

import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import dev.sluice.rows.RowBatch;
import dev.sluice.rows.RowReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// All that readers gave, in order, as a sum and a few counts: two of the same bytes are equal only
/// if every row, its place and its raw text, and every reject are.
final class Fingerprint {
    private final MessageDigest rowsSum = sha256();
    private final MessageDigest rejectsSum = sha256();
    private final Map<RejectCode, Long> rejectsByCode = new EnumMap<>(RejectCode.class);
    private final List<Reject> firstRejects = new ArrayList<>();
    private final int shown;
    private final RowBatch batch = new RowBatch();
    private long rows;
    private long rejects;
    private long read;
    private long mended;

    /// @param shown how many rejects are kept to be shown
    Fingerprint(int shown) {
        this.shown = shown;
    }

    /// What it comes to.
    record Result(long read, long rows, long rejects, long mended, String sums) {}

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Adds all that the reader has.
    void add(RowReader reader) throws IOException {
        while (reader.next(batch)) {
            for (var row = 0; row < batch.rows(); row++) {
                add(row);
            }
            batch.rejects().forEach(this::add);
        }
        read += reader.read();
        mended += reader.mended();
    }

    private void add(int row) {
        batch.copy(row, row + 1, rowsSum::update);
        addPlace(rowsSum, batch.record(row), batch.line(row), batch.byteOffset(row));
        addText(rowsSum, batch.raw(row));
        rows++;
    }

    private void add(Reject reject) {
        addPlace(rejectsSum, reject.record(), reject.line(), reject.byteOffset());
        addText(rejectsSum, String.valueOf(reject.column()));
        addText(rejectsSum, reject.code() + " " + reject.message());
        addText(rejectsSum, reject.raw());
        rejectsByCode.merge(reject.code(), 1L, Long::sum);
        rejects++;
        if (firstRejects.size() < shown) {
            firstRejects.add(reject);
        }
    }

    private static void addPlace(MessageDigest sum, long record, long line, long byteOffset) {
        sum.update(
                ByteBuffer.allocate(24).putLong(record).putLong(line).putLong(byteOffset).flip());
    }

    private static void addText(MessageDigest sum, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        sum.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
        sum.update(bytes);
    }

    List<Reject> firstRejects() {
        return firstRejects;
    }

    Map<RejectCode, Long> rejectsByCode() {
        return rejectsByCode;
    }

    /// The end: nothing is added any more.
    Result result() {
        var hex = HexFormat.of();
        return new Result(
                read,
                rows,
                rejects,
                mended,
                hex.formatHex(rowsSum.digest()) + hex.formatHex(rejectsSum.digest()));
    }
}
