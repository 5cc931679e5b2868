package dev.sluice.local.postgres;

import dev.sluice.local.part.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A running server process, which does not outlive this process for long.
final class Server implements Part {
    /*
     * The shell holds the reading end of a pipe whose writing end only this JVM has. When that is
     * closed, or the JVM is gone, however it went, the shell asks PostgreSQL for a fast shutdown.
     * The shell does not hear a terminal's Ctrl-C, nor does PostgreSQL, which has a session of its
     * own: whoever uses the database stops first.
     */
    private static final String WATCHED =
            """
            exec 3<&0
            trap '' HUP INT TERM
            setsid "$@" </dev/null 3<&- &
            server=$!
            (read -r _ <&3; kill -INT $server) &
            watch=$!
            exec 3<&-
            wait $server
            status=$?
            kill -KILL $watch
            exit $status
            """;
    private static final Duration TO_START = Duration.ofSeconds(60);
    private static final Duration TO_STOP = Duration.ofSeconds(20);

    private final Path data;
    private final Process process;

    private Server(Path data, Process process) {
        this.data = data;
        this.process = process;
    }

    /// Starts the server and returns when it takes connections.
    static Server start(
            Path postgres,
            Account account,
            Path data,
            int port,
            Map<String, String> settings,
            Path log)
            throws IOException {
        var command = new ArrayList<>(List.of("sh", "-c", WATCHED, "sh"));
        command.addAll(account.command(postgres.toString(), "-D", data.toString()));
        command.addAll(List.of("-p", Integer.toString(port)));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        if (Files.exists(log)) {
            Files.move(log, log.resolveSibling("log.before"), StandardCopyOption.REPLACE_EXISTING);
        }
        var process =
                new ProcessBuilder(command)
                        .directory(data.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        var server = new Server(data, process);
        try {
            server.awaitReady(log);
            return server;
        } catch (IOException failure) {
            try {
                server.close();
            } catch (IOException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        if (!ends(TO_STOP)) {
            var _ = Orphans.end(data);
            process.destroyForcibly();
        }
    }

    /// Ends it without an orderly shutdown.
    void crash() throws IOException {
        Orphans.quit(data);
        close();
    }

    private void awaitReady(Path log) throws IOException {
        var deadline = Instant.now().plus(TO_START);
        while (!isReady()) {
            if (ends(Duration.ofMillis(10))) {
                throw new IOException("PostgreSQL does not start: " + lastWords(log));
            }
            if (Instant.now().isAfter(deadline)) {
                throw new IOException("PostgreSQL is not ready after " + TO_START + ": see " + log);
            }
        }
    }

    // PostgreSQL's own word, on the last line of this file.
    private boolean isReady() throws IOException {
        var status = data.resolve("postmaster.pid");
        return Files.exists(status)
                && Files.readString(status)
                        .lines()
                        .skip(7)
                        .anyMatch(it -> it.strip().equals("ready"));
    }

    private boolean ends(Duration limit) throws IOException {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupt);
        }
    }

    private static String lastWords(Path log) throws IOException {
        var lines = Files.readAllLines(log);
        return String.join(" ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }
}
