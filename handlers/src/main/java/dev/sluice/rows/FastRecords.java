package dev.sluice.rows;

import dev.sluice.job.Position;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// The records of a stream by a scan over a large buffer. This is the hot loop: the locals that
/// begin with l are copies of fields for its length. PlainRecords says the same slowly.
final class FastRecords implements Records {
    /*
     * A record is always whole in the buffer when it is given out. When the scan meets the end of
     * the buffer inside a record, the buffer is refilled (and doubled when the record fills it) and
     * the record is scanned again from its start, so no state survives a refill. A record is thus
     * scanned twice at most per doubling, and a refill of 256 KB repeats one record.
     */
    private static final int FIRST_BUFFER_BYTES = 256 * 1024;

    private static final int MOST_KEPT_FIELDS = 1024 * 1024;

    private static final int BLOCK = 64;

    private static final byte ENDS_PLAIN = 1;
    private static final byte ENDS_QUOTED = 2;
    // whatever else has a meaning
    private static final byte ENDS_FIELD = 4;

    private static final byte QUOTED = 1;
    private static final byte ESCAPED = 2;

    private enum Outcome {
        ENDED,
        NEEDS_MORE,
        TOO_LONG
    }

    private final InputStream in;
    private final Dialect dialect;
    private final int recordBytes;
    private final byte[] kinds = new byte[256];
    // whether scanBlocks may try: it knows no backslashes
    private final boolean wordwise;
    private final long delimiters;
    private final long quotes;

    private byte[] buffer;
    private int limit;
    private boolean atEnd;
    // the offset in the file of the buffer's first byte
    private long base;

    private int next;
    private long nextLine;
    private long nextRecord;

    // the block last looked at, and its marks not used up
    private int block = -BLOCK;
    private long blockMarks;
    private boolean blockAscii;

    private int start;
    private int end;
    private int fields;
    private int[] fieldStarts = new int[64];
    private int[] fieldEnds = new int[64];
    private byte[] fieldMarks = new byte[64];
    private boolean ascii;
    private Damage damage = Damage.NONE;
    private long damageLine;
    private long line;
    private long byteOffset;
    private long record;

    FastRecords(InputStream in, Position start, Dialect dialect, int recordBytes) {
        this.in = in;
        this.dialect = dialect;
        this.recordBytes = recordBytes;
        this.buffer = new byte[(int) Math.min(FIRST_BUFFER_BYTES, 2L * recordBytes + 16)];
        this.base = start.byteOffset();
        this.nextLine = start.line();
        this.nextRecord = start.record();
        this.wordwise = dialect.escape() == Dialect.NONE;
        // what a dialect does not have is looked for as a line end, which is found anyway
        this.delimiters =
                EightBytes.times(dialect.delimiter() == Dialect.NONE ? '\n' : dialect.delimiter());
        this.quotes = EightBytes.times(dialect.quote() == Dialect.NONE ? '\n' : dialect.quote());
        mark(dialect.delimiter(), (byte) (ENDS_PLAIN | ENDS_FIELD));
        mark(dialect.quote(), ENDS_QUOTED);
        mark(dialect.escape(), (byte) (ENDS_PLAIN | ENDS_QUOTED));
        mark('\n', (byte) (ENDS_PLAIN | ENDS_QUOTED | ENDS_FIELD));
        mark('\r', (byte) (ENDS_PLAIN | ENDS_QUOTED | ENDS_FIELD));
    }

    private void mark(int c, byte bits) {
        if (c != Dialect.NONE) {
            kinds[c] |= bits;
        }
    }

    @Override
    public boolean next() throws IOException {
        if (!skipWhatIsNoRecord()) {
            return false;
        }
        line = nextLine;
        byteOffset = base + next;
        record = nextRecord++;
        if (wordwise && scanBlocks()) {
            return true;
        }
        ascii = false;
        while (true) {
            switch (scan()) {
                case ENDED -> {
                    return true;
                }
                case NEEDS_MORE -> fill();
                case TOO_LONG -> {
                    skipTheRest();
                    return true;
                }
            }
        }
    }

    // blank lines and comments
    private boolean skipWhatIsNoRecord() throws IOException {
        while (true) {
            if (next == limit && !fill()) {
                return false;
            }
            var b = buffer[next];
            if (b == dialect.comment()) {
                skipToLineEnd();
                continue;
            }
            if (b != '\n' && b != '\r') {
                return true;
            }
            next++;
            nextLine++;
            if (b == '\r') {
                skipLineFeed();
            }
        }
    }

