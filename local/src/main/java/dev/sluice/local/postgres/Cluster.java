package dev.sluice.local.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/// The directory a server keeps its data in, made once.
final class Cluster {
    static final String SUPERUSER = "postgres";

    private Cluster() {}

    /// Makes the directory, or leaves it as it is; a half-made one never shows.
    static void ensure(Path data, Path initdb, Account account) throws IOException {
        if (Files.exists(data.resolve("PG_VERSION"))) {
            return;
        }
        var fresh = data.resolveSibling("data.new");
        Software.delete(fresh);
        try {
            initialize(fresh, initdb, account, "C.UTF-8");
        } catch (IOException failure) {
            // a system without that locale, where letters beyond ASCII then have no case
            try {
                Software.delete(fresh);
                initialize(fresh, initdb, account, "C");
            } catch (IOException second) {
                second.addSuppressed(failure);
                throw second;
            }
        }
        Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void initialize(Path data, Path initdb, Account account, String locale)
            throws IOException {
        var command =
                account.command(
                        initdb.toString(),
                        "--pgdata=" + data,
                        "--username=" + SUPERUSER,
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--locale=" + locale,
                        "--no-sync");
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (exit(process) != 0) {
            throw new IOException("initdb failed: " + said.strip());
        }
    }

    private static int exit(Process process) throws IOException {
        try {
            if (process.waitFor(60, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            throw new IOException("initdb does not end");
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupt);
        }
    }
}
