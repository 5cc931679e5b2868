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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// A file read whole or in chunks, by the fast way or the plain one, and all that came of it.
record Reading(Layout layout, List<Row> rows, List<Reject> rejects, long read, Position end) {

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
                    case PLAIN -> plain(start, dataset, layout, lookups, in, limits);
                };
        return drain(reader, layout);
    }

    private static RowReader plain(
            Position start,
            Dataset dataset,
            Layout layout,
            Lookups lookups,
            InputStream in,
            Limits limits)
            throws IOException {
        var records =
                new PlainRecords(in, start, Dialect.of(dataset.format()), limits.recordBytes());
        var values = new PlainValues(dataset.columns(), lookups.of(dataset), dataset.timeZone());
        var rows = new RowWriter(records, values, dataset, 42, limits);
        return dataset.format().type() == Format.Type.JSONL
                ? new JsonRowReader(records, rows, dataset)
                : new DelimitedRowReader(records, rows, dataset, layout);
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
        return new Reading(layout, rows, rejects, reader.read(), reader.position());
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
        var end = Position.START;
        for (var chunk : chunks) {
            rows.addAll(chunk.rows());
            rejects.addAll(chunk.rejects());
            read += chunk.read();
            end = chunk.end();
        }
        return new Reading(layout, rows, rejects, read, end);
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
