package dev.sluice.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.postgres.Postgres;
import dev.sluice.local.postgres.PostgresSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/// What the proxy costs, measured beside the same work without it, in turns.
@Tag("long")
final class ProxySpeedTest {
    private static final int ROUNDS = 7;
    private static final int TRANSACTIONS = 2_000;
    private static final int COPY_BYTES = 100 << 20;

    @Test
    void costsLittle(@TempDir Path folder) throws Exception {
        try (var postgres =
                        Postgres.start(
                                new PostgresSettings(
                                        folder, "owner", "things", 0, Map.of(), _ -> {}));
                var proxy = Proxy.start(settings(postgres));
                var straight = connect(postgres.port());
                var through = connect(proxy.port())) {
            execute(straight, "CREATE UNLOGGED TABLE rows (id int, name text)");
            execute(straight, "CREATE UNLOGGED TABLE one (id int)");
            straight.commit();
            var copies = new double[2][ROUNDS];
            var ones = new double[2][ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                ones[0][round] = transactions(straight);
                ones[1][round] = transactions(through);
            }
            for (int round = 0; round < ROUNDS; round++) {
                copies[0][round] = copy(straight);
                copies[1][round] = copy(through);
            }
            System.out.printf(
                    "COPY of 100 MB: %.2f s straight, %.2f s through the proxy (medians of %d)%n",
                    median(copies[0]), median(copies[1]), ROUNDS);
            System.out.printf(
                    "a transaction of one row: %.0f µs straight, %.0f µs through the proxy%n",
                    median(ones[0]) * 1e6 / TRANSACTIONS, median(ones[1]) * 1e6 / TRANSACTIONS);
            assertThat(median(copies[1])).isLessThan(3 * median(copies[0]));
        }
    }

    private static ProxySettings settings(Postgres postgres) {
        var here = InetAddress.getLoopbackAddress();
        return new ProxySettings(
                new InetSocketAddress(here, 0),
                new InetSocketAddress(here, postgres.port()),
                4,
                4,
                Duration.ofSeconds(10),
                Duration.ofMinutes(10),
                _ -> {},
                InstantSource.system());
    }

    private static double median(double[] times) {
        return Arrays.stream(times).sorted().skip(ROUNDS / 2).findFirst().orElseThrow();
    }

    private static double copy(Connection connection) throws Exception {
        var row =
                ("12345\t" + "x".repeat(120) + "\n")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        var block = new byte[(64 << 10) / row.length * row.length];
        for (int at = 0; at < block.length; at += row.length) {
            System.arraycopy(row, 0, block, at, row.length);
        }
        long start = System.nanoTime();
        var copy =
                connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY rows FROM STDIN");
        for (int sent = 0; sent < COPY_BYTES; sent += block.length) {
            copy.writeToCopy(block, 0, block.length);
        }
        assertThat(copy.endCopy()).isGreaterThan(800_000);
        double seconds = (System.nanoTime() - start) / 1e9;
        connection.rollback();
        return seconds;
    }

    private static double transactions(Connection connection) throws SQLException {
        long start = System.nanoTime();
        try (var statement = connection.prepareStatement("INSERT INTO one VALUES (?)")) {
            for (int at = 0; at < TRANSACTIONS; at++) {
                statement.setInt(1, at);
                statement.executeUpdate();
                connection.commit();
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connect(int port) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", "owner");
        properties.setProperty("assumeMinServerVersion", "16");
        properties.setProperty("prepareThreshold", "0");
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("socketTimeout", "120");
        var connection =
                DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/things", properties);
        connection.setAutoCommit(false);
        return connection;
    }
}
