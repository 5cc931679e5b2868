package dev.sluice.rows;

import dev.sluice.job.Position;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/// The records of a stream byte by byte, as the grammar in Dialect reads. Slow; it is what
/// FastRecords is held against.
final class PlainRecords implements Records {
    private static final int END = -1;

    private enum State {
        FIELD_START,
        PLAIN,
        QUOTED,
        QUOTE_IN_QUOTED,
        AFTER_QUOTE
    }

    private record Field(int start, int end, boolean quoted, boolean doubled) {}

    private final BufferedInputStream in;
    private final Dialect dialect;
    private final int recordBytes;

    private long nextOffset;
    private long nextLine;
    private long nextRecord;

    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private byte[] bytes = new byte[0];
    private final List<Field> fields = new ArrayList<>();
    private State state = State.FIELD_START;
    private int last;
    private int fieldStart;
    private int closingQuote;
    private boolean doubled;
    private long quoteLine;
    private Damage damage = Damage.NONE;
    private long damageLine;
    private long line;
    private long byteOffset;
    private long record;

    PlainRecords(InputStream in, Position start, Dialect dialect, int recordBytes) {
        this.in = new BufferedInputStream(in);
        this.dialect = dialect;
        this.recordBytes = recordBytes;
        this.nextOffset = start.byteOffset();
        this.nextLine = start.line();
        this.nextRecord = start.record();
    }

    @Override
    public boolean next() throws IOException {
        var b = read();
        while (isLineEnd(b)) {
            endLine(b);
            b = read();
        }
        if (b == END) {
            return false;
        }
        begin();
        while (b != END && !endsRecord(b)) {
            if (text.size() == recordBytes) {
                skipTheRest(b);
                break;
            }
            take(b);
            b = read();
        }
        finish(b);
        return true;
    }

    private void begin() {
        text.reset();
        fields.clear();
        state = State.FIELD_START;
        fieldStart = 0;
        doubled = false;
        damage = Damage.NONE;
        line = nextLine;
        byteOffset = nextOffset - 1;
        record = nextRecord++;
    }

    private boolean endsRecord(int b) {
        return isLineEnd(b) && state != State.QUOTED;
    }

    private void take(int b) {
        var at = text.size();
        var previous = last;
        text.write(b);
        last = b;
        switch (state) {
            case FIELD_START -> {
                if (b == dialect.quote()) {
                    state = State.QUOTED;
                    fieldStart = at + 1;
                    quoteLine = nextLine;
                } else {
                    takePlain(b, at);
                }
            }
            case PLAIN -> takePlain(b, at);
            case QUOTED -> {
                if (b == dialect.quote()) {
                    state = State.QUOTE_IN_QUOTED;
                    closingQuote = at;
                } else if (isLineEnd(b) && !(b == '\n' && previous == '\r')) {
                    // a line feed right behind a carriage return is the same line end
                    nextLine++;
                }
            }
            case QUOTE_IN_QUOTED -> {
                if (b == dialect.quote()) {
                    state = State.QUOTED;
                    doubled = true;
                } else if (b == dialect.delimiter()) {
                    endField(closingQuote, /* quoted= */ true, at + 1);
                } else {
                    state = State.AFTER_QUOTE;
                    if (damage == Damage.NONE) {
                        damage = Damage.TEXT_AFTER_QUOTE;
                        damageLine = quoteLine;
                    }
                }
            }
            case AFTER_QUOTE -> {
                if (b == dialect.delimiter()) {
                    endField(closingQuote, /* quoted= */ true, at + 1);
                }
            }
        }
    }

    private void takePlain(int b, int at) {
        state = State.PLAIN;
        if (b == dialect.delimiter()) {
            endField(at, /* quoted= */ false, at + 1);
        }
    }

    private void endField(int end, boolean quoted, int nextStart) {
        fields.add(new Field(fieldStart, end, quoted, doubled));
        fieldStart = nextStart;
        doubled = false;
        state = State.FIELD_START;
    }

    private void skipTheRest(int first) throws IOException {
        damageLine = quoteLine;
        damage = state == State.QUOTED ? Damage.TOO_LONG_IN_QUOTES : Damage.TOO_LONG;
        var b = first;
        while (b != END && !isLineEnd(b)) {
            b = read();
        }
        if (b != END) {
            endLine(b);
        }
    }

    private void finish(int b) throws IOException {
        bytes = text.toByteArray();
        if (damage == Damage.TOO_LONG || damage == Damage.TOO_LONG_IN_QUOTES) {
            return;
        }
        if (state == State.QUOTED) {
            damage = Damage.UNTERMINATED_QUOTE;
            damageLine = quoteLine;
            return;
        }
        var quoted = state == State.QUOTE_IN_QUOTED || state == State.AFTER_QUOTE;
        endField(quoted ? closingQuote : bytes.length, quoted, bytes.length);
        if (b != END) {
            endLine(b);
        }
    }

    private void endLine(int b) throws IOException {
        nextLine++;
        if (b != '\r') {
            return;
        }
        in.mark(1);
        if (in.read() == '\n') {
            nextOffset++;
        } else {
            in.reset();
        }
    }

    private int read() throws IOException {
        var b = in.read();
        if (b != END) {
            nextOffset++;
        }
        return b;
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
        return bytes.length;
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
    public boolean doubled(int field) {
        return fields.get(field).doubled();
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
