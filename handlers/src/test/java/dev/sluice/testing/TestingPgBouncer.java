package dev.sluice.testing;

import dev.sluice.local.part.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A PgBouncer before the tests' database, in transaction mode: whoever relies on the state of a
/// session meets a session without it. Ends with this process.
final class TestingPgBouncer {
    private static final List<String> USERS =
            List.of("sluice_loader", "sluice_reader", "sluice_clerk");

    private TestingPgBouncer() {}

    /// Starts the program and returns its port when it answers.
    static int start(Path program, int database) throws IOException {
        // readable by the user that it runs as, which is never root
        var folder =
                Files.createTempDirectory(
                        "sluice-pgbouncer",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwxr-xr-x")));
        var users = folder.resolve("users.txt");
        Files.writeString(
                users, String.join("", USERS.stream().map("\"%s\" \"\"\n"::formatted).toList()));
        int port = Ports.free(0);
        var settings = folder.resolve("pgbouncer.ini");
        Files.writeString(settings, settings(database, port, users));
        var command = new ArrayList<>(List.of(program.toString(), "--quiet"));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("--user", "nobody"));
        }
        command.add(settings.toString());
        var process = new ProcessBuilder(command).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process, folder)));
        awaitAnswer(process, port);
        System.out.println("functions go through PgBouncer on port " + port);
        return port;
    }

    private static String settings(int database, int port, Path users) {
        return """
        [databases]
        * = host=127.0.0.1 port=%d
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %d
        unix_socket_dir =
        auth_type = trust
        auth_file = %s
        pool_mode = transaction
        default_pool_size = 16
        query_wait_timeout = 20
        server_reset_query = DISCARD ALL
        server_reset_query_always = 1
        """
                .formatted(database, port, users);
    }

    private static void awaitAnswer(Process process, int port) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (process.isAlive() && System.nanoTime() < end) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException _) {
                Thread.onSpinWait();
            }
        }
        throw new IOException("PgBouncer does not start");
    }

    private static void stop(Process process, Path folder) {
        process.destroyForcibly();
        try {
            for (var name : List.of("users.txt", "pgbouncer.ini")) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
