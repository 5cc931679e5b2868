package dev.sluice.db;

import dev.sluice.db.migrate.Migrations;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;

/// A real PostgreSQL server for the tests of this module: started once, migrated once, emptied for
/// each test.
public final class TestingPostgres {
    private static final EmbeddedPostgres SERVER = start();

    private TestingPostgres() {}

    private static EmbeddedPostgres start() {
        try {
            var server = EmbeddedPostgres.builder().setPGStartupWait(Duration.ofMinutes(1)).start();
            Migrations.apply(settings("postgres", server.getPort()));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException("no ledger", e);
        }
    }

    private static DatabaseSettings settings(String user, int port) {
        return new DatabaseSettings(
                "127.0.0.1",
                port,
                "postgres",
                user,
                DatabaseSettings.Auth.NONE,
                null,
                DatabaseSettings.Tls.DISABLE,
                "test",
                Duration.ofSeconds(20));
    }

    public static DatabaseSettings as(String user) {
        return settings(user, SERVER.getPort());
    }

    /// The same server behind a relay on another port.
    public static DatabaseSettings as(String user, int port) {
        return settings(user, port);
    }

    public static int port() {
        return SERVER.getPort();
    }

    public static Connection owner() throws SQLException {
        return as("postgres").dataSource().getConnection();
    }

    public static Database loader() {
        return new Database(as("sluice_loader"), InstantSource.system());
    }

    public static void empty() throws SQLException {
        run(
                "TRUNCATE sluice.job, sluice.chunk, sluice.reject, sluice.walk, sluice.removal CASCADE");
    }

    public static void run(String sql) throws SQLException {
        try (var connection = owner();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public static String ask(String sql) throws SQLException {
        try (var connection = owner();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }
}
