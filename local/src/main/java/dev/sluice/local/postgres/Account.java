package dev.sluice.local.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// As whom PostgreSQL runs, which refuses to run as root: what a command is prefixed with.
///
/// A user is the user. Root hides who it is in a user namespace, and where those are forbidden
/// becomes `nobody`, to whom the data directory is then given.
record Account(List<String> prefix) {
    private static final String NOBODY = "65534";

    static Account of(Path directory, Consumer<String> announcements) throws IOException {
        if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            return new Account(List.of());
        }
        var hidden = new Account(List.of("unshare", "-U"));
        if (hidden.runs("true")) {
            return hidden;
        }
        var nobody =
                new Account(
                        List.of(
                                "setpriv",
                                "--reuid=" + NOBODY,
                                "--regid=" + NOBODY,
                                "--clear-groups"));
        if (run(List.of("chown", "-R", NOBODY + ":" + NOBODY, directory.toString())) == 0
                && nobody.runs("test", "-w", directory.toString())) {
            announcements.accept(
                    "PostgreSQL runs as uid " + NOBODY + ": this root may make no user namespace");
            return nobody;
        }
        throw new IOException(
                "PostgreSQL does not run as root, this root may make no user namespace (unshare"
                        + " -U), and no other user can reach "
                        + directory
                        + ": run as a user, or keep the data elsewhere");
    }

    /// Whether others than root must be able to read the programs.
    boolean isAnother() {
        return prefix.contains("setpriv");
    }

    List<String> command(String... command) {
        return Stream.concat(prefix.stream(), Stream.of(command)).toList();
    }

    private boolean runs(String... command) throws IOException {
        return run(command(command)) == 0;
    }

    private static int run(List<String> command) throws IOException {
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (process.waitFor(60, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            throw new IOException("no end of " + command);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupt);
        } catch (IOException absent) {
            // no such program: as good as refused
            return 127;
        }
    }
}
