package dev.sluice.rows;

import dev.sluice.dataset.Format;
import dev.sluice.job.Position;
import java.io.IOException;
import java.io.InputStream;

/// Cuts a plain file into runs of whole records, in one pass and in bounded memory. Not
/// thread-safe.
///
/// A range ends where a record starts, once it has the wished number of bytes: blank lines stay
/// with the records before them. Dialect tells the grammar.
public final class Splitter {

    /// Takes each range as soon as its end is known.
    @FunctionalInterface
    public interface Sink<X extends Exception> {
        void accept(ChunkRange range) throws X;
    }

    private enum State {
        RECORD_START,
        LINE_FEED_MAY_FOLLOW,
        FIELD_START,
        PLAIN,
        ESCAPE_IN_PLAIN,
        PLAIN_AFTER_ESCAPED_RETURN,
        QUOTED,
        QUOTED_AFTER_CARRIAGE_RETURN,
        ESCAPE_IN_QUOTED,
        QUOTE_IN_QUOTED,
        AFTER_QUOTE,
        TOO_LONG,
        COMMENT
    }

    private static final int BUFFER_BYTES = 256 * 1024;

    private static final byte ENDS_PLAIN = 1;
    private static final byte ENDS_QUOTED = 2;
    // a quote, or what may stand before one
    private static final byte BEGINS_FIELD = 4;

    private final Dialect dialect;
    private final int escape;
    private final int recordBytes;
    private final long chunkBytes;
    private final byte[] kinds = new byte[256];
    // whether nothing but quotes, delimiters and line ends means anything
    private final boolean wordwise;
    private final long quotes;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    private State state = State.RECORD_START;
    // the offset in the file of the buffer's first byte
    private long base;
    private long line;
    private long record;
    private long recordStart;
    private Position rangeStart = Position.START;

    public Splitter(Format format, Limits limits, long chunkBytes) {
        this(Dialect.of(format), limits, chunkBytes);
    }

    Splitter(Dialect dialect, Limits limits, long chunkBytes) {
        if (chunkBytes < 1) {
            throw new IllegalArgumentException("a chunk has at least one byte, not " + chunkBytes);
        }
        this.dialect = dialect;
        this.escape = dialect.escape();
        this.recordBytes = limits.recordBytes();
        this.chunkBytes = chunkBytes;
        this.wordwise = dialect.escape() == Dialect.NONE && !dialect.lenient();
        // no quote is looked for as a line end, which is found anyway
        this.quotes = EightBytes.times(dialect.quote() == Dialect.NONE ? '\n' : dialect.quote());
        mark(dialect.delimiter(), ENDS_PLAIN);
        mark(dialect.quote(), (byte) (ENDS_QUOTED | BEGINS_FIELD));
        for (var blank : new int[] {' ', '\t'}) {
            mark(dialect.isPassedOver(blank) ? blank : Dialect.NONE, BEGINS_FIELD);
        }
        mark(dialect.escape(), (byte) (ENDS_PLAIN | ENDS_QUOTED));
        mark('\n', (byte) (ENDS_PLAIN | ENDS_QUOTED));
        mark('\r', (byte) (ENDS_PLAIN | ENDS_QUOTED));
    }

    private void mark(int c, byte bits) {
        if (c != Dialect.NONE) {
            kinds[c] |= bits;
        }
    }

    /// Scans the stream, which stands at `from`, to its end; gives the place after the last record.
    public <X extends Exception> Position split(InputStream in, Position from, Sink<X> sink)
            throws IOException, X {
        state = State.RECORD_START;
        base = from.byteOffset();
        line = from.line();
        record = from.record();
        rangeStart = from;
        int n;
        while ((n = in.read(buffer, 0, buffer.length)) >= 0) {
            scan(n, sink);
            base += n;
        }
        switch (state) {
            case RECORD_START, LINE_FEED_MAY_FOLLOW, COMMENT -> {
                // no record is open
            }
            default -> record++;
        }
        var end = new Position(base, line, record);
        if (record > rangeStart.record()) {
            sink.accept(new ChunkRange(rangeStart, end));
        }
        return end;
    }

