package dev.sluice.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.postgres.Postgres;
import dev.sluice.local.postgres.PostgresSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/// The danger: one session's bytes in another's transaction, a connection that never comes back, a
/// pin that nobody sees.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ProxyTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Queue<Pin> told = new ConcurrentLinkedQueue<>();
    private Path data;
    private Postgres postgres;

    @BeforeAll
    void startDatabase(@TempDir Path folder) throws Exception {
        data = folder;
        postgres = database(0);
        try (var owner = direct()) {
            execute(owner, "CREATE TABLE things (id int PRIMARY KEY, name text)");
        }
    }

    @AfterAll
    void stopDatabase() throws IOException {
        postgres.close();
    }

    @Test
    void lendsItsFewConnectionsForATransactionAtATime() throws Exception {
        try (var proxy = proxy(2)) {
            var all = new CyclicBarrier(20);
            inParallel(
                    20,
                    _ -> {
                        try (var client = connect(proxy)) {
                            all.await(60, TimeUnit.SECONDS);
                            client.setAutoCommit(false);
                            for (int round = 0; round < 10; round++) {
                                var transaction = one(client, "SELECT txid_current()");
                                execute(client, "SELECT pg_sleep(0.002)");
                                assertThat(one(client, "SELECT txid_current()"))
                                        .isEqualTo(transaction);
                                assertThat(connections()).isLessThanOrEqualTo(2);
                                client.commit();
                            }
                        }
                        return true;
                    });

            var figures = proxy.figures();
            assertThat(figures.mostServers()).isEqualTo(2);
            assertThat(figures.mostClients()).isEqualTo(20);
            assertThat(figures.waits()).isPositive();
            assertThat(figures.pins()).isEmpty();
            until(() -> proxy.figures().clients() == 0 && proxy.figures().borrowed() == 0);
        }
        until(() -> connections() == 0);
    }

    @Test
    void carriesACopyInBothDirections() throws Exception {
        var rows = rows(200_000, "x".repeat(40));
        try (var proxy = proxy(1);
                var client = connect(proxy)) {
            client.setAutoCommit(false);
            execute(client, "CREATE TABLE copied (id int, name text)");
            assertThat(copy(client, "copied", rows)).isEqualTo(200_000);
            var back = new ByteArrayOutputStream();
            var _ =
                    client.unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut("COPY copied TO STDOUT", back);
            assertThat(back.toByteArray()).isEqualTo(rows);
            client.rollback();
            untilBorrowed(proxy, 0);
        }
    }

    /// What a client still sends of a COPY that failed must not land in the next client's.
    @Test
    void keepsTheRestOfAFailedCopyToItself() throws Exception {
        var bad = rows(100_000, "bad");
        bad[0] = 'x';
        try (var proxy = proxy(1)) {
            inParallel(
                    8,
                    number -> {
                        try (var client = connect(proxy)) {
                            for (int round = 0; round < 10; round++) {
                                var table = "copy_" + number + "_" + round;
                                execute(client, "CREATE TABLE " + table + " (id int, name text)");
                                assertThatThrownBy(() -> copy(client, table, bad))
                                        .hasMessageContaining("invalid input syntax");
                                assertThat(copy(client, table, rows(1000, "good"))).isEqualTo(1000);
                                assertThat(
                                                one(
                                                        client,
                                                        "SELECT count(*) FROM %s WHERE name <> 'good'"
                                                                .formatted(table)))
                                        .isEqualTo("0");
                            }
                        }
                        return true;
                    });
            untilBorrowed(proxy, 0);
        }
    }

    @Test
    void rollsBackWhatAClientLeavesBehind() throws Exception {
        try (var proxy = proxy(1)) {
            var client = connect(proxy);
            client.setAutoCommit(false);
            execute(client, "INSERT INTO things VALUES (1, 'left')");
            client.abort(Runnable::run);

            try (var next = connect(proxy)) {
                execute(next, "INSERT INTO things VALUES (1, 'mine')");
                assertThat(one(next, "SELECT name FROM things WHERE id = 1")).isEqualTo("mine");
                execute(next, "DELETE FROM things");
            }
            until(() -> proxy.figures().clients() == 0);
        }
    }

    @Test
    void letsAClientWaitForAConnectionSoLongAndNoLonger() throws Exception {
        try (var proxy = Proxy.start(settings(1, Duration.ofMillis(200), LONG));
                var first = connect(proxy);
                var second = connect(proxy)) {
            first.setAutoCommit(false);
            execute(first, "SELECT 1");

            assertThatThrownBy(() -> execute(second, "SELECT 1"))
                    .hasMessageContaining("Timed-out waiting to acquire database connection");

            first.commit();
            untilBorrowed(proxy, 0);
            try (var third = connect(proxy)) {
                assertThat(one(third, "SELECT 1")).isEqualTo("1");
            }
            assertThat(proxy.figures().timeouts()).isEqualTo(1);
        }
    }

    @Test
    void hangsUpOnAClientThatAsksForNothing() throws Exception {
        try (var proxy = Proxy.start(settings(1, LONG, Duration.ofSeconds(2)));
                var busy = connect(proxy);
                var idle = connect(proxy)) {
            assertThat(one(busy, "SELECT pg_sleep(2.5)")).isEmpty();

            until(() -> proxy.figures().clients() <= 1);
            assertThat(idle.isClosed()).isFalse();
            assertThat(idle.isValid(1)).isFalse();
        }
    }

    @Test
    void hearsNoRequestToCancel() throws Exception {
        try (var proxy = proxy(1);
                var client = connect(proxy);
                var statement = client.createStatement()) {
            var answer =
                    Executors.newVirtualThreadPerTaskExecutor()
                            .submit(() -> statement.execute("SELECT pg_sleep(0.3)"));
            until(() -> proxy.figures().borrowed() == 1);
            statement.cancel();

            assertThat(answer.get(60, TimeUnit.SECONDS)).isTrue();
            until(() -> proxy.figures().cancels() == 1);
        }
    }

    @Test
    void refusesWhatTheProxyOfAwsRefusesAtTheStart() throws Exception {
        try (var proxy = proxy(1)) {
            assertThatThrownBy(() -> connect(proxy, Map.of("options", "-c work_mem=1MB")))
                    .hasMessageContaining("doesn't support command-line options");
            assertThatThrownBy(() -> connect(proxy, Map.of("currentSchema", "other")))
                    .hasMessageContaining("search_path");
            assertThatThrownBy(() -> connect(proxy, Map.of("user", "nobody")))
                    .hasMessageContaining("role \"nobody\" does not exist");
            assertThat(proxy.figures().refused()).isGreaterThanOrEqualTo(3);
            assertThat(proxy.figures().borrowed()).isZero();
        }
    }

    @Test
    void carriesTheClientsSettings() throws Exception {
        try (var proxy = proxy(1);
                var client = connect(proxy, Map.of())) {
            assertThat(one(client, "SELECT current_user || '@' || current_database()"))
                    .isEqualTo("owner@things");
            assertThat(one(client, "SHOW client_encoding")).isEqualTo("UTF8");
            assertThat(one(client, "SHOW DateStyle")).startsWith("ISO");
        }
    }

    @Test
    void bringsIdleClientsOverARestartOfTheDatabase() throws Exception {
        try (var proxy = proxy(2);
                var idle = connect(proxy);
                var working = connect(proxy)) {
            assertThat(one(idle, "SELECT 1")).isEqualTo("1");
            working.setAutoCommit(false);
            execute(working, "SELECT 1");

            postgres.close();
            var waiting =
                    Executors.newVirtualThreadPerTaskExecutor()
                            .submit(() -> one(idle, "SELECT 'there again'"));
            postgres = database(postgres.port());

            assertThat(waiting.get(60, TimeUnit.SECONDS)).isEqualTo("there again");
            assertThatThrownBy(() -> execute(working, "SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            it -> assertThat(it.getSQLState()).startsWith("57P"));
        }
    }

    @Test
    void pinsASessionAndSaysWhy() throws Exception {
        try (var proxy = proxy(2);
                var pinned = connect(proxy);
                var other = connect(proxy)) {
            execute(pinned, "SET work_mem = '5MB'");

            var backend = one(pinned, "SELECT pg_backend_pid()");
            for (int round = 0; round < 5; round++) {
                assertThat(one(other, "SELECT pg_backend_pid()")).isNotEqualTo(backend);
                assertThat(one(pinned, "SELECT pg_backend_pid()")).isEqualTo(backend);
                assertThat(one(pinned, "SHOW work_mem")).isEqualTo("5MB");
            }
            untilBorrowed(proxy, 1);
            assertThat(proxy.figures().pins())
                    .singleElement()
                    .hasToString("SET pinned a session of owner (here): SET work_mem = '5MB'");
            assertThat(told).containsAll(proxy.figures().pins());
        }
    }

    @Test
    void seesNamesAndSizesOfStatements() throws Exception {
        try (var proxy = proxy(1)) {
            try (var client = connect(proxy, Map.of("prepareThreshold", "1"))) {
                try (var statement = client.prepareStatement("SELECT ?::int")) {
                    statement.setInt(1, 1);
                    statement.execute();
                }
            }
            try (var client = connect(proxy)) {
                execute(client, "SELECT '" + "x".repeat(17_000) + "'");
            }
            assertThat(proxy.figures().pins())
                    .extracting(Pin::reason)
                    .containsExactly(
                            "a prepared statement with a name", "a statement of more than 16 KB");
        }
    }

    /// Unnamed statements live on one connection; a client may describe first and execute then.
    @Test
    void staysWithAStatementThatWasParsedAndNotExecuted() throws Exception {
        try (var proxy = proxy(2);
                var raw = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            raw.setSoTimeout(10_000);
            var out = raw.getOutputStream();
            out.write(Messages.startup(Map.of("user", "owner", "database", "things")));
            readUntilReady(raw);
            out.write(bytes('P', "\0SELECT 7\0\0\0"));
            out.write(bytes('S', ""));
            readUntilReady(raw);
            assertThat(proxy.figures().borrowed()).isEqualTo(1);
            out.write(bytes('B', "\0\0\0\0\0\0\0\0"));
            out.write(bytes('E', "\0\0\0\0\0"));
            out.write(bytes('S', ""));
            assertThat(readUntilReady(raw)).contains("7");
            until(() -> proxy.figures().borrowed() == 0);
        }
    }

    private static byte[] bytes(char type, String body) {
        var text = body.getBytes(StandardCharsets.ISO_8859_1);
        return java.nio.ByteBuffer.allocate(5 + text.length)
                .put((byte) type)
                .putInt(4 + text.length)
                .put(text)
                .array();
    }

    private static String readUntilReady(Socket raw) throws IOException {
        var in = new Frames(raw.getInputStream(), _ -> {});
        var seen = new StringBuilder();
        while (true) {
            int type = in.next();
            if (type == -1) throw new IOException("the proxy hung up after " + seen);
            seen.append(new String(in.head(in.size()), StandardCharsets.ISO_8859_1));
            in.skip();
            if (type == 'Z') return seen.toString();
        }
    }

    // ------------------------------------------------------------ what the tests use

    private interface Work {
        boolean run(int number) throws Exception;
    }

    private static void inParallel(int count, Work work) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<Boolean>>();
            for (int number = 0; number < count; number++) {
                int mine = number;
                running.add(threads.submit(() -> work.run(mine)));
            }
            for (var each : running) {
                assertThat(each.get(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    /// A client has its answer a moment before its connection is given back.
    private static void untilBorrowed(Proxy proxy, int connections) throws InterruptedException {
        until(() -> proxy.figures().borrowed() == connections);
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("a minute is over").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private Postgres database(int port) throws IOException {
        return Postgres.start(
                new PostgresSettings(data, "owner", "things", port, Map.of(), _ -> {}));
    }

    private Proxy proxy(int most) throws IOException {
        return Proxy.start(settings(most, LONG, LONG));
    }

    private ProxySettings settings(int most, Duration borrow, Duration idle) {
        return new ProxySettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), postgres.port()),
                most,
                most,
                borrow,
                idle,
                told::add,
                InstantSource.system());
    }

    private static Connection connect(Proxy proxy) throws SQLException {
        return connect(proxy, Map.of());
    }

    private static Connection connect(Proxy proxy, Map<String, String> more) throws SQLException {
        return connect(proxy.port(), more);
    }

    private Connection direct() throws SQLException {
        return connect(postgres.port(), Map.of());
    }

    private static Connection connect(int port, Map<String, String> more) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", "owner");
        properties.setProperty("assumeMinServerVersion", "16");
        properties.setProperty("ApplicationName", "here");
        properties.setProperty("prepareThreshold", "0");
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "30");
        more.forEach(properties::setProperty);
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/things", properties);
    }

    private int connections() {
        try (var owner = direct()) {
            return Integer.parseInt(
                    one(
                            owner,
                            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'database proxy'"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String one(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    private static long copy(Connection connection, String table, byte[] rows) throws Exception {
        return connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + table + " FROM STDIN", new ByteArrayInputStream(rows));
    }

    private static byte[] rows(int count, String name) {
        var rows = new StringBuilder();
        for (int row = 0; row < count; row++) {
            rows.append(row).append('\t').append(name).append('\n');
        }
        return rows.toString().getBytes(StandardCharsets.UTF_8);
    }
}
