package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.rows.Reading.Way;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The danger: a member lands in the wrong column, or a value is not the one that was written.
class JsonLinesTest {
    private static final Dataset DATASET =
            Dataset.of(
                    "d",
                    Format.of(Format.Type.JSONL),
                    List.of(
                            column("n", "n", "bigint", /* required= */ true),
                            column("t", "t", "text", /* required= */ false),
                            column("d", "d", "double precision", /* required= */ false),
                            column("b", "b", "boolean", /* required= */ false),
                            column("j", "json", "jsonb", /* required= */ false)));

    private static Column column(String name, String from, String type, boolean required) {
        return new Column(name, from, ColumnType.parse(type), required, null, null, null, null);
    }

    @SuppressWarnings("unchecked")
    static Stream<Map<String, String>> lines() {
        var text = new String(Corpus.bytes("json-lines.yaml"), UTF_8);
        var list = new Load(LoadSettings.builder().build()).loadFromString(text);
        return ((List<Map<String, String>>) Objects.requireNonNull(list)).stream();
    }

    @ParameterizedTest
    @MethodSource("lines")
    void readsWhatTheTableSays(Map<String, String> entry) {
        var file = "{\"n\":0}\n" + entry.get("line") + "\r\n{\"n\":9}";
        for (var way : Way.values()) {
            var reading = Reading.whole(way, DATASET, file.getBytes(UTF_8), Limits.DEFAULT);
            var rows = reading.rows().stream().map(JsonLinesTest::shown).toList();
            var rejects =
                    reading.rejects().stream()
                            .map(it -> it.code() + " " + (it.column() == null ? "-" : it.column()))
                            .toList();
            if (entry.containsKey("row")) {
                assertThat(rejects).isEmpty();
                assertThat(rows).containsExactly("0|∅|∅|∅|∅", entry.get("row"), "9|∅|∅|∅|∅");
            } else {
                assertThat(rejects).containsExactly(entry.get("reject"));
                assertThat(rows).hasSize(2);
            }
        }
    }

    @Test
    void saysWhereALineStopsBeingJsonOrWhatItHasTooMuchOf() {
        assertThat(complaint("{\"n\":1,\"t\":tru}"))
                .isEqualTo(
                        "The line is not one JSON object: it stops being JSON near its byte 15.");
        assertThat(complaint("{\"n\":1} x"))
                .isEqualTo("The line is not one JSON object: it stops being JSON near its byte 9.");
        assertThat(complaint("[1]")).isEqualTo("The line is not one JSON object and no more.");
        var limits =
                "The line has more than 1000 levels, or a number of more than 1000 characters.";
        assertThat(complaint("{\"n\":1,\"x\":" + "[".repeat(1_001) + "]".repeat(1_001) + "}"))
                .isEqualTo(limits);
        assertThat(complaint("{\"n\":1,\"x\":" + "1".repeat(1_001) + "}")).isEqualTo(limits);
        assertThat(complaint("\uFEFF{\"n\":1}")).contains("begins with a byte order mark");
    }

    private static String complaint(String line) {
        var file = "{\"n\":0}\n" + line + "\n";
        var rejects =
                Reading.whole(Way.FAST, DATASET, file.getBytes(UTF_8), Limits.DEFAULT).rejects();
        assertThat(rejects).hasSize(1);
        return rejects.getFirst().message();
    }

    @Test
    void everyChunkSizeGivesWhatOneReaderGives() {
        var file = new StringBuilder("\uFEFF");
        lines().forEach(entry -> file.append(entry.get("line")).append("\n\n"));
        var bytes = file.toString().getBytes(UTF_8);
        var serial = Reading.whole(Way.FAST, DATASET, bytes, Limits.DEFAULT);
        assertThat(serial.read()).isEqualTo(lines().count());
        for (var size = 1; size <= bytes.length; size += 7) {
            assertThat(Reading.chunked(DATASET, bytes, size, Limits.DEFAULT).rows())
                    .isEqualTo(serial.rows());
        }
    }

    private static String shown(Reading.Row row) {
        var data = ByteBuffer.wrap(HexFormat.of().parseHex(row.copy())).position(21);
        var shown = new ArrayList<String>();
        for (var column : DATASET.columns()) {
            var length = data.getInt();
            shown.add(length < 0 ? "∅" : value(column, data.slice(data.position(), length)));
            data.position(data.position() + Math.max(length, 0));
        }
        return String.join("|", shown);
    }

    private static String value(Column column, ByteBuffer data) {
        return switch (column.type().kind()) {
            case BIGINT -> Long.toString(data.getLong());
            case DOUBLE -> Double.toString(data.getDouble());
            case BOOLEAN -> Byte.toString(data.get());
            case JSONB -> UTF_8.decode(data.position(1)).toString();
            default -> UTF_8.decode(data).toString();
        };
    }
}
