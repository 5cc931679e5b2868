package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.rows.Reading.Way;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The danger: a bad record takes a good one with it, or is told with the wrong place. The table
/// records.yaml says what becomes of which file, by both ways and in chunks of every size.
class RecordsTest {
    private static final ColumnType TEXT = ColumnType.of(ColumnType.Kind.TEXT);

    record Case(Map<String, Object> entry) {
        byte[] file() {
            var marked = String.valueOf(entry.get("file"));
            var bytes =
                    marked.replace("␍", "\r").replace("␊", "\n").replace("␀", "\0").getBytes(UTF_8);
            // a character of three bytes stands for one byte that begins none
            var broken =
                    new String(bytes, ISO_8859_1)
                            .replace(new String("⊗".getBytes(UTF_8), ISO_8859_1), "\u00ff");
            return broken.getBytes(ISO_8859_1);
        }

        Dataset dataset() {
            var type = entry.containsKey("type") ? Format.Type.TSV : Format.Type.CSV;
            var standard = Format.of(type);
            var quote = (String) entry.getOrDefault("quote", "\"");
            var format =
                    new Format(
                            type,
                            (Boolean) entry.getOrDefault("header", true),
                            entry.get("delimiter") instanceof String d
                                    ? d.charAt(0)
                                    : standard.delimiter(),
                            quote.isEmpty() ? null : quote.charAt(0),
                            (String) entry.getOrDefault("nullText", ""));
            var a = new Column("a", "a", TEXT, /* required= */ true, null, null, null, null);
            return Dataset.of("records", format, List.of(a, Column.of("b", TEXT)));
        }

        Limits limits() {
            return entry.get("limit") instanceof Integer limit
                    ? Reading.limits(limit)
                    : Limits.DEFAULT;
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
        var text = new String(Corpus.bytes("records.yaml"), UTF_8);
        var list =
                (List<Map<String, Object>>)
                        new Load(LoadSettings.builder().build()).loadFromString(text);
        return Objects.requireNonNull(list).stream().map(Case::new);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void readsWhatTheTableSays(Case one) {
        for (var way : Way.values()) {
            check(one, Reading.whole(way, one.dataset(), one.file(), one.limits()));
        }
        for (var size = 1; size <= one.file().length; size++) {
            check(one, Reading.chunked(one.dataset(), one.file(), size, one.limits()));
        }
    }

    private static void check(Case one, Reading reading) {
        assertThat(reading.rows().stream().map(RecordsTest::shown).toList())
                .isEqualTo(one.expected("rows"));
        assertThat(
                        reading.rejects().stream()
                                .map(reject ->
                                        "%d @ %d + %d: %s %s"
                                                .formatted(
                                                        reject.record(),
                                                        reject.line(),
                                                        reject.byteOffset(),
                                                        reject.code(),
                                                        reject.column() == null
                                                                ? "-"
                                                                : reject.column()))
                                .toList())
                .isEqualTo(one.expected("rejects"));
        assertThat(reading.read()).isEqualTo(reading.rows().size() + reading.rejects().size());
    }

    private static String shown(Reading.Row row) {
        var values =
                Reading.texts(row).stream()
                        .map(text -> text == null ? "∅" : text)
                        .map(text -> text.replace("\r", "␍").replace("\n", "␊"))
                        .toList();
        return "%d @ %d + %d: %s"
                .formatted(row.record(), row.line(), row.byteOffset(), String.join("|", values));
    }

    @Test
    void keepsTheTextOfABadRecordWithinItsCapAndFitForTheLedger() {
        var dataset = Reading.texts(Format.of(Format.Type.CSV), "a", "b");
        var file = "a,b\n" + "é".repeat(3_000) + "\nx\0y\n";
        var rejects =
                Reading.whole(Way.FAST, dataset, file.getBytes(UTF_8), Limits.DEFAULT).rejects();
        assertThat(rejects.get(0).raw()).isEqualTo("é".repeat(2_048));
        assertThat(rejects.get(1).raw()).isEqualTo("x␀y");
    }

    @Test
    void saysInOneSentenceWhatIsWrong() {
        var columns =
                List.of(
                        Column.of("a", ColumnType.parse("integer")),
                        Column.of("b", ColumnType.parse("numeric(4,2)")));
        var dataset = Dataset.of("d", Format.of(Format.Type.CSV), columns);
        var file = "a,b\n12x,1\n1,1.234\n1\n\"1\"2,3\n99999999999,1\n1,\u202e" + "9".repeat(100);
        var reading = Reading.whole(Way.FAST, dataset, file.getBytes(UTF_8), Limits.DEFAULT);
        assertThat(reading.rejects())
                .map(reject -> reject.message())
                .containsExactly(
                        "Column \"a\": \"12x\" is not a value of type integer.",
                        "Column \"b\": \"1.234\" has more than 2 decimals.",
                        "The record has 1 field where 2 are expected.",
                        "There is text behind the closing quote of the value that starts in line 5.",
                        "Column \"a\": \"99999999999\" is out of the range of integer.",
                        "Column \"b\": \"\ufffd%s…\" is not a value of type numeric(4,2)."
                                .formatted("9".repeat(59)));
    }
}
