package dev.sluice.local.postgres;

import dev.sluice.local.part.DirectoryLock;
import dev.sluice.local.part.Part;
import dev.sluice.local.part.Parts;
import dev.sluice.local.part.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/// A PostgreSQL server on this machine with one role that owns one database; its data is kept.
///
/// What was committed survives `kill -9` of every process here, but not a power cut: nothing is
/// forced to the disk. Any client on 127.0.0.1 is trusted to be who it says.
public final class Postgres implements Part {
    /*
     * fsync is off because a killed process loses nothing that the kernel has. That is also why
     * synchronous_commit stays on, since without it a commit is answered before the kernel has it,
     * and full_page_writes too: a kill can tear a page that is being written in two.
     */
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "listen_addresses", "127.0.0.1",
                    "unix_socket_directories", "",
                    "fsync", "off",
                    "timezone", "UTC",
                    "log_timezone", "UTC");

    private final Parts parts;
    private final int port;
    private final PostgresSettings settings;
    private Server server;
    private boolean closed;

    private Postgres(Parts parts, int port, PostgresSettings settings, Server server) {
        this.parts = parts;
        this.port = port;
        this.settings = settings;
        this.server = server;
    }

    /// Ends what an earlier run left on the directory, starts the server and waits until it
    /// answers.
    public static Postgres start(PostgresSettings settings) throws IOException {
        var parts = new Parts();
        var _ = parts.start(() -> DirectoryLock.take(settings.dataDirectory()));
        try {
            return Ports.start(
                    settings.preferredPort(),
                    port -> new Postgres(parts, port, settings, serve(settings, port)));
        } catch (IOException | RuntimeException failure) {
            closeAfter(failure, parts);
            throw failure;
        }
    }

    private static void closeAfter(Exception failure, Parts parts) {
        try {
            parts.close();
        } catch (IOException second) {
            failure.addSuppressed(second);
        }
    }

    /// Ends the server as a crash of its machine's processes would, in its immediate mode: sessions
    /// are cut where they are and nothing is written any more. Starts it again on the same port,
    /// which recovers what was committed, and returns when it answers.
    public synchronized void crash() throws IOException {
        if (closed) {
            throw new IOException("PostgreSQL is stopped");
        }
        server.crash();
        server = serve(settings, port);
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /// The owner's libpq URI.
    public URI uri() {
        return URI.create(
                "postgresql://%s@%s:%d/%s"
                        .formatted(settings.owner(), host(), port, settings.database()));
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        try (parts) {
            server.close();
        }
    }

    private static Server serve(PostgresSettings settings, int port) throws IOException {
        var directory = settings.dataDirectory().toRealPath();
        var data = directory.resolve("data");
        if (Orphans.end(data) > 0) {
            settings.announcements().accept("ended a PostgreSQL that an earlier run left behind");
        }
        var account = Account.of(directory, settings.announcements());
        var programs = programs(account, directory).resolve("bin");
        Cluster.ensure(data, programs.resolve("initdb"), account);
        var lines = new LinkedHashMap<>(SETTINGS);
        lines.putAll(settings.server());
        var server =
                Server.start(
                        programs.resolve("postgres"),
                        account,
                        data,
                        port,
                        lines,
                        directory.resolve("log"));
        try {
            ensureOwner(port, settings);
            return server;
        } catch (SQLException failure) {
            var refused = new IOException("PostgreSQL runs but refuses its owner", failure);
            try {
                server.close();
            } catch (IOException second) {
                refused.addSuppressed(second);
            }
            throw refused;
        }
    }

    // Another user than this one may not come into this one's home.
    private static Path programs(Account account, Path directory) throws IOException {
        var home =
                System.getenv()
                        .getOrDefault(
                                "XDG_CACHE_HOME", System.getProperty("user.home") + "/.cache");
        var shelf = Path.of(home, "sluice");
        if (account.isAnother()) {
            return Software.unpackOnto(directory.resolve("programs"));
        }
        try {
            Files.createDirectories(shelf);
        } catch (IOException _) {
            // a user without a home
            return Software.unpackOnto(directory.resolve("programs"));
        }
        return Software.unpackOnto(shelf);
    }

    private static void ensureOwner(int port, PostgresSettings settings) throws SQLException {
        var url = "jdbc:postgresql://127.0.0.1:" + port + "/" + Cluster.SUPERUSER;
        var properties = new Properties();
        properties.setProperty("user", Cluster.SUPERUSER);
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "30");
        try (var connection = DriverManager.getConnection(url, properties)) {
            ensureOwner(connection, settings.owner());
            ensureDatabase(connection, settings.database(), settings.owner());
        }
    }

    // As far as a managed database lets its owner go, and no further: not a superuser.
    private static void ensureOwner(Connection connection, String owner) throws SQLException {
        if (exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?", owner)) {
            return;
        }
        try (var statement = connection.createStatement()) {
            statement.execute("CREATE ROLE \"" + owner + "\" LOGIN CREATEROLE CREATEDB");
            statement.execute("GRANT pg_monitor, pg_signal_backend TO \"" + owner + "\"");
        }
    }

    private static void ensureDatabase(Connection connection, String database, String owner)
            throws SQLException {
        if (exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?", database)) {
            return;
        }
        try (var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE \"" + database + "\" OWNER \"" + owner + "\"");
        }
    }

    private static boolean exists(Connection connection, String query, String name)
            throws SQLException {
        try (var statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            try (var rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }
}