    private <X extends Exception> void scan(int limit, Sink<X> sink) throws X {
        var position = 0;
        while (position < limit) {
            var b = buffer[position];
            switch (state) {
                case LINE_FEED_MAY_FOLLOW -> {
                    state = State.RECORD_START;
                    if (b == '\n') {
                        position++;
                    }
                }
                case RECORD_START -> {
                    if (b == '\n' || b == '\r') {
                        endLine(b);
                        position++;
                    } else if (b == dialect.comment()) {
                        state = State.COMMENT;
                    } else {
                        startRecord(position, sink);
                    }
                }
                case TOO_LONG, COMMENT -> {
                    position = skip(position, limit, ENDS_PLAIN);
                    if (position < limit) {
                        var end = buffer[position++];
                        // else: a delimiter or a backslash, which means nothing here
                        if (end == '\n' || end == '\r') {
                            record += state == State.TOO_LONG ? 1 : 0;
                            endLine(end);
                        }
                    }
                }
                case FIELD_START,
                        PLAIN,
                        ESCAPE_IN_PLAIN,
                        PLAIN_AFTER_ESCAPED_RETURN,
                        QUOTED,
                        QUOTED_AFTER_CARRIAGE_RETURN,
                        ESCAPE_IN_QUOTED,
                        QUOTE_IN_QUOTED,
                        AFTER_QUOTE -> {
                    var cap = (int) Math.min(limit, recordStart + recordBytes - base);
                    position = position < cap ? inRecord(position, cap) : tooLong(position);
                }
            }
        }
    }

    // the states inside a record that is not too long; at most one of them is left behind per call
    private int inRecord(int from, int cap) {
        var b = buffer[from];
        return switch (state) {
            case FIELD_START -> atFieldStart(b, from);
            case QUOTE_IN_QUOTED -> behindQuote(b, from);
            case QUOTED_AFTER_CARRIAGE_RETURN -> {
                state = State.QUOTED;
                yield b == '\n' ? from + 1 : from;
            }
            case PLAIN_AFTER_ESCAPED_RETURN -> {
                state = State.PLAIN;
                yield b == '\n' ? from + 1 : from;
            }
            case ESCAPE_IN_PLAIN -> {
                state = b == '\r' ? State.PLAIN_AFTER_ESCAPED_RETURN : State.PLAIN;
                yield behindEscaped(b, from);
            }
            case ESCAPE_IN_QUOTED -> {
                state = b == '\r' ? State.QUOTED_AFTER_CARRIAGE_RETURN : State.QUOTED;
                yield behindEscaped(b, from);
            }
            case QUOTED ->
                    wordwise
                            ? inQuotedFields(from, cap)
                            : inQuotes(skip(from, cap, ENDS_QUOTED), cap);
            case AFTER_QUOTE -> behindText(skip(from, cap, ENDS_PLAIN), cap);
            case PLAIN, RECORD_START, LINE_FEED_MAY_FOLLOW, TOO_LONG, COMMENT ->
                    wordwise ? inPlainFields(from, cap) : inPlainField(from, cap);
        };
    }

    private int atFieldStart(byte b, int from) {
        if (b == dialect.quote()) {
            state = State.QUOTED;
            return from + 1;
        }
        if (dialect.isPassedOver(b)) {
            return from + 1;
        }
        state = State.PLAIN;
        return from;
    }

    // a second quote, or what makes the first one the closing one
    private int behindQuote(byte b, int from) {
        if (b == dialect.quote() && dialect.escape() == Dialect.NONE) {
            state = State.QUOTED;
            return from + 1;
        }
        state = State.AFTER_QUOTE;
        return from;
    }

    private int behindEscaped(byte b, int at) {
        line += b == '\n' || b == '\r' ? 1 : 0;
        return at + 1;
    }

    private int behindText(int position, int cap) {
        if (position == cap) {
            return cap;
        }
        var b = buffer[position];
        if (b == '\n' || b == '\r') {
            endRecord(b);
        } else if (b == dialect.delimiter()) {
            state = State.FIELD_START;
        }
        // else: a backslash, which means nothing here
        return position + 1;
    }

    private int inQuotes(int position, int cap) {
        if (position == cap) {
            return cap;
        }
        var b = buffer[position];
        if (b == dialect.quote()) {
            state = State.QUOTE_IN_QUOTED;
            return position + 1;
        }
        if (b == dialect.escape()) {
            state = State.ESCAPE_IN_QUOTED;
            return position + 1;
        }
        line++;
        if (b == '\r') {
            state = State.QUOTED_AFTER_CARRIAGE_RETURN;
        }
        return position + 1;
    }

