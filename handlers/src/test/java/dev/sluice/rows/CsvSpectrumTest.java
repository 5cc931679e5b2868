package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.rows.Reading.Way;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The danger: our reader agrees with itself and with nobody else. Held against what csv-spectrum
/// says its files mean, and against FastCSV.
class CsvSpectrumTest {
    private static final Format CSV = Format.of(Format.Type.CSV);
    private static final Dataset THREE = Reading.texts(CSV, "a", "b", "c");

    static Stream<Corpus.Sample> csvSpectrum() {
        return Corpus.csvSpectrum();
    }

    @ParameterizedTest
    @MethodSource("csvSpectrum")
    void readsWhatTheCorpusSays(Corpus.Sample sample) {
        var dataset = Reading.texts(CSV, sample.header());
        var reading = Reading.whole(Way.FAST, dataset, sample.bytes(), Limits.DEFAULT);
        var expected =
                sample.expected().stream()
                        .map(record ->
                                Stream.of(sample.header())
                                        .map(name -> String.valueOf(record.get(name)))
                                        .toList())
                        .toList();
        assertThat(textsOrEmpty(reading)).isEqualTo(expected);
        assertThat(reading.rejects()).isEmpty();
    }

    @Property(tries = 500)
    void readsWhatAnotherReaderReads(
            @ForAll("records") List<List<String>> records, @ForAll("lineEnds") LineDelimiter end) {
        var text = new StringWriter();
        var writer = CsvWriter.builder().lineDelimiter(end).build(text);
        writer.writeRecord("a", "b", "c");
        records.forEach(writer::writeRecord);
        var reading =
                Reading.whole(Way.FAST, THREE, text.toString().getBytes(UTF_8), Limits.DEFAULT);
        try (var other = CsvReader.builder().ofCsvRecord(text.toString())) {
            var others = other.stream().skip(1).map(record -> record.getFields()).toList();
            assertThat(textsOrEmpty(reading)).isEqualTo(others);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(reading.rejects()).isEmpty();
    }

    // no other reader tells null from empty text
    private static List<List<String>> textsOrEmpty(Reading reading) {
        return reading.rows().stream()
                .map(row ->
                        Reading.texts(row).stream().map(text -> text == null ? "" : text).toList())
                .toList();
    }

    @Provide
    Arbitrary<List<List<String>>> records() {
        return Arbitraries.strings()
                .withChars("ab,\"\n\r é😀'")
                .ofMaxLength(6)
                .list()
                .ofSize(3)
                .list()
                .ofMaxSize(8);
    }

    @Provide
    Arbitrary<LineDelimiter> lineEnds() {
        return Arbitraries.of(LineDelimiter.LF, LineDelimiter.CR, LineDelimiter.CRLF);
    }
}
