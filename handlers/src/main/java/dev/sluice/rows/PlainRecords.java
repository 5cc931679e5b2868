package dev.sluice.rows;

import dev.sluice.job.Position;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The records of a stream byte by byte, as the grammar in Dialect reads. Slow; it is what
/// FastRecords is held against, and what reads lenient formats.
final class PlainRecords implements Records {
    private static final int END = -1;

    private static final int BUFFER_BYTES = 64 * 1024;

    private enum State {
        FIELD_START,
        PLAIN,
        ESCAPE_IN_PLAIN,
        PLAIN_AFTER_ESCAPED_RETURN,
        QUOTED,
        ESCAPE_IN_QUOTED,
        QUOTE_IN_QUOTED,
        AFTER_QUOTE
    }

    private record Field(int start, int end, boolean quoted, boolean escaped) {}

    private final InputStream in;
    private final Dialect dialect;
    private final int recordBytes;
    private final byte[] ahead = new byte[BUFFER_BYTES];
    private int aheadAt;
    private int aheadEnd;

    private long nextOffset;
    private long nextLine;
    private long nextRecord;

    private byte[] bytes = new byte[256];
    private int size;
    private final List<Field> fields = new ArrayList<>();
    private State state = State.FIELD_START;
    private int last;
    private int fieldStart;
    private int closingQuote;
    private boolean escaped;
    private boolean mended;
    private long quoteLine;
    private Damage damage = Damage.NONE;
    private long damageLine;
    private long line;
    private long byteOffset;
    private long record;

    PlainRecords(InputStream in, Position start, Dialect dialect, int recordBytes) {
        this.in = in;
        this.dialect = dialect;
        this.recordBytes = recordBytes;
        this.nextOffset = start.byteOffset();
        this.nextLine = start.line();
        this.nextRecord = start.record();
    }

    @Override
    public boolean next() throws IOException {
        var b = skipWhatIsNoRecord();
        if (b == END) {
            return false;
        }
        begin();
        while (b != END && !endsRecord(b)) {
            if (size == recordBytes) {
                skipTheRest(b);
                return true;
            }
            take((byte) b);
            b = read();
        }
        finish(b);
        return true;
    }

    // blank lines and comments; the first byte of a record, or the end
    private int skipWhatIsNoRecord() throws IOException {
        while (true) {
            var b = read();
            if (b != END && (byte) b == dialect.comment()) {
                while (b != END && !isLineEnd(b)) {
                    b = read();
                }
            }
            if (!isLineEnd(b)) {
                return b;
            }
            endLine(b);
        }
    }

    private void begin() {
        size = 0;
        fields.clear();
        state = State.FIELD_START;
        fieldStart = 0;
        escaped = false;
        mended = false;
        damage = Damage.NONE;
        line = nextLine;
        byteOffset = nextOffset - 1;
        record = nextRecord++;
    }

    private boolean endsRecord(int b) {
        return isLineEnd(b)
                && switch (state) {
                    case QUOTED, ESCAPE_IN_QUOTED, ESCAPE_IN_PLAIN -> false;
                    case PLAIN_AFTER_ESCAPED_RETURN -> b != '\n';
                    case FIELD_START, PLAIN, QUOTE_IN_QUOTED, AFTER_QUOTE -> true;
                };
    }

    private void take(byte b) {
        var at = size;
        var previous = last;
        append(b);
        last = b;
        switch (state) {
            case FIELD_START -> takeFirst(b, at);
            case PLAIN -> takePlain(b, at);
            case ESCAPE_IN_PLAIN -> {
                nextLine += isLineEnd(b) ? 1 : 0;
                state = b == '\r' ? State.PLAIN_AFTER_ESCAPED_RETURN : State.PLAIN;
            }
            case PLAIN_AFTER_ESCAPED_RETURN -> {
                if (b == '\n') {
                    state = State.PLAIN;
                } else {
                    takePlain(b, at);
                }
            }
            case QUOTED -> {
                if (b == dialect.quote()) {
                    state = State.QUOTE_IN_QUOTED;
                    closingQuote = at;
                } else if (b == dialect.escape()) {
                    state = State.ESCAPE_IN_QUOTED;
                    escaped = true;
                } else if (isLineEnd(b) && !(b == '\n' && previous == '\r')) {
                    // a line feed right behind a carriage return is the same line end
                    nextLine++;
                }
            }
            case ESCAPE_IN_QUOTED -> {
                nextLine += isLineEnd(b) ? 1 : 0;
                state = State.QUOTED;
            }
            case QUOTE_IN_QUOTED -> takeBehindQuote(b, at);
            case AFTER_QUOTE -> {
                if (b == dialect.delimiter()) {
                    endAfterQuote(at);
                }
            }
        }
    }

