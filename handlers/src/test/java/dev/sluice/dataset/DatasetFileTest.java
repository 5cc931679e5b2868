package dev.sluice.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The danger: a dataset file says one thing and its rows are judged by another, or its author is
/// told that something is wrong but not what and where.
class DatasetFileTest {
    @TempDir Path root;

    @Test
    void readsAllThatADatasetMaySay() throws IOException {
        var dataset =
                read(
                        """
                        dataset: d
                        table: sales.orders
                        format: {type: tsv, header: true, delimiter: "|", quote: "'", nullText: "NULL", encoding: utf-8}
                        columns:
                          - {name: id, type: bigint, required: true, min: 1, max: 10}
                          - {name: price, from: Price, type: "numeric(10,2)", min: -0.5}
                          - {name: code, type: varchar(3), maxLength: 2, lookup: countries.code}
                          - {name: day, type: date, min: 2000-01-01, max: 2024-12-31}
                        key: [id, day]
                        mode: upsert
                        onReplace: reject
                        maxRejects: 1000
                        maxRejectRatio: 0.5
                        provenance: false
                        timeZone: Europe/Berlin
                        """);
        assertThat(dataset.table().quoted()).isEqualTo("\"sales\".\"orders\"");
        assertThat(dataset.format())
                .isEqualTo(new Format(Format.Type.TSV, true, '|', '\'', "NULL"));
        assertThat(dataset.columns().get(1).from()).isEqualTo("Price");
        assertThat(dataset.columns().get(1).type()).isEqualTo(ColumnType.parse("numeric(10,2)"));
        assertThat(dataset.columns().get(2).lookup()).hasToString("countries.code");
        assertThat(dataset.key()).containsExactly("id", "day");
        assertThat(dataset.mode()).isEqualTo(Mode.UPSERT);
        assertThat(dataset.onReplace()).isEqualTo(OnReplace.REJECT);
        assertThat(dataset.maxRejects()).isEqualTo(OptionalLong.of(1000));
        assertThat(dataset.maxRejectRatio()).isEqualTo(OptionalDouble.of(0.5));
        assertThat(dataset.provenance()).isFalse();
        assertThat(dataset.timeZone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(dataset.needsStagedRoad()).contains("mode upsert");
    }

    @Test
    void saysLittleAndMeansTheDefaults() throws IOException {
        var dataset = read("dataset: d\ntable: t\ncolumns: [{name: a, type: text}]\n");
        var expected =
                Dataset.of(
                        "d",
                        Format.of(Format.Type.CSV),
                        List.of(Column.of("a", ColumnType.parse("text"))));
        assertThat(dataset)
                .isEqualTo(
                        new Dataset(
                                "d",
                                new Table("public", "t"),
                                expected.format(),
                                expected.columns(),
                                List.of(),
                                Mode.APPEND,
                                OnReplace.APPEND,
                                OptionalLong.empty(),
                                OptionalDouble.empty(),
                                /* provenance= */ true,
                                ZoneId.of("UTC")));
        assertThat(dataset.needsStagedRoad()).isEmpty();
        assertThat(dataset.format()).isEqualTo(new Format(Format.Type.CSV, true, ',', '"', ""));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void namesTheLineAndThePropertyOfWhatIsWrong(Map<String, String> entry) throws IOException {
        assertThatThrownBy(() -> read(entry.getOrDefault("file", "")))
                .isInstanceOf(DatasetException.class)
                .hasMessage(entry.get("says"));
    }

    @SuppressWarnings("unchecked")
    static Stream<Map<String, String>> wrong() throws IOException {
        try (var in = DatasetFileTest.class.getResourceAsStream("wrong-datasets.yaml")) {
            var text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            var list = new Load(LoadSettings.builder().build()).loadFromString(text);
            return ((List<Map<String, String>>) Objects.requireNonNull(list)).stream();
        }
    }

    @Test
    void refusesAFileThatIsNotText() throws IOException {
        Files.createDirectories(root.resolve("datasets"));
        Files.write(root.resolve("datasets/d.yaml"), new byte[] {'a', (byte) 0xff});
        assertThatThrownBy(() -> new Assets(root).dataset("d"))
                .hasMessage("datasets/d.yaml is not text in UTF-8.");
    }

    @Test
    void refusesAFileNestedWithoutEnd() {
        assertThatThrownBy(() -> read("a: " + "[".repeat(200_000)))
                .hasMessage("datasets/d.yaml: this is not YAML: it is nested too deeply.");
    }

    private Dataset read(String text) throws IOException {
        Files.createDirectories(root.resolve("datasets"));
        Files.writeString(root.resolve("datasets/d.yaml"), text);
        return new Assets(root).dataset("d");
    }
}
