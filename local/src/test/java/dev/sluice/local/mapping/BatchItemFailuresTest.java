package dev.sluice.local.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchItemFailuresTest {
    private static final List<String> IDS = List.of("a", "b", "c");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{}",
                "{\"batchItemFailures\":null}",
                "{\"batchItemFailures\":[]}",
                "{\"other\":1}"
            })
    void areNoneWhereNothingIsNamed(String answer) {
        assertThat(BatchItemFailures.read(answer.getBytes(UTF_8), IDS)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"batchItemFailures",
                "\"ok\"",
                "[]",
                "{\"batchItemFailures\":\"a\"}",
                "{\"batchItemFailures\":[\"a\"]}",
                "{\"batchItemFailures\":[{\"foo\":\"a\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":null}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":1}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"a\"},{\"itemIdentifier\":\"x\"}]}"
            })
    void areAllWhereTheAnswerIsWrong(String answer) {
        assertThat(BatchItemFailures.read(answer.getBytes(UTF_8), IDS))
                .containsExactlyInAnyOrderElementsOf(IDS);
    }

    @Test
    void areThoseThatAreNamed() {
        var answer =
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"a\"},{\"itemIdentifier\":\"c\"},{\"itemIdentifier\":\"a\"}]}";
        assertThat(BatchItemFailures.read(answer.getBytes(UTF_8), IDS))
                .containsExactlyInAnyOrder("a", "c");
    }
}
