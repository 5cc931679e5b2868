package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.dataset.Words;
import dev.sluice.job.Position;
import dev.sluice.rows.Reading.Way;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/// The danger: a scan of 64 bytes at a time loses its place where a block, a buffer, the limit or
/// the file ends, or carries a mark into a record that it is not of. Files of many blocks, read
/// from streams that give much at once and little, are held against the plain sibling.
class LongRecordsTest {
    private static final Format CSV = Format.of(Format.Type.CSV);
    private static final Dataset DATASET = Reading.texts(CSV, "a", "b", "c");

    @Property(tries = 1_500)
    void thePlainWayGivesTheSame(
            @ForAll("blocks") String body,
            @ForAll("recordLimits") int recordBytes,
            @ForAll("portions") int portion) {
        var limits = Reading.limits(recordBytes);
        var file = body.getBytes(UTF_8);
        assertThat(read(Way.FAST, file, limits, portion))
                .isEqualTo(read(Way.PLAIN, file, limits, portion));
    }

    private static Reading read(Way way, byte[] file, Limits limits, int portion) {
        var layout = new Layout(List.of("a", "b", "c"));
        return Reading.assertNoTrouble(() -> {
            var in = new Portions(file, portion);
            var records =
                    way == Way.FAST
                            ? Records.open(in, Position.START, CSV, limits.recordBytes())
                            : Records.openPlainly(in, Position.START, CSV, limits.recordBytes());
            var rows = new RowWriter(records, values(way), DATASET, 42, limits);
            return Reading.drain(new DelimitedRowReader(records, rows, DATASET, layout), layout);
        });
    }

    private static Values values(Way way) {
        var lookups = new ArrayList<@Nullable LookupSet>();
        DATASET.columns().forEach(_ -> lookups.add(null));
        return way == Way.FAST
                ? new FastValues(DATASET.columns(), lookups, DATASET.timeZone(), Words.STANDARD)
                : new PlainValues(DATASET.columns(), lookups, DATASET.timeZone(), Words.STANDARD);
    }

    @Property(tries = 500)
    void theSplitterFindsTheRecordsOfThePlainWay(
            @ForAll("blocks") String body, @ForAll("recordLimits") int recordBytes)
            throws IOException {
        var limits = Reading.limits(recordBytes);
        var file = body.getBytes(UTF_8);
        var starts = new ArrayList<Position>();
        var end =
                new Splitter(CSV, limits, /* chunkBytes= */ 1)
                        .split(
                                new ByteArrayInputStream(file),
                                Position.START,
                                range -> starts.add(range.start()));
        var records =
                Records.openPlainly(
                        new ByteArrayInputStream(file), Position.START, CSV, recordBytes);
        var expected = new ArrayList<Position>();
        while (records.next()) {
            expected.add(new Position(records.byteOffset(), records.line(), records.record()));
        }
        assertThat(end).isEqualTo(records.position());
        assertThat(starts.stream().skip(1)).isEqualTo(expected.stream().skip(1).toList());
    }

    @Provide
    Arbitrary<String> blocks() {
        return Arbitraries.frequencyOf(
                        Tuple.of(
                                8,
                                Arbitraries.integers()
                                        .between(1, 70)
                                        .map("abcdefghij"::repeat)
                                        .map(text -> text.substring(0, text.length() / 10 + 1))),
                        Tuple.of(
                                10,
                                Arbitraries.of(
                                        ",",
                                        ",",
                                        "\n",
                                        "\n",
                                        "\r\n",
                                        "\r",
                                        "\"",
                                        "\"\"",
                                        "\",\"",
                                        ",\"",
                                        "\",",
                                        "\"\n\"",
                                        "x,\"y\ny\",z\n",
                                        "1,2,3\n")),
                        Tuple.of(1, Arbitraries.of("é", "\0", "\t", "\u0001", "€")))
                .list()
                .ofMinSize(1)
                .ofMaxSize(80)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<Integer> recordLimits() {
        return Arbitraries.of(63, 64, 65, 90, 127, 128, 200, 1024, 100_000);
    }

    @Provide
    Arbitrary<Integer> portions() {
        return Arbitraries.of(1, 7, 64, 100, 1_000_000);
    }

    /// A stream that gives so many bytes at a time.
    private static final class Portions extends InputStream {
        private final ByteArrayInputStream in;
        private final int portion;

        Portions(byte[] bytes, int portion) {
            this.in = new ByteArrayInputStream(bytes);
            this.portion = portion;
        }

        @Override
        public int read() {
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            return in.read(bytes, offset, Math.min(length, portion));
        }
    }
}
