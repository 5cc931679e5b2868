package dev.sluice.rows;

import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Position;
import dev.sluice.job.Reject;
import java.io.IOException;
import java.io.InputStream;

/// Records of a file, found again where they were refused. Not thread-safe.
public final class RefusedRecords {
    private final Records records;

    private RefusedRecords(Records records) {
        this.records = records;
    }

    /// Opens decompressed bytes that stand at the record of this reject.
    public static RefusedRecords open(
            InputStream in, Reject first, Dataset dataset, Limits limits) {
        var start = new Position(first.byteOffset(), first.line(), first.record());
        return new RefusedRecords(asWritten(in, start, dataset.format(), limits.recordBytes()));
    }

    /// Records in the bytes of the file, whatever its encoding: all of them cut alike.
    static Records asWritten(InputStream in, Position start, Format format, int recordBytes) {
        var dialect = Dialect.of(format);
        return dialect.lenient()
                ? new PlainRecords(in, start, dialect, recordBytes)
                : new FastRecords(in, start, dialect, recordBytes);
    }

    /// Goes on to the record of a reject; false when the bytes end before it.
    ///
    /// @throws FileException when no record starts there
    public boolean find(Reject reject) throws IOException {
        while (records.next()) {
            if (records.byteOffset() == reject.byteOffset()) {
                return true;
            }
            if (records.byteOffset() > reject.byteOffset()) {
                throw new FileException(
                        ErrorCode.OBJECT_CHANGED,
                        "No record starts at byte %d any more; was the dataset's format changed?"
                                .formatted(reject.byteOffset()));
            }
        }
        return false;
    }

    /// The byte after the record and its line end.
    public long end() {
        return records.position().byteOffset();
    }

    void writeTo(RejectFile file, Reject reject) throws IOException {
        file.write(records.bytes(), records.start(), records.end(), reject);
    }
}
