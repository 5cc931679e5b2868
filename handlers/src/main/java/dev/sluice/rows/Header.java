package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Encoding;
import dev.sluice.dataset.Format;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Position;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/// What the beginning of a file says: the layout, and where the first record starts.
public record Header(Layout layout, Position next) {
    private static final int FIRST_LOOK_BYTES = 64 * 1024;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    /// Reads the header of a file that stands at its first byte, and no byte more: the stream,
    /// which must support mark, is then at [#next]. Without a header only a byte order mark and the
    /// lines to skip are read. A file without a byte is fine; it has no records.
    public static Header read(InputStream in, Dataset dataset, Limits limits) throws IOException {
        for (var look = Math.min(FIRST_LOOK_BYTES, limits.headerBytes()); ; look *= 4) {
            look = Math.min(look, limits.headerBytes());
            var bytes = peek(in, look);
            var beginning = new Beginning(dataset, bytes, /* whole= */ bytes.length < look, limits);
            var last = look == limits.headerBytes();
            var header = beginning.header(last);
            if (header.isPresent()) {
                in.skipNBytes(header.get().next().byteOffset());
                return header.get();
            }
            if (last) {
                throw invalid("The header is longer than %d bytes.".formatted(look));
            }
        }
    }

    /// The first bytes of a file, `whole` when they are all of it.
    private static final class Beginning {
        private final Dataset dataset;
        private final byte[] bytes;
        private final boolean whole;
        private final Limits limits;

        Beginning(Dataset dataset, byte[] bytes, boolean whole, Limits limits) {
            this.dataset = dataset;
            this.bytes = bytes;
            this.whole = whole;
            this.limits = limits;
        }

        /// The header, unless it may go on behind these bytes.
        Optional<Header> header(boolean last) throws IOException {
            var lead = lead();
            if (!whole && lead.byteOffset() == bytes.length) {
                return Optional.empty();
            }
            var format = dataset.format();
            if (format.type() == Format.Type.JSONL) {
                return Optional.of(new Header(new Layout(List.of()), lead));
            }
            return format.header() ? named(records(lead)) : unnamed(lead, last);
        }

        private Optional<Header> named(Records records) throws IOException {
            var found = records.next();
            if (!whole && records.position().byteOffset() == bytes.length) {
                return Optional.empty();
            }
            var layout = found ? new Layout(names(records, dataset)) : inOrder(dataset);
            if (found) {
                checkColumns(dataset, layout.names());
            }
            var next = records.position();
            return Optional.of(new Header(layout, new Position(next.byteOffset(), next.line(), 1)));
        }

        private Optional<Header> unnamed(Position lead, boolean last) throws IOException {
            if (!dataset.isByPosition()) {
                return Optional.of(new Header(inOrder(dataset), lead));
            }
            var fields = fieldsOfFirstGoodRecord(lead);
            if (fields == 0 && !whole && !last) {
                return Optional.empty();
            }
            var layout = numbered(fields == 0 ? lastPosition(dataset) : fields);
            if (fields != 0) {
                checkColumns(dataset, layout.names());
            }
            return Optional.of(new Header(layout, lead));
        }

        // 0 where none is whole in these bytes
        private int fieldsOfFirstGoodRecord(Position lead) throws IOException {
            var records = records(lead);
            while (records.next()) {
                var cut = !whole && records.position().byteOffset() == bytes.length;
                if (!cut && records.damage() == Records.Damage.NONE) {
                    return records.fields();
                }
            }
            return 0;
        }

        private Records records(Position from) {
            var at = Math.toIntExact(from.byteOffset());
            var in = new ByteArrayInputStream(bytes, at, bytes.length - at);
            return Records.open(in, from, dataset.format(), limits.headerBytes());
        }

        /// The place behind the byte order mark and the lines to skip.
        private Position lead() {
            var at = byteOrderMark(bytes);
            if (at > 0 && dataset.format().encoding() != Encoding.UTF_8) {
                throw new FileException(
                        ErrorCode.UNSUPPORTED_ENCODING,
                        "The file begins with UTF-8's byte order mark, and the dataset says %s."
                                .formatted(dataset.format().encoding().wireName()));
            }
            return behindSkipped(bytes, at, dataset.format().skipLines());
        }
    }

    /// The place behind so many lines.
    private static Position behindSkipped(byte[] bytes, int from, int lines) {
        var at = from;
        var line = 1;
        while (line <= lines && at < bytes.length) {
            var b = bytes[at++];
            if (b == '\r' && at < bytes.length && bytes[at] == '\n') {
                at++;
            }
            line += b == '\n' || b == '\r' ? 1 : 0;
        }
        return new Position(at, line, 1);
    }

    /// The place behind what comes before a header: a byte order mark, lines to skip.
    static Position behindLead(byte[] bytes, Format format) {
        return behindSkipped(bytes, byteOrderMark(bytes), format.skipLines());
    }

