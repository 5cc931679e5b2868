package dev.sluice.rows;

import dev.sluice.job.Position;
import java.io.IOException;

/// The records of a stream, one at a time, as fields in a buffer. What is given out counts until
/// the next call of [#next].
sealed interface Records permits FastRecords, PlainRecords {

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

    /// Whether the value has doubled quotes in it, which the reader still has to halve.
    boolean doubled(int field);

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
