package dev.sluice.local.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The danger: two stacks on one data directory, or none because of one that is long gone.
final class DirectoryLockTest {
    @TempDir Path directory;

    @Test
    void refusesThisProcessTwice() throws IOException {
        try (var _ = DirectoryLock.take(directory)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> DirectoryLock.take(directory))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("this process");
            }
        }
        DirectoryLock.take(directory).close();
    }

    @Test
    void namesTheProcessThatHasItAndOutlivesItsKill() throws Exception {
        var other = holder();
        try {
            assertThatThrownBy(() -> DirectoryLock.take(directory))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by process " + other.pid());
        } finally {
            other.destroyForcibly();
        }
        assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
        DirectoryLock.take(directory).close();
    }

    @Test
    void mindsNoPidOfAnEarlierRun() throws IOException {
        Files.writeString(directory.resolve("lock.pid"), ProcessHandle.current().pid() + " 0");
        DirectoryLock.take(directory).close();
    }

    /// A JVM of its own that takes the directory and waits to be killed.
    public static void main(String[] arguments) throws Exception {
        try (var _ = DirectoryLock.take(Path.of(arguments[0]))) {
            System.out.println("taken");
            Thread.currentThread().join();
        }
    }

    private Process holder() throws IOException {
        var process =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                DirectoryLockTest.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        assertThat(process.inputReader().readLine()).isEqualTo("taken");
        return process;
    }
}