    /*
     * Without backslashes and without blanks passed over, only two things count in plain fields: line
     * ends, and quotes right behind a delimiter. So the delimiters need not be looked for: what is
     * in front of a quote tells what the quote is. The first byte here is never a quote that opens.
     */
    private int inPlainFields(int from, int cap) {
        var position = from;
        while (true) {
            position = skipToQuoteOrLineEnd(position, cap);
            if (position == cap) {
                state = buffer[cap - 1] == dialect.delimiter() ? State.FIELD_START : State.PLAIN;
                return cap;
            }
            var b = buffer[position];
            if (b == '\n' || b == '\r') {
                endRecord(b);
                return position + 1;
            }
            if (position > from && buffer[position - 1] == dialect.delimiter()) {
                state = State.QUOTED;
                return position + 1;
            }
            // else: a quote in text
            position++;
        }
    }

    // goes on through doubled quotes, and through quoted fields that follow at once
    private int inQuotedFields(int from, int cap) {
        var position = from;
        while (true) {
            position = skipToQuoteOrLineEnd(position, cap);
            if (position == cap || buffer[position] != dialect.quote()) {
                return inQuotes(position, cap);
            }
            if (cap - position < 3) {
                state = State.QUOTE_IN_QUOTED;
                return position + 1;
            }
            if (buffer[position + 1] == dialect.quote()) {
                position += 2;
            } else if (buffer[position + 1] == dialect.delimiter()
                    && buffer[position + 2] == dialect.quote()) {
                position += 3;
            } else {
                state = State.AFTER_QUOTE;
                return position + 1;
            }
        }
    }

    private int skipToQuoteOrLineEnd(int from, int limit) {
        final var lBuffer = buffer;
        final var lQuotes = quotes;
        var lPosition = from;
        while (lPosition <= limit - 8) {
            var marks = EightBytes.equalOrLineEnd(EightBytes.at(lBuffer, lPosition), lQuotes);
            if (marks != 0) {
                return lPosition + EightBytes.first(marks);
            }
            lPosition += 8;
        }
        return skip(lPosition, limit, ENDS_QUOTED);
    }

    private int inPlainField(int from, int cap) {
        var position = from;
        while (position < cap) {
            position = skip(position, cap, ENDS_PLAIN);
            if (position == cap) {
                return cap;
            }
            var b = buffer[position++];
            if (b == '\n' || b == '\r') {
                endRecord(b);
                return position;
            }
            // else: a delimiter
            if (b == escape) {
                state = State.ESCAPE_IN_PLAIN;
                return position;
            }
            if (position == cap || (kinds[buffer[position] & 0xff] & BEGINS_FIELD) != 0) {
                state = State.FIELD_START;
                return position;
            }
        }
        return position;
    }

    // the first byte that makes the record longer than the limit
    private int tooLong(int position) {
        var b = buffer[position];
        var hidden =
                switch (state) {
                    case QUOTED, QUOTED_AFTER_CARRIAGE_RETURN, ESCAPE_IN_QUOTED, ESCAPE_IN_PLAIN ->
                            true;
                    case PLAIN_AFTER_ESCAPED_RETURN -> b == '\n';
                    default -> false;
                };
        if (!hidden && (b == '\n' || b == '\r')) {
            endRecord(b);
            return position + 1;
        }
        state = State.TOO_LONG;
        return position;
    }

    private int skip(int from, int limit, byte stop) {
        final var lBuffer = buffer;
        final var lKinds = kinds;
        var lPosition = from;
        while (lPosition < limit && (lKinds[lBuffer[lPosition] & 0xff] & stop) == 0) {
            lPosition++;
        }
        return lPosition;
    }

    private <X extends Exception> void startRecord(int position, Sink<X> sink) throws X {
        recordStart = base + position;
        if (recordStart - rangeStart.byteOffset() >= chunkBytes && record > rangeStart.record()) {
            var here = new Position(recordStart, line, record);
            sink.accept(new ChunkRange(rangeStart, here));
            rangeStart = here;
        }
        state = State.FIELD_START;
    }

    private void endRecord(byte lineEnd) {
        record++;
        endLine(lineEnd);
    }

    private void endLine(byte lineEnd) {
        line++;
        state = lineEnd == '\r' ? State.LINE_FEED_MAY_FOLLOW : State.RECORD_START;
    }
}
