package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.job.Position;
import dev.sluice.rows.Reading.Way;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The danger: a file cut into chunks loses a row, doubles one, or reads one otherwise than one
/// reader of the whole file would. Held for every size of chunk, in every corpus and in bytes that
/// are made to hurt, and for a limit on records so low that it counts.
class ChunkedEqualsSerialTest {
    private static final Format CSV = Format.of(Format.Type.CSV);
    private static final Dataset DATASET = Reading.texts(CSV, "a", "b");

    static java.util.stream.Stream<Corpus.Sample> csvSpectrum() {
        return Corpus.csvSpectrum();
    }

    @ParameterizedTest
    @MethodSource("csvSpectrum")
    void everyChunkSizeGivesWhatOneReaderGives(Corpus.Sample sample) {
        var dataset = Reading.texts(CSV, sample.header());
        var serial = Reading.whole(Way.FAST, dataset, sample.bytes(), Limits.DEFAULT);
        assertThat(serial.rejects()).isEmpty();
        for (var size = 1; size <= sample.bytes().length; size++) {
            assertThat(Reading.chunked(dataset, sample.bytes(), size, Limits.DEFAULT))
                    .as("chunks of %d bytes", size)
                    .isEqualTo(serial);
        }
    }

    @Property(tries = 400)
    void hostileBytesInChunksAreWhatTheyAreWhole(
            @ForAll("hostile") String body, @ForAll("recordLimits") int recordBytes) {
        var file = ("a,b\n" + body).getBytes(UTF_8);
        var limits = Reading.limits(recordBytes);
        var serial = Reading.whole(Way.FAST, DATASET, file, limits);
        assertThat(serial.read()).isEqualTo(serial.rows().size() + serial.rejects().size());
        for (var size = 1; size <= file.length; size++) {
            var chunked = Reading.chunked(DATASET, file, size, limits);
            assertThat(chunked.rows()).isEqualTo(serial.rows());
            assertThat(chunked.rejects()).isEqualTo(serial.rejects());
            assertThat(chunked.read()).isEqualTo(serial.read());
        }
    }

    @Property(tries = 1_500)
    void thePlainWayGivesTheSame(
            @ForAll("hostile") String body, @ForAll("recordLimits") int recordBytes) {
        var file = ("a,b\n" + body).getBytes(UTF_8);
        var limits = Reading.limits(recordBytes);
        assertThat(Reading.whole(Way.PLAIN, DATASET, file, limits))
                .isEqualTo(Reading.whole(Way.FAST, DATASET, file, limits));
    }

    @Property(tries = 300)
    void aScanTakenUpAtAnyBoundaryGoesOnAsTheFirstWould(
            @ForAll("hostile") String body, @ForAll("recordLimits") int recordBytes) {
        var file = body.getBytes(UTF_8);
        var limits = Reading.limits(recordBytes);
        var ranges = split(file, Position.START, limits);
        for (var i = 0; i < ranges.size(); i++) {
            assertThat(split(file, ranges.get(i).next(), limits))
                    .isEqualTo(ranges.subList(i + 1, ranges.size()));
        }
    }

    private static List<ChunkRange> split(byte[] file, Position from, Limits limits) {
        var ranges = new ArrayList<ChunkRange>();
        var at = Math.toIntExact(from.byteOffset());
        var in = new ByteArrayInputStream(file, at, file.length - at);
        Reading.assertNoTrouble(() -> new Splitter(CSV, limits, 5).split(in, from, ranges::add));
        return ranges;
    }

    @Provide
    Arbitrary<String> hostile() {
        return Arbitraries.of(
                        "\"", "\"\"", ",", "\n", "\r", "\r\n", "a", "b", " ", "é", "\\", "\\.",
                        "\0", "x,y\n", "\"q\"", "\"\n\"", ",\"", "\",")
                .list()
                .ofMaxSize(24)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<Integer> recordLimits() {
        return Arbitraries.of(1, 2, 3, 5, 8, 13, 1024);
    }
}