    private void takeFirst(byte b, int at) {
        if (b == dialect.quote()) {
            state = State.QUOTED;
            mended |= at > fieldStart;
            fieldStart = at + 1;
            quoteLine = nextLine;
        } else if (!dialect.isPassedOver(b)) {
            takePlain(b, at);
        }
    }

    private void takePlain(byte b, int at) {
        state = State.PLAIN;
        if (b == dialect.delimiter()) {
            endField(fieldStart, at, /* quoted= */ false, at + 1);
        } else if (b == dialect.escape()) {
            state = State.ESCAPE_IN_PLAIN;
            escaped = true;
        }
    }

    private void takeBehindQuote(byte b, int at) {
        if (b == dialect.quote() && dialect.escape() == Dialect.NONE) {
            state = State.QUOTED;
            escaped = true;
        } else if (b == dialect.delimiter()) {
            endField(fieldStart, closingQuote, /* quoted= */ true, at + 1);
        } else {
            state = State.AFTER_QUOTE;
            if (damage == Damage.NONE && !dialect.lenient()) {
                damage = Damage.TEXT_AFTER_QUOTE;
                damageLine = quoteLine;
            }
        }
    }

    private void endAfterQuote(int end) {
        mended |= dialect.lenient();
        var last = end;
        while (last > closingQuote + 1 && Dialect.isBlank(bytes[last - 1])) {
            last--;
        }
        if (!dialect.lenient() || last == closingQuote + 1) {
            endField(fieldStart, closingQuote, /* quoted= */ true, end + 1);
        } else if (bytes[last - 1] == dialect.quote()) {
            // "5" pipe": the outer quotes are the field's, those between them are text
            escaped = true;
            endField(fieldStart, last - 1, /* quoted= */ true, end + 1);
        } else {
            // "so" it goes: all of it is text
            escaped = false;
            endField(fieldStart - 1, end, /* quoted= */ true, end + 1);
        }
    }

    private void endField(int start, int end, boolean quoted, int nextStart) {
        fields.add(new Field(start, end, quoted, escaped));
        fieldStart = nextStart;
        escaped = false;
        state = State.FIELD_START;
    }

    private void skipTheRest(int first) throws IOException {
        damageLine = quoteLine;
        damage =
                state == State.QUOTED || state == State.ESCAPE_IN_QUOTED
                        ? Damage.TOO_LONG_IN_QUOTES
                        : Damage.TOO_LONG;
        var b = first;
        while (b != END && !isLineEnd(b)) {
            b = read();
        }
        if (b != END) {
            endLine(b);
        }
    }

    private void finish(int b) throws IOException {
        switch (state) {
            case QUOTED, ESCAPE_IN_QUOTED -> {
                damage = Damage.UNTERMINATED_QUOTE;
                damageLine = quoteLine;
            }
            case AFTER_QUOTE -> endAfterQuote(size);
            case QUOTE_IN_QUOTED -> endField(fieldStart, closingQuote, /* quoted= */ true, size);
            case FIELD_START, PLAIN, ESCAPE_IN_PLAIN, PLAIN_AFTER_ESCAPED_RETURN ->
                    endField(fieldStart, size, /* quoted= */ false, size);
        }
        if (b != END) {
            endLine(b);
        }
    }

    private void append(byte b) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, size * 2);
        }
        bytes[size++] = b;
    }

    private void endLine(int b) throws IOException {
        nextLine++;
        if (b == '\r' && (aheadAt < aheadEnd || fill()) && ahead[aheadAt] == '\n') {
            read();
        }
    }

    private int read() throws IOException {
        if (aheadAt == aheadEnd && !fill()) {
            return END;
        }
        nextOffset++;
        return ahead[aheadAt++] & 0xff;
    }

    private boolean fill() throws IOException {
        aheadAt = 0;
        do {
            aheadEnd = in.read(ahead);
        } while (aheadEnd == 0);
        aheadEnd = Math.max(aheadEnd, 0);
        return aheadEnd > 0;
    }

    private static boolean isLineEnd(int b) {
        return b == '\n' || b == '\r';
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int start() {
        return 0;
    }

    @Override
    public int end() {
        return size;
    }

    @Override
    public int fields() {
        return fields.size();
    }

    @Override
    public int fieldStart(int field) {
        return fields.get(field).start();
    }

    @Override
    public int fieldEnd(int field) {
        return fields.get(field).end();
    }

    @Override
    public boolean quoted(int field) {
        return fields.get(field).quoted();
    }

    @Override
    public boolean escaped(int field) {
        return fields.get(field).escaped();
    }

    @Override
    public boolean mended() {
        return mended;
    }

    @Override
    public Damage damage() {
        return damage;
    }

    @Override
    public long damageLine() {
        return damageLine;
    }

    @Override
    public long line() {
        return line;
    }

    @Override
    public long byteOffset() {
        return byteOffset;
    }

    @Override
    public long record() {
        return record;
    }

    @Override
    public Position position() {
        return new Position(nextOffset, nextLine, nextRecord);
    }
}
