package dev.sluice.local.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The PostgreSQL processes that work on a data directory whoever started them.
///
/// A process counts only if its program is called `postgres` and it works in that very directory,
/// as all of them do: the pid in `postmaster.pid` may be a stranger's by now.
final class Orphans {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Orphans() {}

    /// Ends them, first by asking, and tells how many there were.
    static int end(Path data) throws IOException {
        if (!Files.isDirectory(data)) {
            return 0;
        }
        var real = data.toRealPath();
        var orphans = of(real);
        for (var orphan : orphans) {
            if (orphan.parent().filter(orphans::contains).isEmpty()) {
                // The fast shutdown; what Java sends, SIGTERM, would wait for all clients to leave.
                signal("INT", orphan);
            }
        }
        if (!gone(real)) {
            of(real).forEach(ProcessHandle::destroyForcibly);
            if (!gone(real)) {
                throw new IOException("a PostgreSQL on " + data + " does not end: " + of(real));
            }
        }
        // PostgreSQL would take any live process of this number for its other self
        Files.deleteIfExists(data.resolve("postmaster.pid"));
        return orphans.size();
    }

    /// Ends them in PostgreSQL's immediate mode, which leaves everything as it is.
    static void quit(Path data) throws IOException {
        var real = data.toRealPath();
        var all = of(real);
        for (var process : all) {
            if (process.parent().filter(all::contains).isEmpty()) {
                signal("QUIT", process);
            }
        }
        if (!gone(real)) {
            throw new IOException("a PostgreSQL on " + data + " does not end: " + of(real));
        }
    }

    private static List<ProcessHandle> of(Path data) {
        return ProcessHandle.allProcesses().filter(it -> isPostgresIn(data, it)).toList();
    }

    // A process that has ended but that nobody has reaped has no directory any more.
    private static boolean isPostgresIn(Path data, ProcessHandle process) {
        var proc = Path.of("/proc", Long.toString(process.pid()));
        try {
            return Files.readString(proc.resolve("comm")).strip().equals("postgres")
                    && Files.readSymbolicLink(proc.resolve("cwd")).equals(data);
        } catch (IOException _) {
            // gone by now, or another user's
            return false;
        }
    }

    private static void signal(String name, ProcessHandle process) throws IOException {
        var kill =
                List.of(
                        "sh",
                        "-c",
                        "kill -%s \"$1\"".formatted(name),
                        "sh",
                        Long.toString(process.pid()));
        new ProcessBuilder(kill).redirectErrorStream(true).start().getInputStream().readAllBytes();
    }

    private static boolean gone(Path data) throws IOException {
        var deadline = Instant.now().plus(PATIENCE);
        while (!of(data).isEmpty()) {
            if (Instant.now().isAfter(deadline)) {
                return false;
            }
            pause();
        }
        return true;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupt);
        }
    }
}
