package dev.sluice.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The danger: a server that stays behind, a database that is lost, or another's that is ended.
final class PostgresTest {
    @TempDir Path data;
    private final ConcurrentLinkedQueue<String> announcements = new ConcurrentLinkedQueue<>();

    @Test
    void givesTheOwnerItsDatabaseAndNoMore() throws Exception {
        try (var postgres = Postgres.start(settings(0, Map.of("max_connections", "17")));
                var connection = connect(postgres)) {
            assertThat(one(connection, "SELECT current_user || '@' || current_database()"))
                    .isEqualTo("sluice_owner@sluice");
            assertThat(one(connection, "SHOW max_connections")).isEqualTo("17");
            assertThat(one(connection, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(
                            one(
                                    connection,
                                    "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
                    .isEqualTo("f");
            execute(connection, "CREATE ROLE loader LOGIN");
            execute(connection, "CREATE SCHEMA ledger");
            execute(connection, "CREATE EXTENSION pgcrypto");
            assertThat(postgres.uri().toString())
                    .isEqualTo(
                            "postgresql://sluice_owner@127.0.0.1:" + postgres.port() + "/sluice");
        }
        assertThat(Orphans.end(data.resolve("data"))).isZero();
    }

    @Test
    void keepsItsDataAndItsPort() throws Exception {
        int port;
        try (var postgres = Postgres.start(settings(0, Map.of()));
                var connection = connect(postgres)) {
            execute(connection, "CREATE TABLE t AS SELECT 42 AS n");
            port = postgres.port();
        }
        try (var postgres = Postgres.start(settings(port, Map.of()));
                var connection = connect(postgres)) {
            assertThat(postgres.port()).isEqualTo(port);
            assertThat(one(connection, "SELECT n FROM t")).isEqualTo("42");
        }
        assertThat(announcements).isEmpty();
    }

    @Test
    void comesBackFromACrashWithWhatWasCommittedAndNoMore() throws Exception {
        try (var postgres = Postgres.start(settings(0, Map.of()))) {
            int port = postgres.port();
            try (var cut = connect(postgres)) {
                execute(cut, "CREATE TABLE t AS SELECT 1 AS n");
                cut.setAutoCommit(false);
                execute(cut, "INSERT INTO t VALUES (2)");
                postgres.crash();
                assertThatThrownBy(() -> execute(cut, "INSERT INTO t VALUES (3)"))
                        .isInstanceOf(SQLException.class);
            }
            assertThat(postgres.port()).isEqualTo(port);
            try (var after = connect(postgres)) {
                assertThat(one(after, "SELECT sum(n) FROM t")).isEqualTo("1");
            }
        }
    }

    @Test
    void takesAnotherPortWhereThePreferredOneIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var postgres = Postgres.start(settings(taken.getLocalPort(), Map.of()))) {
            assertThat(postgres.port()).isNotEqualTo(taken.getLocalPort());
        }
    }

    @Test
    void refusesADirectoryThatIsInUse() throws Exception {
        try (var _ = Postgres.start(settings(0, Map.of()))) {
            assertThatThrownBy(() -> Postgres.start(settings(0, Map.of())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by this process");
        }
    }

    @Test
    void saysWhyItDoesNotStart() {
        assertThatThrownBy(() -> Postgres.start(settings(0, Map.of("max_connections", "many"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("max_connections");
    }

    @Test
    void stopsWhenItsStarterIsKilled() throws Exception {
        var starter = child();
        var postmaster = postmaster();
        starter.destroyForcibly();
        assertThat(starter.waitFor(60, TimeUnit.SECONDS)).isTrue();
        try (var postgres = Postgres.start(settings(0, Map.of()));
                var connection = connect(postgres)) {
            assertThat(postmaster.isAlive()).isFalse();
            assertThat(one(connection, "SELECT n FROM kept")).isEqualTo("1");
        }
    }

    @Test
    void endsAServerThatWasLeftBehind() throws Exception {
        var starter = child();
        var postmaster = postmaster();
        var shells = starter.descendants().filter(PostgresTest::isShell).toList();
        assertThat(shells).isNotEmpty();
        // the JVM sleeps, or it would see its shell go and close the pipe that the other one
        // watches
        freeze(starter);
        for (var shell : shells) {
            signal("KILL", shell);
        }
        signal("KILL", starter.toHandle());
        assertThat(starter.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(postmaster.isAlive()).isTrue();
        try (var postgres = Postgres.start(settings(0, Map.of()));
                var connection = connect(postgres)) {
            assertThat(one(connection, "SELECT n FROM kept")).isEqualTo("1");
        }
        assertThat(announcements).hasSize(1);
    }

    @Test
    void losesNoCommitWhenAllIsKilled() throws Exception {
        var starter = child();
        var all = starter.descendants().toList();
        freeze(starter);
        for (var process : all) {
            signal("KILL", process);
        }
        signal("KILL", starter.toHandle());
        assertThat(starter.waitFor(60, TimeUnit.SECONDS)).isTrue();
        try (var postgres = Postgres.start(settings(0, Map.of()));
                var connection = connect(postgres)) {
            assertThat(one(connection, "SELECT n FROM kept")).isEqualTo("1");
        }
    }

    @Test
    void sparesAStrangerWhoHasThePidNow() throws Exception {
        Postgres.start(settings(0, Map.of())).close();
        var stranger = new ProcessBuilder("sleep", "600").start();
        try {
            Files.writeString(
                    data.resolve("data/postmaster.pid"),
                    stranger.pid() + "\n" + data.resolve("data") + "\n");
            Postgres.start(settings(0, Map.of())).close();
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly().waitFor();
        }
    }

    /// A JVM of its own that starts a server, commits a row and waits to be killed.
    public static void main(String[] arguments) throws Exception {
        var settings =
                new PostgresSettings(
                        Path.of(arguments[0]), "sluice_owner", "sluice", 0, Map.of(), _ -> {});
        try (var postgres = Postgres.start(settings);
                var connection = connect(postgres)) {
            execute(connection, "CREATE TABLE kept AS SELECT 1 AS n");
            System.out.println("committed");
            Thread.currentThread().join();
        }
    }

    private Process child() throws IOException {
        var command =
                List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PostgresTest.class.getName(),
                        data.toString());
        var process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        assertThat(process.inputReader().readLine()).isEqualTo("committed");
        return process;
    }

    private ProcessHandle postmaster() throws IOException {
        var lines = Files.readAllLines(data.resolve("data/postmaster.pid"));
        return ProcessHandle.of(Long.parseLong(lines.getFirst())).orElseThrow();
    }

    private static void signal(String name, ProcessHandle process) throws Exception {
        // one that is gone already is as good
        var kill = List.of("sh", "-c", "kill -" + name + " " + process.pid() + " 2>&-; true");
        assertThat(new ProcessBuilder(kill).inheritIO().start().waitFor()).isZero();
    }

    // The signal is heard by one thread, when its turn comes; until then the others go on.
    private static void freeze(Process process) throws Exception {
        signal("STOP", process.toHandle());
        var stat = Path.of("/proc", Long.toString(process.pid()), "stat");
        var deadline = Instant.now().plusSeconds(60);
        while (!Files.readString(stat).contains(") T ")) {
            assertThat(Instant.now()).isBefore(deadline);
            Thread.onSpinWait();
        }
    }

    private static boolean isShell(ProcessHandle process) {
        return process.info().command().filter(it -> it.endsWith("sh")).isPresent();
    }

    private PostgresSettings settings(int port, Map<String, String> server) {
        return new PostgresSettings(
                data, "sluice_owner", "sluice", port, server, announcements::add);
    }

    private static Connection connect(Postgres postgres) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/sluice", "sluice_owner", "");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String one(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
