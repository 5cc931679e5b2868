package dev.sluice.simulation;

import dev.sluice.db.DatabaseSettings;
import dev.sluice.db.migrate.Migrations;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// A real PostgreSQL with the product's migrations and two connections whose statements may wait.
final class RealLedger implements AutoCloseable {
    private static final Duration WAIT_LIMIT = Duration.ofSeconds(20);

    private final EmbeddedPostgres server;
    private final Connection watcher;
    private final List<Connection> connections = new ArrayList<>();
    private final List<Integer> pids = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private RealLedger(EmbeddedPostgres server) throws SQLException {
        this.server = server;
        this.watcher = settings(server).dataSource().getConnection();
        for (int i = 0; i < 2; i++) {
            var connection = settings(server).dataSource().getConnection();
            pids.add((int) number(connection, "SELECT pg_backend_pid()"));
            // A wait that the model does not expect is an error.
            try (var statement = connection.createStatement()) {
                statement.execute("SET lock_timeout = '10s'");
            }
            connection.setAutoCommit(false);
            connections.add(connection);
        }
    }

    static RealLedger start() throws IOException, SQLException {
        var server = EmbeddedPostgres.builder().setPGStartupWait(Duration.ofMinutes(1)).start();
        Migrations.apply(settings(server));
        return new RealLedger(server);
    }

    private static DatabaseSettings settings(EmbeddedPostgres server) {
        return new DatabaseSettings(
                "127.0.0.1",
                server.getPort(),
                "postgres",
                "postgres",
                DatabaseSettings.Auth.NONE,
                null,
                DatabaseSettings.Tls.DISABLE,
                "conformance",
                Duration.ofSeconds(60));
    }

    Connection connection(int which) {
        return connections.get(which);
    }

    void empty() throws SQLException {
        execute("TRUNCATE sluice.job, sluice.chunk, sluice.reject CASCADE");
    }

    /// All that was written so far was written an hour earlier.
    void passHour() throws SQLException {
        execute(
                """
                UPDATE sluice.job SET dropped_at = dropped_at - interval '1 hour',
                    plan_lease_until = plan_lease_until - interval '1 hour',
                    started_at = started_at - interval '1 hour', finished_at = finished_at - interval '1 hour',
                    upload_until = upload_until - interval '1 hour'
                """);
        execute(
                """
                UPDATE sluice.chunk SET lease_until = lease_until - interval '1 hour',
                    sent_at = sent_at - interval '1 hour'
                """);
    }

    private void execute(String sql) throws SQLException {
        try (var statement = watcher.createStatement()) {
            statement.execute(sql);
        }
    }

    <R> Future<R> begin(Callable<R> work) {
        return threads.submit(work);
    }

    /// Returns when the connection's statement waits for a lock; false when it ended instead.
    boolean awaitWaiting(int which, Future<?> statement) throws SQLException {
        var limit = Instant.now().plus(WAIT_LIMIT);
        while (!statement.isDone()) {
            var sql =
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid ="
                            + " "
                            + pids.get(which);
            if (number(watcher, sql) == 1) {
                return true;
            }
            if (Instant.now().isAfter(limit)) {
                throw new IllegalStateException("neither done nor waiting");
            }
        }
        return false;
    }

    /// One line for each job and chunk that is committed.
    List<String> rows() throws SQLException {
        var rows = new ArrayList<String>();
        var jobs =
                """
                SELECT concat_ws(' ', 'job', object_key, coalesce(version_id, '-'), state, coalesce(road, 'none'),
                    dry_run, attempt, coalesce(max_rejects, -1), coalesce(content_mark, '-'), planned, plan_fence,
                    plan_tries, coalesce(plan_lease_until > now(), false), coalesce(plan_byte / 10, -1), chunks,
                    chunks_left, bytes_done, rows_read, rows_loaded, rows_rejected, rows_duplicate, rows_discarded,
                    rows_staged, duplicate_of IS NOT NULL, coalesce(error_code, '-'), finished_at IS NOT NULL)
                FROM sluice.job ORDER BY number
                """;
        var chunks =
                """
                SELECT concat_ws(' ', 'chunk', j.object_key, coalesce(j.version_id, '-'), c.number, c.state, c.fence,
                    coalesce(c.lease_until > now(), false), c.tries, c.sends, c.rows_read, c.rows_loaded,
                    c.rows_rejected, c.rows_duplicate, c.rows_discarded, c.rows_staged)
                FROM sluice.chunk c JOIN sluice.job j ON j.id = c.job_id ORDER BY j.number, c.number
                """;
        for (var sql : List.of(jobs, chunks)) {
            try (var statement = watcher.createStatement();
                    var row = statement.executeQuery(sql)) {
                while (row.next()) {
                    rows.add(row.getString(1));
                }
            }
        }
        return rows;
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException, IOException {
        threads.shutdownNow();
        for (var connection : connections) {
            connection.close();
        }
        watcher.close();
        server.close();
    }
}
