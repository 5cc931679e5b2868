package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.job.Position;
import dev.sluice.job.Reject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/// A file read whole or in chunks, by the fast way or the plain one, and all that came of it.
record Reading(
        Layout layout, List<Row> rows, List<Reject> rejects, long read, long mended, Position end) {

    /// A row: its place, its text, and its form in a COPY.
    record Row(long record, long line, long byteOffset, String raw, String copy) {}

    enum Way {
        FAST,
        PLAIN
    }

    /// The limits with records of so many bytes.
    static Limits limits(int recordBytes) {
        var limits = Limits.DEFAULT;
        return new Limits(
                recordBytes,
                limits.rawBytes(),
                limits.headerBytes(),
                limits.expansionRatio(),
                limits.expansionFreeBytes(),
                limits.expandedBytes());
    }

    static Dataset texts(Format format, String... names) {
        var columns =
                Arrays.stream(names)
                        .map(name -> Column.of(name, ColumnType.of(ColumnType.Kind.TEXT)))
                        .toList();
        return Dataset.of("texts", format, columns);
    }

    static Reading whole(Way way, Dataset dataset, byte[] file, Limits limits) {
        return assertNoTrouble(() -> {
            var in = new ByteArrayInputStream(file);
            var header = Header.read(in, dataset, limits);
            return chunk(way, dataset, header.layout(), header.next(), in, limits);
        });
    }

    static Reading chunked(Dataset dataset, byte[] file, long chunkBytes, Limits limits) {
        return assertNoTrouble(() -> {
            var in = new ByteArrayInputStream(file);
            var header = Header.read(in, dataset, limits);
            var chunks = new ArrayList<Reading>();
            new Splitter(dataset.format(), limits, chunkBytes)
                    .split(
                            new Dribble(in),
                            header.next(),
                            range -> {
                                chunks.add(chunk(dataset, header.layout(), range, file, limits));
                            });
            return union(header.layout(), chunks);
        });
    }

    private static Reading chunk(
            Dataset dataset, Layout layout, ChunkRange range, byte[] file, Limits limits)
            throws IOException {
        var from = Math.toIntExact(range.start().byteOffset());
        var in = new ByteArrayInputStream(file, from, Math.toIntExact(range.bytes()));
        var reading = chunk(Way.FAST, dataset, layout, range.start(), in, limits);
        if (!reading.end().equals(range.next()) || reading.read() != range.records()) {
            throw new AssertionError(
                    "the reader ends at %s after %d records, the range is %s"
                            .formatted(reading.end(), reading.read(), range));
        }
        return reading;
    }

    static Reading chunk(
            Way way, Dataset dataset, Layout layout, Position start, InputStream in, Limits limits)
            throws IOException {
        var lookups = new Lookups(new Assets(Path.of("../assets")));
        var reader =
                switch (way) {
                    case FAST ->
                            RowReader.open(
                                    new Dribble(in), start, dataset, layout, lookups, 42, limits);
                    case PLAIN ->
                            RowReader.openPlainly(in, start, dataset, layout, lookups, 42, limits);
                };
        return drain(reader, layout);
    }

    static Reading drain(RowReader reader, Layout layout) throws IOException {
        var rows = new ArrayList<Row>();
        var rejects = new ArrayList<Reject>();
        var batch = new RowBatch();
        while (reader.next(batch)) {
            for (var row = 0; row < batch.rows(); row++) {
                rows.add(
                        new Row(
                                batch.record(row),
                                batch.line(row),
                                batch.byteOffset(row),
                                batch.raw(row),
                                HexFormat.of().formatHex(copy(batch, row, row + 1))));
            }
            rejects.addAll(batch.rejects());
        }
        return new Reading(
                layout, rows, rejects, reader.read(), reader.mended(), reader.position());
    }

    static byte[] copy(RowBatch batch, int from, int to) {
        var bytes = new ByteArrayOutputStream();
        batch.copy(from, to, bytes::write);
        return bytes.toByteArray();
    }

    private static Reading union(Layout layout, List<Reading> chunks) {
        var rows = new ArrayList<Row>();
        var rejects = new ArrayList<Reject>();
        long read = 0;
        long mended = 0;
        var end = Position.START;
        for (var chunk : chunks) {
            rows.addAll(chunk.rows());
            rejects.addAll(chunk.rejects());
            read += chunk.read();
            mended += chunk.mended();
            end = chunk.end();
        }
        return new Reading(layout, rows, rejects, read, mended, end);
    }

    /// A file of this body with what the dataset's format wants to see in front of it.
    static byte[] withHeader(Dataset dataset, byte[] body) {
        var format = dataset.format();
        var names =
                dataset.columns().stream()
                        .map(Column::from)
                        .collect(Collectors.joining(String.valueOf(format.delimiter())));
        var head =
                "skipped \"\n".repeat(format.skipLines()) + (format.header() ? names + "\n" : "");
        var file = new ByteArrayOutputStream();
        file.writeBytes(head.getBytes(UTF_8));
        file.writeBytes(body);
        return file.toByteArray();
    }

    /// The values of a row, those of other types in hexadecimal; null for null.
    static List<String> texts(Row row, Dataset dataset) {
        var data = ByteBuffer.wrap(HexFormat.of().parseHex(row.copy()));
        data.position(21);
        var texts = new ArrayList<String>();
        for (var column : dataset.columns()) {
            var length = data.getInt();
            if (length < 0) {
                texts.add(null);
                continue;
            }
            var value = new byte[length];
            data.get(value);
            texts.add(
                    switch (column.type().kind()) {
                        case TEXT, VARCHAR -> new String(value, UTF_8);
                        case INTEGER -> Integer.toString(ByteBuffer.wrap(value).getInt());
                        case BOOLEAN -> value[0] == 1 ? "yes" : "no";
                        case DATE ->
                                LocalDate.of(2000, 1, 1)
                                        .plusDays(ByteBuffer.wrap(value).getInt())
                                        .toString();
                        default -> HexFormat.of().formatHex(value);
                    });
        }
        return texts;
    }

    /// The values of a row of texts; null for null.
    static List<String> texts(Row row) {
        var bytes = HexFormat.of().parseHex(row.copy());
        var data = ByteBuffer.wrap(bytes);
        data.position(19);
        var fields = data.getShort() - 2;
        var texts = new ArrayList<String>();
        for (var i = 0; i < fields; i++) {
            var length = data.getInt();
            if (length < 0) {
                texts.add(null);
            } else {
                var value = new byte[length];
                data.get(value);
                texts.add(new String(value, UTF_8));
            }
        }
        return texts;
    }

    /// Something that reads, where trouble with a stream in memory is a fault of the test.
    interface Body<T> {
        T run() throws IOException;
    }

    static <T> T assertNoTrouble(Body<T> body) {
        try {
            return body.run();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// A stream that gives a few bytes at a time, so that every refill has its turn.
    static final class Dribble extends InputStream {
        private final InputStream in;
        private int turn;

        Dribble(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            turn = turn % 7 + 1;
            return in.read(bytes, offset, Math.min(length, turn));
        }
    }
}