    // the line end itself is then a blank line's
    private void skipToLineEnd() throws IOException {
        while (next < limit || fill()) {
            if (buffer[next] == '\n' || buffer[next] == '\r') {
                return;
            }
            next++;
        }
    }

    private void skipLineFeed() throws IOException {
        if (next == limit) {
            fill();
        }
        if (next < limit && buffer[next] == '\n') {
            next++;
        }
    }

    /*
     * The same scan, 64 bytes at a time, for what records nearly always are: undamaged, and with the
     * rest of their last block in sight. Marks are on quotes, delimiters and whatever is less than
     * 0x0e, line ends among them; all else is text anywhere, so the marked bytes alone tell the
     * fields apart. A quote in quotes counts as the closing one until the next mark: only a mark
     * right behind it can double it or end the field. What this scan does not know it leaves to
     * scan(), and nothing has changed that scan() does not set anew.
     *
     * The marks of a block are facts about the buffer, so those not used up serve the next record;
     * a move of the buffer's bytes forgets them. No block reaches beyond the cap of a record, and
     * the caps only grow.
     */
    private boolean scanBlocks() {
        final var lBuffer = buffer;
        final var lDelimiters = delimiters;
        final var lQuotes = quotes;
        final var lQuote = dialect.quote();
        final var lDelimiter = dialect.delimiter();
        final var lStarts = fieldStarts;
        final var lEnds = fieldEnds;
        final var lFieldMarks = fieldMarks;
        final var lLast = (int) Math.min(limit, (long) next + recordBytes) - BLOCK;
        var lBlock = next - block < BLOCK ? block : next - BLOCK;
        var lMarks = next - block < BLOCK ? blockMarks & (-1L << (next - block)) : 0;
        var lBlockAscii = blockAscii || next - block >= BLOCK;
        var lAscii = lBlockAscii;
        var lFields = 0;
        var lLines = 0;
        var lFrom = next;
        while (true) {
            while (lMarks == 0) {
                lBlock += BLOCK;
                if (lBlock > lLast) {
                    return false;
                }
                lMarks = EightBytes.blockMarks(lBuffer, lBlock, lDelimiters, lQuotes);
                lBlockAscii = EightBytes.isBlockAscii(lBuffer, lBlock);
                lAscii &= lBlockAscii;
            }
            var at = lBlock + Long.numberOfTrailingZeros(lMarks);
            lMarks = EightBytes.rest(lMarks);
            var b = lBuffer[at];
            if (b == lDelimiter && lFields < lStarts.length) {
                // field without quotes
                lStarts[lFields] = lFrom;
                lEnds[lFields] = at;
                lFieldMarks[lFields++] = 0;
                lFrom = at + 1;
                continue;
            }
            var to = at;
            byte marks = 0;
            if (b == lQuote && at == lFrom) {
                // in quotes
                marks = QUOTED;
                lFrom++;
                to = -1;
                while (true) {
                    while (lMarks == 0) {
                        lBlock += BLOCK;
                        if (lBlock > lLast) {
                            return false;
                        }
                        lMarks = EightBytes.blockMarks(lBuffer, lBlock, lDelimiters, lQuotes);
                        lBlockAscii = EightBytes.isBlockAscii(lBuffer, lBlock);
                        lAscii &= lBlockAscii;
                    }
                    at = lBlock + Long.numberOfTrailingZeros(lMarks);
                    lMarks = EightBytes.rest(lMarks);
                    b = lBuffer[at];
                    if (to >= 0) {
                        if (at != to + 1) {
                            // text behind the closing quote
                            return false;
                        }
                        if (b != lQuote) {
                            break;
                        }
                        marks |= ESCAPED;
                        to = -1;
                    } else if (b == lQuote) {
                        to = at;
                    } else if (b == '\r' || (b == '\n' && lBuffer[at - 1] != '\r')) {
                        lLines++;
                    } else {
                        lAscii &= b != 0;
                    }
                }
            }
            var lineEnds = b == '\n' || b == '\r';
            if (b != lDelimiter && !lineEnds) {
                if (marks != 0) {
                    return false;
                }
                // text
                lAscii &= b != 0;
                continue;
            }
            if (lFields == lStarts.length) {
                return false;
            }
            lStarts[lFields] = lFrom;
            lEnds[lFields] = to;
            lFieldMarks[lFields++] = marks;
            lFrom = at + 1;
            if (lineEnds) {
                block = lBlock;
                blockMarks = lMarks;
                blockAscii = lBlockAscii;
                start = next;
                fields = lFields;
                damage = Damage.NONE;
                ascii = lAscii;
                return atLineEnd(at, lLines) == Outcome.ENDED;
            }
        }
    }

