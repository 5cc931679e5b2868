package dev.sluice.rows;

import dev.sluice.dataset.Encoding;
import dev.sluice.dataset.Format;
import dev.sluice.job.Position;
import java.io.IOException;
import java.io.InputStream;

/// The records of a stream, one at a time, as fields in a buffer. What is given out counts until
/// the next call of [#next].
sealed interface Records permits FastRecords, PlainRecords, TranscodedRecords {

    /// Opens the reader that is right for the format: the fast one, unless it is lenient.
    static Records open(InputStream in, Position start, Format format, int recordBytes) {
        var dialect = Dialect.of(format);
        return dialect.lenient()
                ? openPlainly(in, start, format, recordBytes)
                : transcoded(new FastRecords(in, start, dialect, recordBytes), format.encoding());
    }

    static Records openPlainly(InputStream in, Position start, Format format, int recordBytes) {
        return transcoded(
                new PlainRecords(in, start, Dialect.of(format), recordBytes), format.encoding());
    }

    private static Records transcoded(Records records, Encoding encoding) {
        return encoding == Encoding.UTF_8 ? records : new TranscodedRecords(records, encoding);
    }

    /// What is wrong with a record as such.
    enum Damage {
        NONE,
        UNTERMINATED_QUOTE,
        TEXT_AFTER_QUOTE,
        TOO_LONG,
        TOO_LONG_IN_QUOTES
    }

    /// Goes to the next record; false at the end of the stream.
    boolean next() throws IOException;

    byte[] bytes();

    /// Where the record starts and ends in [#bytes], without its line end.
    int start();

    int end();

    int fields();

    /// Where a field's value starts and ends in [#bytes], without its quotes.
    int fieldStart(int field);

    int fieldEnd(int field);

    boolean quoted(int field);

    /// Whether the value has doubled quotes or backslashes in it, which Escapes has to undo.
    boolean escaped(int field);

    /// Whether the scan saw in passing that there is nothing but ASCII without NUL; false where it
    /// did not look.
    default boolean ascii() {
        return false;
    }

    /// Whether the record is whole only because the format is lenient.
    boolean mended();

    /// Where in the record, in the file's own bytes, the byte at this index of [#bytes] comes from.
    default int sourceIndex(int at) {
        return at - start();
    }

    Damage damage();

    /// The line in which the field at fault starts, where a field is.
    long damageLine();

    /// The place of this record.
    long line();

    long byteOffset();

    long record();

    /// The place after this record.
    Position position();
}
