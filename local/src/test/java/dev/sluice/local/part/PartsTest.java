package dev.sluice.local.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The danger: something that was started is never stopped, or hides why the start failed.
final class PartsTest {
    private final List<String> stopped = new ArrayList<>();
    private final Parts parts = new Parts();

    @Test
    void stopsInReverseAndOnce() throws IOException {
        for (var name : List.of("a", "b", "c")) {
            parts.start(() -> part(name));
        }
        parts.close();
        parts.close();
        assertThat(stopped).containsExactly("c", "b", "a");
    }

    @Test
    void stopsTheRestWhenOneDoesNot() {
        parts.start(() -> part("a"));
        parts.start(() -> failing("b"));
        parts.start(() -> failing("c"));
        assertThatThrownBy(parts::close)
                .isInstanceOf(IOException.class)
                .hasMessage("c")
                .satisfies(it -> assertThat(it.getSuppressed()[0]).hasMessage("b"));
        assertThat(stopped).containsExactly("c", "b", "a");
    }

    @Test
    void takesDownWhatRunsWhenAStartFails() {
        parts.start(() -> part("a"));
        parts.start(() -> failing("b"));
        assertThatThrownBy(() ->
                        parts.start(() -> {
                            throw new IOException("no");
                        }))
                .hasMessage("no")
                .satisfies(it -> assertThat(it.getSuppressed()[0]).hasMessage("b"));
        assertThat(stopped).containsExactly("b", "a");
        assertThatThrownBy(() -> parts.start(() -> part("d")))
                .isInstanceOf(IllegalStateException.class);
    }

    private Part part(String name) {
        return () -> stopped.add(name);
    }

    private Part failing(String name) {
        return () -> {
            stopped.add(name);
            throw new IOException(name);
        };
    }
}