    private Outcome scan() {
        final var lBuffer = buffer;
        final var lKinds = kinds;
        final var lQuote = dialect.quote();
        final var lDelimiter = dialect.delimiter();
        final var lEscape = dialect.escape();
        // quotes are doubled where nothing else hides them
        final var lDoubled = lEscape == Dialect.NONE ? lQuote : Dialect.NONE;
        final var lStart = next;
        final var lCap = (int) Math.min(limit, (long) lStart + recordBytes);
        var lPosition = lStart;
        var lFields = 0;
        var lLines = 0;
        start = lStart;
        damage = Damage.NONE;
        while (true) {
            final int from;
            final int to;
            byte marks = 0;
            if (lPosition < lCap && lBuffer[lPosition] == lQuote) {
                // in quotes
                final var linesBefore = lLines;
                from = ++lPosition;
                marks = QUOTED;
                while (true) {
                    while (lPosition < lCap
                            && (lKinds[lBuffer[lPosition] & 0xff] & ENDS_QUOTED) == 0) {
                        lPosition++;
                    }
                    if (lPosition == lCap) {
                        return openQuote(lCap, lLines, line + linesBefore);
                    }
                    final var b = lBuffer[lPosition++];
                    if (b == lQuote) {
                        if (lPosition == lCap || lBuffer[lPosition] != lDoubled) {
                            break;
                        }
                        marks |= ESCAPED;
                        lPosition++;
                    } else if (b == lEscape) {
                        marks |= ESCAPED;
                        lLines += linesEscaped(lPosition, lCap);
                        lPosition = behindEscaped(lPosition, lCap);
                        if (lPosition > lCap) {
                            return openQuote(lCap, lLines, line + linesBefore);
                        }
                    } else if (b == '\r' || lBuffer[lPosition - 2] != '\r') {
                        // a line feed right behind a carriage return is the same line end
                        lLines++;
                    }
                }
                to = lPosition - 1;
                if (lPosition < lCap && (lKinds[lBuffer[lPosition] & 0xff] & ENDS_FIELD) == 0) {
                    if (damage == Damage.NONE) {
                        damage = Damage.TEXT_AFTER_QUOTE;
                        damageLine = line + linesBefore;
                    }
                    while (lPosition < lCap
                            && (lKinds[lBuffer[lPosition] & 0xff] & ENDS_FIELD) == 0) {
                        lPosition++;
                    }
                }
            } else {
                // field without quotes
                from = lPosition;
                while (true) {
                    while (lPosition < lCap
                            && (lKinds[lBuffer[lPosition] & 0xff] & ENDS_PLAIN) == 0) {
                        lPosition++;
                    }
                    if (lPosition == lCap || lBuffer[lPosition] != lEscape) {
                        break;
                    }
                    marks |= ESCAPED;
                    lLines += linesEscaped(lPosition + 1, lCap);
                    lPosition = behindEscaped(lPosition + 1, lCap);
                    if (lPosition > lCap) {
                        return openEscape(lCap);
                    }
                }
                to = lPosition;
            }
            if (lFields < fieldStarts.length || widen()) {
                fieldStarts[lFields] = from;
                fieldEnds[lFields] = to;
                fieldMarks[lFields] = marks;
            }
            lFields++;
            if (lPosition == lCap) {
                fields = lFields;
                return atCap(lCap, lLines);
            }
            if (lBuffer[lPosition] != lDelimiter) {
                fields = lFields;
                return atLineEnd(lPosition, lLines);
            }
            lPosition++;
        }
    }

    private Outcome openQuote(int cap, int lines, long openedInLine) {
        if (cap < limit) {
            damageLine = openedInLine;
            damage = Damage.UNTERMINATED_QUOTE;
            return Outcome.TOO_LONG;
        }
        if (!atEnd) {
            return Outcome.NEEDS_MORE;
        }
        damageLine = openedInLine;
        damage = Damage.UNTERMINATED_QUOTE;
        end = cap;
        next = cap;
        nextLine += lines;
        return Outcome.ENDED;
    }

    private int linesEscaped(int at, int cap) {
        return at < cap && (buffer[at] == '\n' || buffer[at] == '\r') ? 1 : 0;
    }

    // the index behind what a backslash hides; beyond the cap where that is not in sight
    private int behindEscaped(int at, int cap) {
        var fileEnds = cap == limit && atEnd;
        if (at == cap) {
            return fileEnds ? cap : cap + 1;
        }
        if (buffer[at] != '\r') {
            return at + 1;
        }
        if (at + 1 < limit) {
            return buffer[at + 1] == '\n' ? at + 2 : at + 1;
        }
        return fileEnds ? cap : cap + 1;
    }

