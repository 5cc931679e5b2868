package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A log is read while it is written: no line may be cut or come twice.
final class LogTailTest {
    @TempDir Path folder;

    @Test
    void givesWholeLinesOnce() throws IOException {
        var file = Files.writeString(folder.resolve("Load.log"), "one\ntwo\nthr");
        var tail = new LogTail("Load", file);
        assertThat(tail.last(1)).containsExactly("two");
        assertThat(tail.more()).isEmpty();
        Files.writeString(file, "ee\nfour\n", StandardOpenOption.APPEND);
        assertThat(tail.more()).containsExactly("three", "four");
    }

    @Test
    void beginsAnewWithALogThatWasBegunAnew() throws IOException {
        var file = Files.writeString(folder.resolve("Load.log"), "one\ntwo\n");
        var tail = new LogTail("Load", file);
        assertThat(tail.last(10)).hasSize(2);
        Files.writeString(file, "new\n");
        assertThat(tail.more()).containsExactly("new");
    }
}