    private static byte[] peek(InputStream in, int most) throws IOException {
        in.mark(most);
        var bytes = in.readNBytes(most);
        in.reset();
        return bytes;
    }

    /// How many bytes the byte order mark takes at which a stream stands, if it does.
    static int byteOrderMark(InputStream in) throws IOException {
        return byteOrderMark(peek(in, BYTE_ORDER_MARK.length));
    }

    private static int byteOrderMark(byte[] bytes) {
        var length = BYTE_ORDER_MARK.length;
        return bytes.length >= length && Arrays.equals(bytes, 0, length, BYTE_ORDER_MARK, 0, length)
                ? length
                : 0;
    }

    private static Layout inOrder(Dataset dataset) {
        return dataset.isByPosition()
                ? numbered(lastPosition(dataset))
                : new Layout(dataset.columns().stream().map(Column::from).toList());
    }

    private static Layout numbered(int fields) {
        return new Layout(IntStream.rangeClosed(1, fields).mapToObj(Integer::toString).toList());
    }

    private static int lastPosition(Dataset dataset) {
        return dataset.columns().stream()
                .map(Column::position)
                .filter(Objects::nonNull)
                .mapToInt(Integer::intValue)
                .max()
                .orElse(1);
    }

    private static List<String> names(Records records, Dataset dataset) {
        checkDamage(records);
        var format = dataset.format();
        var fault = Utf8.firstFault(records.bytes(), records.start(), records.end());
        if (fault < records.end()) {
            throw invalid(
                    Complaints.badByteInHeader(
                            records.bytes()[fault],
                            records.byteOffset() + records.sourceIndex(fault),
                            format.encoding()));
        }
        var names = new ArrayList<String>();
        for (var i = 0; i < records.fields(); i++) {
            names.add(name(records, i, format));
        }
        // names that nobody asks for may be as they like
        if (!dataset.isByPosition()) {
            checkNames(names, format.lenient());
        }
        return names;
    }

    private static void checkDamage(Records records) {
        var line = records.damageLine();
        switch (records.damage()) {
            case NONE -> {}
            case TEXT_AFTER_QUOTE ->
                    throw invalid("In the header: " + Complaints.textAfterQuote(line));
            case UNTERMINATED_QUOTE, TOO_LONG_IN_QUOTES ->
                    throw invalid("In the header: " + Complaints.unterminatedQuote(line));
            // the look ahead ends where the limit does, so it is said there
            case TOO_LONG -> throw invalid("The header is too long.");
        }
    }

    private static void checkNames(List<String> names, boolean lenient) {
        var seen = new HashSet<String>();
        for (var i = 0; i < names.size(); i++) {
            var name = names.get(i);
            if (name.isEmpty() && !lenient) {
                throw invalid("Column %d of the header has no name.".formatted(i + 1));
            }
            if (!seen.add(name) && !name.isEmpty()) {
                throw invalid("The header names the column %s twice.".formatted(Shown.value(name)));
            }
        }
    }

    private static String name(Records records, int field, Format format) {
        var value = new CopyBuffer(64);
        if (!Escapes.putValue(records, field, Dialect.of(format), value) && !format.lenient()) {
            throw invalid("In the header a backslash stands before a letter, a digit or the end.");
        }
        var name = new String(value.bytes(), 0, value.size(), UTF_8);
        return format.lenient() ? name.strip() : name;
    }

    private static void checkColumns(Dataset dataset, List<String> names) {
        for (var column : dataset.columns()) {
            if (!column.required() || isThere(column, names)) {
                continue;
            }
            throw new FileException(
                    ErrorCode.MISSING_COLUMN,
                    column.position() == null
                            ? "The header lacks the required column %s%s."
                                    .formatted(
                                            Shown.value(column.from()),
                                            almost(column.from(), names))
                            : "The file has %d columns; the required column %s is number %d."
                                    .formatted(
                                            names.size(),
                                            Shown.value(column.name()),
                                            column.position()));
        }
        if (dataset.columns().stream().noneMatch(column -> isThere(column, names))) {
            throw new FileException(
                    ErrorCode.MISSING_COLUMN,
                    "The first line names none of the dataset's columns: it is %s."
                            .formatted(Shown.value(String.join(",", names))));
        }
    }

    private static boolean isThere(Column column, List<String> names) {
        var position = column.position();
        return position == null ? names.contains(column.from()) : position <= names.size();
    }

    private static String almost(String wanted, List<String> names) {
        for (var name : names) {
            if (name.strip().equalsIgnoreCase(wanted.strip())) {
                return " (it has %s; names are compared as they are written)"
                        .formatted(Shown.value(name));
            }
        }
        return "";
    }

    private static FileException invalid(String message) {
        return new FileException(ErrorCode.INVALID_HEADER, message);
    }
}
