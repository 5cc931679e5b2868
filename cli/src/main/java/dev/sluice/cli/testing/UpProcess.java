package dev.sluice.cli.testing;

import dev.sluice.cli.stack.Endpoints;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// `./sluice up` as a child process, from the class path of this one.
public final class UpProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(4);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final Process process;
    private final Path data;
    private final Collection<String> output = new ConcurrentLinkedQueue<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private UpProcess(Process process, Path data) {
        this.process = process;
        this.data = data;
        Thread.ofVirtual().start(this::read);
    }

    /// What to start: the project's folder, the data folder, the assets, the template's parameters.
    public record Settings(Path home, Path data, Path assets, Map<String, String> parameters) {
        public Settings {
            parameters = Map.copyOf(parameters);
        }
    }

    /// Returns when it says `ready`.
    public static UpProcess start(Settings settings) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command(settings)).redirectErrorStream(true);
        builder.environment().put("SLUICE_HOME", settings.home().toString());
        builder.environment().put("SLUICE_DEBUG", "1");
        builder.environment().remove("SLUICE_IMAGE");
        var up = new UpProcess(builder.start(), settings.data());
        up.awaitReady();
        return up;
    }

    private static List<String> command(Settings settings) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dsun.net.httpserver.nodelay=true"));
        command.addAll(List.of("-cp", classPath(), "dev.sluice.cli.Main", "up"));
        command.addAll(List.of("--data", settings.data().toString()));
        command.addAll(List.of("--assets", settings.assets().toString()));
        settings.parameters()
                .forEach((name, value) ->
                        command.addAll(List.of("--parameter", name + "=" + value)));
        return command;
    }

    /// The class path of this process, for another one. Surefire hides it in a jar's manifest and
    /// leaves it in a property.
    public static String classPath() {
        return System.getProperty(
                "surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                if (line.equals("ready")) ready.countDown();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            ended.countDown();
            ready.countDown();
        }
    }

    private void awaitReady() throws InterruptedException {
        var inTime = ready.await(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (inTime && ended.getCount() > 0) return;
        process.destroyForcibly();
        throw new IllegalStateException("up did not get ready:\n" + output());
    }

    public Endpoints endpoints() {
        return Endpoints.read(Endpoints.fileIn(data));
    }

    public Path data() {
        return data;
    }

    /// All that it wrote so far.
    public String output() {
        return String.join("\n", output);
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /// The processes that it started, and theirs.
    public List<ProcessHandle> children() {
        try (Stream<ProcessHandle> all = process.descendants()) {
            return all.toList();
        }
    }

    /// As Ctrl-C and SIGTERM do.
    public void stop() throws InterruptedException {
        // not by Process, which would close the stream of its last words
        process.toHandle().destroy();
        if (process.waitFor(STOP_LIMIT)) {
            var _ = ended.await(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
            return;
        }
        process.destroyForcibly();
        throw new IllegalStateException("up did not stop:\n" + output());
    }

    /// kill -9 of it and of all that it started; of nothing else.
    public void kill() throws InterruptedException {
        var children = children();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        process.waitFor(STOP_LIMIT);
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
