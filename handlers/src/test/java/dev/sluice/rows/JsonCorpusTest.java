package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.dataset.Dataset;
import dev.sluice.rows.Reading.Way;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The danger: what is no JSON is stored, or a column of JSON refuses what is. JSONTestSuite says
/// of each file whether a parser must take it (y_), must not (n_) or may (i_); here the last are
/// decided too, by what jsonb can hold.
class JsonCorpusTest {
    // JSON by the standard, but U+0000 is in them, which PostgreSQL has no place for
    private static final Set<String> NOT_IN_JSONB =
            Set.of("y_string_null_escape", "y_object_escaped_null_in_key");

    private static final Set<String> TAKEN_THOUGH_FREE =
            Set.of(
                    "i_number_double_huge_neg_exp",
                    "i_number_neg_int_huge_exp",
                    "i_number_pos_double_huge_exp",
                    "i_number_real_neg_overflow",
                    "i_number_real_pos_overflow",
                    "i_number_too_big_neg_int",
                    "i_number_too_big_pos_int",
                    "i_number_very_big_negative_int",
                    "i_structure_500_nested_arrays");

    private static final Dataset DATASET =
            Dialects.dataset("type: jsonl", "{name: j, type: jsonb}");

    record Document(Map<String, Object> entry) {
        String name() {
            return String.valueOf(entry.get("name"));
        }

        boolean isTaken() {
            return TAKEN_THOUGH_FREE.contains(name())
                    || (name().startsWith("y_") && !NOT_IN_JSONB.contains(name()));
        }

        byte[] bytes() {
            if (entry.get("times") instanceof Integer times) {
                return String.valueOf(entry.get("repeat")).repeat(times).getBytes(UTF_8);
            }
            // what is no UTF-8 came into the copy as replacement characters; any such byte will do
            var lost = new String("\ufffd".getBytes(UTF_8), ISO_8859_1);
            return new String(String.valueOf(entry.get("input")).getBytes(UTF_8), ISO_8859_1)
                    .replace(lost, "\u00ff")
                    .getBytes(ISO_8859_1);
        }

        @Override
        public String toString() {
            return name();
        }
    }

    static Stream<Document> documents() {
        return new String(Corpus.bytes("json-parsing.jsonl"), UTF_8)
                .lines()
                .map(line -> document(line));
    }

    private static Document document(String line) {
        try {
            return new Document(JSON.std.mapFrom(line));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void givesEachFileItsVerdict(Document document) {
        var bytes = document.bytes();
        var taken =
                Utf8.firstFault(bytes, 0, bytes.length) == bytes.length
                        && Json.isJsonb(bytes, 0, bytes.length);
        assertThat(taken).isEqualTo(document.isTaken());
    }

    @ParameterizedTest
    @MethodSource("documents")
    void givesTheSameVerdictInsideALine(Document document) {
        // a line end between two tokens means nothing in JSON, and everything in JSON Lines
        var text = new String(document.bytes(), ISO_8859_1).strip();
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            return;
        }
        var file = ("{\"j\":0}\n{\"j\":" + text + "}\n{\"j\":1}\n").getBytes(ISO_8859_1);
        for (var way : Way.values()) {
            var reading = Reading.whole(way, DATASET, file, Limits.DEFAULT);
            assertThat(reading.rows()).hasSize(document.isTaken() ? 3 : 2);
            assertThat(reading.rejects()).hasSize(document.isTaken() ? 0 : 1);
        }
    }
}