    private Outcome openEscape(int cap) {
        return cap < limit ? Outcome.TOO_LONG : Outcome.NEEDS_MORE;
    }

    private Outcome atCap(int cap, int lines) {
        if (cap < limit) {
            var b = buffer[cap];
            return b == '\n' || b == '\r' ? atLineEnd(cap, lines) : Outcome.TOO_LONG;
        }
        if (!atEnd) {
            return Outcome.NEEDS_MORE;
        }
        end = cap;
        next = cap;
        nextLine += lines;
        return Outcome.ENDED;
    }

    private Outcome atLineEnd(int position, int lines) {
        var after = position + 1;
        if (buffer[position] == '\r') {
            if (after == limit && !atEnd) {
                return Outcome.NEEDS_MORE;
            }
            if (after < limit && buffer[after] == '\n') {
                after++;
            }
        }
        end = position;
        next = after;
        nextLine += lines + 1;
        return Outcome.ENDED;
    }

    // What is longer than the limit is not kept: the bytes behind it run through the rest of the
    // buffer, whose base moves on, while the beginning stays where it is for the reject's text.
    private void skipTheRest() throws IOException {
        damage = damage == Damage.UNTERMINATED_QUOTE ? Damage.TOO_LONG_IN_QUOTES : Damage.TOO_LONG;
        moveToFront();
        start = 0;
        var cap = recordBytes;
        end = cap;
        nextLine += countLines(start, cap);
        var position = cap;
        while (true) {
            while (position < limit && buffer[position] != '\n' && buffer[position] != '\r') {
                position++;
            }
            if (position < limit) {
                break;
            }
            base += limit - cap;
            limit = cap;
            position = cap;
            if (!read()) {
                next = limit;
                return;
            }
        }
        nextLine++;
        next = position + 1;
        if (buffer[position] == '\r') {
            skipLineFeedBehind(cap);
        }
    }

    private void skipLineFeedBehind(int cap) throws IOException {
        if (next == limit) {
            base += limit - cap;
            limit = cap;
            next = cap;
            read();
        }
        if (next < limit && buffer[next] == '\n') {
            next++;
        }
    }

    private int countLines(int from, int to) {
        var lines = 0;
        for (var i = from; i < to; i++) {
            if (buffer[i] == '\r' || (buffer[i] == '\n' && (i == from || buffer[i - 1] != '\r'))) {
                lines++;
            }
        }
        return lines;
    }

    /// Makes room in front of and behind the unread bytes and reads some more.
    private boolean fill() throws IOException {
        moveToFront();
        return read();
    }

    private void moveToFront() {
        block = -BLOCK;
        if (next > 0) {
            System.arraycopy(buffer, next, buffer, 0, limit - next);
            base += next;
            limit -= next;
            next = 0;
        }
        if (limit > buffer.length / 2) {
            buffer = Arrays.copyOf(buffer, Math.multiplyExact(buffer.length, 2));
        }
    }

    private boolean read() throws IOException {
        while (!atEnd) {
            var n = in.read(buffer, limit, buffer.length - limit);
            if (n < 0) {
                atEnd = true;
            } else if (n > 0) {
                limit += n;
                return true;
            }
        }
        return false;
    }

    // more fields than any header can name are counted, but not kept
    private boolean widen() {
        var wider = fieldStarts.length * 2;
        if (wider > MOST_KEPT_FIELDS) {
            return false;
        }
        fieldStarts = Arrays.copyOf(fieldStarts, wider);
        fieldEnds = Arrays.copyOf(fieldEnds, wider);
        fieldMarks = Arrays.copyOf(fieldMarks, wider);
        return true;
    }

    @Override
    public byte[] bytes() {
        return buffer;
    }

    @Override
    public int start() {
        return start;
    }

    @Override
    public int end() {
        return end;
    }

    @Override
    public int fields() {
        return fields;
    }

    @Override
    public int fieldStart(int field) {
        return fieldStarts[field];
    }

    @Override
    public int fieldEnd(int field) {
        return fieldEnds[field];
    }

    @Override
    public boolean quoted(int field) {
        return (fieldMarks[field] & QUOTED) != 0;
    }

    @Override
    public boolean escaped(int field) {
        return (fieldMarks[field] & ESCAPED) != 0;
    }

    @Override
    public boolean ascii() {
        return ascii;
    }

    @Override
    public boolean mended() {
        return false;
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
        return new Position(base + next, nextLine, nextRecord);
    }
}
