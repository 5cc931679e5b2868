package dev.sluice.db;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/// The danger: a COPY whose client froze holds its locks for ever; or the ending of one that works.
class BackendsTest {
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final int MANY = 100;
    private final Database database = TestingPostgres.loader();

    @BeforeEach
    void makeTable() throws SQLException {
        TestingPostgres.run("DROP TABLE IF EXISTS stalled; CREATE TABLE stalled (id text)");
        TestingPostgres.run("GRANT INSERT ON stalled TO sluice_loader, sluice_clerk");
    }

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void endsACopyWhoseClientSendsNothingMore() throws SQLException {
        try (var frozen = open("sluice_loader")) {
            var copy = stall(frozen);
            int pid = frozen.unwrap(PGConnection.class).getBackendPID();
            awaitClientRead(pid);

            var ended = end(AT_ONCE);

            assertThat(ended).extracting(Backends.Ended::pid).containsExactly(pid);
            assertThat(ended).extracting(Backends.Ended::waitedFor).containsExactly("ClientRead");
            assertThatThrownBy(copy::endCopy).isInstanceOf(SQLException.class);
            frozen.abort(Runnable::run);
        }
        assertThat(TestingPostgres.ask("SELECT count(*) FROM stalled")).isEqualTo("0");
    }

    @Test
    void leavesATransactionAloneThatMayStillBeAnInvocationsOwn() throws SQLException {
        try (var working = open("sluice_loader")) {
            var copy = stall(working);

            assertThat(end(Duration.ofSeconds(30))).isEmpty();

            assertThat(copy.endCopy()).isEqualTo(1);
            working.commit();
        }
        assertThat(TestingPostgres.ask("SELECT count(*) FROM stalled")).isEqualTo("1");
    }

    @Test
    void leavesConnectionsAloneThatAreInNoTransactionOrAnotherRoles() throws SQLException {
        try (var idle = open("sluice_loader");
                var clerk = open("sluice_clerk")) {
            var copy = stall(clerk);

            assertThat(end(AT_ONCE)).isEmpty();

            assertThat(idle.isValid(5)).isTrue();
            assertThat(copy.endCopy()).isEqualTo(1);
        }
    }

    private List<Backends.Ended> end(Duration age) throws SQLException {
        return database.inTransaction(c -> Backends.endOverdue(c, age, MANY));
    }

    private static Connection open(String role) throws SQLException {
        return TestingPostgres.as(role).dataSource().getConnection();
    }

    /// Until it has taken the row in and waits for more.
    private static void awaitClientRead(int pid) throws SQLException {
        var ask = "SELECT wait_event FROM pg_stat_activity WHERE pid = " + pid;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!TestingPostgres.ask(ask).equals("ClientRead")) {
            assertThat(System.nanoTime()).as("a minute is over").isLessThan(end);
        }
    }

    private static CopyIn stall(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        var copy =
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY stalled FROM STDIN");
        byte[] row = "a row\n".getBytes(UTF_8);
        copy.writeToCopy(row, 0, row.length);
        copy.flushCopy();
        return copy;
    }
}
