package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.Dataset;
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

/// What the beginning of a file says: the layout, and where the first record starts.
public record Header(Layout layout, Position next) {
    private static final int FIRST_LOOK_BYTES = 64 * 1024;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    /// Reads the header of a file that stands at its first byte, and no byte more: the stream,
    /// which must support mark, is then at [#next]. Without a header only a byte order mark is
    /// read. A file without a byte is fine; it has no records.
    public static Header read(InputStream in, Dataset dataset, Limits limits) throws IOException {
        for (var look = Math.min(FIRST_LOOK_BYTES, limits.headerBytes()); ; look *= 4) {
            look = Math.min(look, limits.headerBytes());
            var bytes = peek(in, look);
            var records = records(bytes, dataset, limits);
            var found = readsHeader(dataset) && records.next();
            var end = records.position().byteOffset();
            // else: the header may go on behind what was looked at
            if (bytes.length < look || !readsHeader(dataset) || end < bytes.length) {
                var names = found ? names(records) : List.<String>of();
                var header = of(dataset, names, found, records.position());
                in.skipNBytes(end);
                return header;
            }
            if (look == limits.headerBytes()) {
                throw invalid("The header is longer than %d bytes.".formatted(look));
            }
        }
    }

    private static boolean readsHeader(Dataset dataset) {
        return dataset.format().header() && dataset.format().type() != Format.Type.JSONL;
    }

    private static byte[] peek(InputStream in, int most) throws IOException {
        in.mark(most);
        var bytes = in.readNBytes(most);
        in.reset();
        return bytes;
    }

    private static Records records(byte[] bytes, Dataset dataset, Limits limits) {
        var mark = byteOrderMark(bytes);
        var in = new ByteArrayInputStream(bytes, mark, bytes.length - mark);
        return new FastRecords(
                in, new Position(mark, 1, 1), Dialect.of(dataset.format()), limits.headerBytes());
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

    private static Header of(
            Dataset dataset, List<String> names, boolean found, Position position) {
        if (found) {
            checkColumns(dataset, names);
        }
        var layout =
                found || dataset.format().type() == Format.Type.JSONL
                        ? new Layout(names)
                        : new Layout(dataset.columns().stream().map(Column::from).toList());
        return new Header(layout, new Position(position.byteOffset(), position.line(), 1));
    }

    private static List<String> names(Records records) {
        if (records.damage() != Records.Damage.NONE) {
            throw invalid("The header's quotes do not pair.");
        }
        var bytes = records.bytes();
        if (Utf8.firstFault(bytes, records.start(), records.end()) < records.end()) {
            throw invalid("The header is not valid UTF-8 text.");
        }
        var names = new ArrayList<String>();
        var seen = new HashSet<String>();
        for (var i = 0; i < records.fields(); i++) {
            var name = name(records, i);
            if (name.isEmpty()) {
                throw invalid("Column %d of the header has no name.".formatted(i + 1));
            }
            if (!seen.add(name)) {
                throw invalid("The header names the column %s twice.".formatted(Shown.value(name)));
            }
            names.add(name);
        }
        return names;
    }

    private static String name(Records records, int field) {
        var value = new CopyBuffer(64);
        Quotes.putValue(records, field, value);
        return new String(value.bytes(), 0, value.size(), UTF_8);
    }

    private static void checkColumns(Dataset dataset, List<String> names) {
        var present = new HashSet<>(names);
        for (var column : dataset.columns()) {
            if (column.required() && !present.contains(column.from())) {
                throw new FileException(
                        ErrorCode.MISSING_COLUMN,
                        "The header lacks the required column %s%s."
                                .formatted(
                                        Shown.value(column.from()), almost(column.from(), names)));
            }
        }
        if (dataset.columns().stream().noneMatch(column -> present.contains(column.from()))) {
            throw new FileException(
                    ErrorCode.MISSING_COLUMN,
                    "The first line names none of the dataset's columns: it is %s."
                            .formatted(Shown.value(String.join(",", names))));
        }
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
