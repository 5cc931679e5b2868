package dev.sluice.local.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// No process of a function outlives the runner, even where the runner had no chance to end it.
class OrphansTest {
    @TempDir Path directory;

    @Test
    void endWithARunnerThatWasKilled() throws Exception {
        var runner =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Runner.class.getName(),
                                directory.toString())
                        .redirectErrorStream(true)
                        .start();
        try (var output = runner.inputReader()) {
            var pids = pids(output);
            assertThat(pids).hasSize(3).allMatch(OrphansTest::isAlive);
            var children =
                    pids.stream()
                            .flatMap(pid -> ProcessHandle.of(pid).orElseThrow().descendants())
                            .map(ProcessHandle::pid)
                            .toList();
            assertThat(children).hasSizeGreaterThanOrEqualTo(4);
            runner.destroyForcibly();
            TestingFunctions.awaitTrue(() -> pids.stream().noneMatch(OrphansTest::isAlive));
            TestingFunctions.awaitTrue(() -> children.stream().noneMatch(OrphansTest::isAlive));
        } finally {
            runner.destroyForcibly().waitFor();
        }
    }

    private static List<Long> pids(BufferedReader output) throws Exception {
        for (var line = output.readLine(); line != null; line = output.readLine()) {
            if (line.endsWith(" ready")) {
                return Stream.of(line.split(" ", -1))
                        .filter(word -> word.matches("[0-9]+"))
                        .map(Long::parseLong)
                        .toList();
            }
        }
        throw new AssertionError("the runner ended");
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}
