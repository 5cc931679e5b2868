package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Dataset;
import dev.sluice.rows.Reading.Way;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The danger: a dialect is read one way by the fast reader, another by the plain one and a third
/// by the splitter, and rows are lost or made up where they part. The table dialects.yaml says what
/// becomes of which file; bytes that are made to hurt are held against all three.
class DialectsTest {

    record Case(Map<String, Object> entry) {
        Dataset dataset() {
            return entry.get("columns") instanceof String columns
                    ? Dialects.dataset(format(), columns)
                    : Dialects.texts(format());
        }

        private String format() {
            return String.valueOf(entry.getOrDefault("format", ""));
        }

        byte[] file() {
            var text =
                    String.valueOf(entry.get("file"))
                            .replace("␍", "\r")
                            .replace("␊", "\n")
                            .replace("␉", "\t");
            return text.getBytes(format().contains("encoding") ? ISO_8859_1 : UTF_8);
        }

        @SuppressWarnings("unchecked")
        List<String> expected(String what) {
            return (List<String>) entry.getOrDefault(what, List.of());
        }

        @Override
        public String toString() {
            return String.valueOf(entry.get("name"));
        }
    }

    @SuppressWarnings("unchecked")
    static Stream<Case> cases() {
        var text = new String(Corpus.bytes("dialects.yaml"), UTF_8);
        var list =
                (List<Map<String, Object>>)
                        new Load(LoadSettings.builder().build()).loadFromString(text);
        return Objects.requireNonNull(list).stream().map(Case::new);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void readsWhatTheTableSays(Case one) {
        var dataset = one.dataset();
        for (var way : Way.values()) {
            check(one, Reading.whole(way, dataset, one.file(), Limits.DEFAULT));
        }
        for (var size = 1; size <= one.file().length; size++) {
            check(one, Reading.chunked(dataset, one.file(), size, Limits.DEFAULT));
        }
    }

    private static void check(Case one, Reading reading) {
        assertThat(reading.rows().stream().map(row -> shown(row, one.dataset())).toList())
                .isEqualTo(one.expected("rows"));
        assertThat(
                        reading.rejects().stream()
                                .map(reject ->
                                        "%d @ %d + %d: %s"
                                                .formatted(
                                                        reject.record(),
                                                        reject.line(),
                                                        reject.byteOffset(),
                                                        reject.code()))
                                .toList())
                .isEqualTo(one.expected("rejects"));
        assertThat(Math.toIntExact(reading.mended()))
                .isEqualTo(one.entry().getOrDefault("mended", 0));
    }

    private static String shown(Reading.Row row, Dataset dataset) {
        var values =
                Reading.texts(row, dataset).stream()
                        .map(text -> text == null ? "∅" : text)
                        .map(text -> text.replace("\r", "␍").replace("\n", "␊").replace("\t", "␉"))
                        .toList();
        return "%d @ %d + %d: %s"
                .formatted(row.record(), row.line(), row.byteOffset(), String.join("|", values));
    }

    @Property(tries = 80)
    void everyReaderAndEveryChunkSizeGivesTheSame(
            @ForAll("hostile") String body, @ForAll("recordLimits") int recordBytes) {
        Dialects.all().forEach(dataset -> agree(dataset, body.getBytes(ISO_8859_1), recordBytes));
    }

    private static void agree(Dataset dataset, byte[] body, int recordBytes) {
        var limits = Reading.limits(recordBytes);
        var file = Reading.withHeader(dataset, body);
        var serial = Reading.whole(Way.FAST, dataset, file, limits);
        assertThat(Reading.whole(Way.PLAIN, dataset, file, limits))
                .as("the plain way of %s", dataset.format())
                .isEqualTo(serial);
        assertThat(serial.read()).isEqualTo(serial.rows().size() + serial.rejects().size());
        for (var size = 1; size <= Math.min(file.length, 40); size++) {
            var chunked = Reading.chunked(dataset, file, size, limits);
            assertThat(chunked.rows()).isEqualTo(serial.rows());
            assertThat(chunked.rejects()).isEqualTo(serial.rejects());
            assertThat(chunked.mended()).isEqualTo(serial.mended());
        }
    }

    /// A departure never eats the records after it: what stands behind one reads as if it stood
    /// alone. An open quote is the one exception, which the table has.
    @Property(tries = 300)
    void aDepartureLeavesTheRecordsBehindItAsTheyAre(@ForAll("departures") List<String> lines) {
        for (var format : List.of("", "escape: backslash", "encoding: windows-1252")) {
            var dataset = Dialects.texts(format);
            var file = "a,b\n" + String.join("\n", lines) + "\n";
            var reading =
                    Reading.whole(Way.FAST, dataset, file.getBytes(ISO_8859_1), Limits.DEFAULT);
            var good = lines.stream().filter(line -> line.startsWith("good")).toList();
            assertThat(reading.rows()).map(row -> row.raw()).isEqualTo(good);
            assertThat(reading.read()).isEqualTo(lines.size());
        }
    }

    @Provide
    Arbitrary<List<String>> departures() {
        return Arbitraries.of(
                        "good,1",
                        "good,2",
                        "bad",
                        "bad,1,2",
                        "\"bad\"x,1",
                        "\"bad\" ,\"x\"",
                        "bad,\0",
                        "bad,\u0081",
                        "\"b\"a\"d\",1")
                .list()
                .ofMaxSize(12);
    }

    @Provide
    Arbitrary<String> hostile() {
        return Arbitraries.of(
                        "\"",
                        "\"\"",
                        ",",
                        "\n",
                        "\r",
                        "\r\n",
                        "a",
                        "1",
                        " ",
                        "\t",
                        "\u00e9",
                        "\u0081",
                        "\\",
                        "\\\\",
                        "\\\"",
                        "\\\n",
                        "\\\r",
                        "\\N",
                        "\0",
                        "#",
                        "\n#",
                        "';'",
                        ";",
                        "\u0001",
                        "x,y\n",
                        "\"q\"",
                        " \"q\" ",
                        "\"\n\"",
                        ",\"",
                        "\",",
                        "1,31.1.2024\n")
                .list()
                .ofMaxSize(20)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<Integer> recordLimits() {
        return Arbitraries.of(1, 2, 3, 5, 8, 13, 1024);
    }
}
