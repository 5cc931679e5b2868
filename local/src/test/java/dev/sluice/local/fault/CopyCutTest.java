package dev.sluice.local.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.postgres.Postgres;
import dev.sluice.local.postgres.PostgresSettings;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/// One COPY in one transaction, its link cut after every single byte of it in either direction. The
/// danger: half of a chunk that stays.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CopyCutTest {
    private static final int ROWS = 12;

    @TempDir static Path folder;

    private Postgres postgres;
    private Relay relay;

    @BeforeAll
    void start() throws Exception {
        postgres =
                Postgres.start(
                        new PostgresSettings(
                                folder,
                                "owner",
                                "cut",
                                0,
                                Map.of("max_connections", "100"),
                                _ -> {}));
        relay =
                Relay.start(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), postgres.port()));
        try (var direct = connect(postgres.port());
                var statement = direct.createStatement()) {
            statement.execute("CREATE TABLE target (run bigint, id integer)");
        }
    }

    @AfterAll
    void stop() throws IOException {
        relay.close();
        postgres.close();
    }

    private static Connection connect(int port) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", "owner");
        properties.setProperty("assumeMinServerVersion", "16");
        properties.setProperty("prepareThreshold", "0");
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("sslmode", "disable");
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "20");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/cut", properties);
    }

    private void copy(long run) throws SQLException, IOException {
        try (var connection = connect(relay.port())) {
            connection.setAutoCommit(false);
            var rows = new StringBuilder();
            for (int id = 1; id <= ROWS; id++) {
                rows.append(run).append('\t').append(id).append('\n');
            }
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY target FROM STDIN", new StringReader(rows.toString()));
            connection.commit();
        }
    }

    private long rows(long run) throws SQLException {
        try (var direct = connect(postgres.port());
                var select = direct.prepareStatement("SELECT count(*) FROM target WHERE run = ?")) {
            select.setLong(1, run);
            try (var row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    @Test
    void leavesAllRowsOrNoneWhereverTheRequestsAreCut() throws Exception {
        leavesAllOrNone(Direction.TO_SERVER, 1_000_000);
    }

    @Test
    void leavesAllRowsOrNoneWhereverTheRepliesAreCut() throws Exception {
        leavesAllOrNone(Direction.TO_CLIENT, 2_000_000);
    }

    private void leavesAllOrNone(Direction direction, long runs) throws Exception {
        relay.heal();
        long before = relay.bytes(direction);
        copy(runs);
        awaitEnd();
        long bytes = relay.bytes(direction) - before;
        assertThat(rows(runs)).isEqualTo(ROWS);
        for (long cutAfter : LongStream.range(0, bytes).toArray()) {
            cut(direction, cutAfter, runs + 1 + cutAfter);
        }
        check(runs + 1, bytes);
    }

    /// The client's close goes through after the client is gone.
    private void awaitEnd() {
        var deadline = Instant.now().plusSeconds(20);
        while (!relay.links().isEmpty()) {
            assertThat(Instant.now()).isBefore(deadline);
            Thread.onSpinWait();
        }
    }

    private void cut(Direction direction, long cutAfter, long run) throws IOException {
        relay.heal();
        relay.infect(direction, new Toxic.Cut(cutAfter));
        try {
            copy(run);
        } catch (SQLException _) {
            // what became of the rows is for the table to say
        }
    }

    /// The table after all of them: none in part, and of both outcomes some.
    private void check(long firstRun, long runs) throws SQLException {
        try (var direct = connect(postgres.port());
                var select =
                        direct.prepareStatement(
                                """
                                SELECT run, count(*), count(DISTINCT id) FROM target
                                WHERE run >= ? AND run < ? GROUP BY run
                                """)) {
            select.setLong(1, firstRun);
            select.setLong(2, firstRun + runs);
            int complete = 0;
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    assertThat(row.getLong(2)).as("run %d", row.getLong(1)).isEqualTo(ROWS);
                    assertThat(row.getLong(3)).as("run %d", row.getLong(1)).isEqualTo(ROWS);
                    complete++;
                }
            }
            assertThat(complete).isBetween(1, (int) runs - 1);
        }
    }
}
