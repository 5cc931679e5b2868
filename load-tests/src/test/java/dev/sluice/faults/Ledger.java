package dev.sluice.faults;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// The database as its owner sees it, past all relays: what the checks read, and the few things
/// that faults do to it.
///
/// Every question is asked again for a while, since the server may be down. Thread-safe.
final class Ledger {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String url;
    private final Properties properties = new Properties();
    private final Queue<Connection> idle = new ConcurrentLinkedQueue<>();

    Ledger(URI database) {
        url = "jdbc:postgresql://127.0.0.1:" + database.getPort() + database.getPath();
        properties.setProperty("user", database.getUserInfo());
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "30");
        properties.setProperty("ApplicationName", "faults");
    }

    /// A job as the ledger has it.
    record JobRow(
            UUID id,
            int number,
            String state,
            @Nullable String errorCode,
            boolean planned,
            int chunksLeft,
            int planFence,
            long bytes,
            long read,
            long loaded,
            long rejected,
            long duplicate,
            long discarded) {
        boolean ended() {
            return !Set.of("AWAITING_UPLOAD", "QUEUED", "LOADING").contains(state);
        }
    }

    /// A chunk as the ledger has it.
    record ChunkRow(
            int number,
            long start,
            long end,
            long firstRecord,
            String state,
            int fence,
            int tries,
            long read,
            long loaded,
            long rejected,
            @Nullable String lastError) {}

    /// A change of state or fence that the ledger went through.
    record Change(
            UUID job,
            @Nullable Integer chunk,
            String from,
            String to,
            int fenceBefore,
            int fenceAfter) {}

    /// A row of the target table.
    record TargetRow(int job, long record, TestedFile.Row row) {}

    /// A reject of a job.
    record RejectRow(long record, String code) {}

    @FunctionalInterface
    interface Question<R extends @Nullable Object> {
        R ask(Connection connection) throws SQLException;
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, properties);
    }

    <R extends @Nullable Object> R ask(Question<R> question) throws SQLException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                var held = idle.poll();
                var connection = held == null ? connect() : held;
                try {
                    R answer = question.ask(connection);
                    idle.add(connection);
                    return answer;
                } catch (SQLException e) {
                    connection.close();
                    throw e;
                }
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                pause(e);
            }
        }
    }

    private static void pause(SQLException e) throws SQLException {
        try {
            Thread.sleep(100);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw e;
        }
    }

    int execute(String sql) throws SQLException {
        return ask(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate(sql);
            }
        });
    }

    long number(String sql, Object... parameters) throws SQLException {
        return list(sql, row -> row.getLong(1), parameters).getFirst();
    }

    @FunctionalInterface
    interface Reader<R> {
        R read(ResultSet row) throws SQLException;
    }

    <R> List<R> list(String sql, Reader<R> reader, Object... parameters) throws SQLException {
        return ask(connection -> {
            try (var select = connection.prepareStatement(sql)) {
                set(select, parameters);
                var all = new ArrayList<R>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        all.add(reader.read(row));
                    }
                }
                return all;
            }
        });
    }

    private static void set(PreparedStatement select, Object... parameters) throws SQLException {
        for (int at = 0; at < parameters.length; at++) {
            select.setObject(at + 1, parameters[at]);
        }
    }

    /// Writes down from now on what every chunk and job goes through, and lets the database refuse
    /// the rows that only it can refuse.
    void watch() throws SQLException {
        execute(
                """
                CREATE SCHEMA IF NOT EXISTS watched;
                GRANT USAGE ON SCHEMA watched TO PUBLIC;
                CREATE TABLE watched.change (
                    at bigint GENERATED ALWAYS AS IDENTITY, job_id uuid NOT NULL, chunk integer,
                    before text NOT NULL, after text NOT NULL,
                    fence_before integer NOT NULL, fence_after integer NOT NULL);
                CREATE FUNCTION watched.chunk() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN
                    INSERT INTO watched.change (job_id, chunk, before, after, fence_before, fence_after)
                    VALUES (NEW.job_id, NEW.number, OLD.state, NEW.state, OLD.fence, NEW.fence);
                    RETURN NULL;
                END $$;
                CREATE TRIGGER watched AFTER UPDATE ON sluice.chunk FOR EACH ROW
                    WHEN ((OLD.state, OLD.fence) IS DISTINCT FROM (NEW.state, NEW.fence))
                    EXECUTE FUNCTION watched.chunk();
                CREATE FUNCTION watched.job() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN
                    INSERT INTO watched.change (job_id, before, after, fence_before, fence_after)
                    VALUES (NEW.id, OLD.state, NEW.state, OLD.plan_fence, NEW.plan_fence);
                    RETURN NULL;
                END $$;
                CREATE TRIGGER watched AFTER UPDATE ON sluice.job FOR EACH ROW
                    WHEN ((OLD.state, OLD.plan_fence) IS DISTINCT FROM (NEW.state, NEW.plan_fence))
                    EXECUTE FUNCTION watched.job();
                """);
        for (var target : Target.values()) {
            execute("ALTER TABLE %s ADD CHECK (word <> 'forbidden')".formatted(target.table()));
        }
    }

    /// How many rows are in all tables.
    long rows() throws SQLException {
        long rows = 0;
        for (var target : Target.values()) {
            rows += number("SELECT count(*) FROM " + target.table());
        }
        return rows;
    }

    long rowsOf(Target target, long job) throws SQLException {
        return number(
                "SELECT count(*) FROM %s WHERE _job = ?".formatted(target.table()),
                Math.toIntExact(job));
    }

    /// How many rows wait in staging tables.
    long stagedRows() throws SQLException {
        long rows = 0;
        for (var target : Target.values()) {
            rows += number("SELECT count(*) FROM " + target.stagingTable());
        }
        return rows;
    }

    List<JobRow> jobs(String key, String version) throws SQLException {
        return list(
                """
                SELECT id, number, state, error_code, planned, chunks_left, plan_fence, coalesce(bytes, 0),
                    rows_read, rows_loaded, rows_rejected, rows_duplicate, rows_discarded
                FROM sluice.job WHERE object_key = ? AND version_id = ?
                """,
                row ->
                        new JobRow(
                                row.getObject(1, UUID.class),
                                row.getInt(2),
                                row.getString(3),
                                row.getString(4),
                                row.getBoolean(5),
                                row.getInt(6),
                                row.getInt(7),
                                row.getLong(8),
                                row.getLong(9),
                                row.getLong(10),
                                row.getLong(11),
                                row.getLong(12),
                                row.getLong(13)),
                key,
                version);
    }

    List<ChunkRow> chunks(UUID job) throws SQLException {
        return list(
                """
                SELECT number, start_byte, end_byte, first_record, state, fence, tries, rows_read,
                    rows_loaded, rows_rejected, last_error
                FROM sluice.chunk WHERE job_id = ? ORDER BY number
                """,
                row ->
                        new ChunkRow(
                                row.getInt(1),
                                row.getLong(2),
                                row.getLong(3),
                                row.getLong(4),
                                row.getString(5),
                                row.getInt(6),
                                row.getInt(7),
                                row.getLong(8),
                                row.getLong(9),
                                row.getLong(10),
                                row.getString(11)),
                job);
    }

    List<Change> changes(UUID job) throws SQLException {
        return list(
                """
                SELECT job_id, chunk, before, after, fence_before, fence_after
                FROM watched.change WHERE job_id = ? ORDER BY at
                """,
                row ->
                        new Change(
                                row.getObject(1, UUID.class),
                                row.getObject(2, Integer.class),
                                row.getString(3),
                                row.getString(4),
                                row.getInt(5),
                                row.getInt(6)),
                job);
    }

    List<TargetRow> rows(Target target, int job) throws SQLException {
        return list(
                "SELECT _job, _record, file, id, word, amount::text FROM %s WHERE _job = ?"
                        .formatted(target.table()),
                row ->
                        new TargetRow(
                                row.getInt(1),
                                row.getLong(2),
                                new TestedFile.Row(
                                        row.getInt(3),
                                        row.getInt(4),
                                        row.getString(5),
                                        row.getString(6))),
                job);
    }

    List<RejectRow> rejects(UUID job) throws SQLException {
        return list(
                "SELECT record, code FROM sluice.reject WHERE job_id = ?",
                row -> new RejectRow(row.getLong(1), row.getString(2)),
                job);
    }

    /// A number that changes whenever anything moves.
    String pulse() throws SQLException {
        return list(
                        """
                        SELECT (SELECT coalesce(max(at), 0) FROM watched.change) || '/'
                            || (SELECT count(*) FROM sluice.chunk) || '/' || (SELECT count(*) FROM sluice.job)
                        """,
                        row -> row.getString(1))
                .getFirst();
    }

    /// Moves every time that the ledger waits for: as if so much time had passed (or, where it is
    /// negative, as if the server's clock had been set back).
    void pass(Duration time) throws SQLException {
        var by = "interval '%d milliseconds'".formatted(time.toMillis());
        // Asked once: where the rows are locked for long, time passes for nobody.
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(
                    """
                    SET lock_timeout = '2s';
                    UPDATE sluice.chunk SET lease_until = lease_until - %1$s, sent_at = sent_at - %1$s
                    WHERE state <> 'DONE';
                    UPDATE sluice.job SET plan_lease_until = plan_lease_until - %1$s,
                        started_at = started_at - %1$s
                    WHERE state = 'LOADING';
                    """
                            .formatted(by));
        }
    }

    /// The chunks that are not done: what a message may be sent for.
    List<String> openMessages() throws SQLException {
        return list(
                """
                SELECT c.job_id, c.number FROM sluice.chunk c JOIN sluice.job j ON j.id = c.job_id
                WHERE j.state = 'LOADING' OR j.finished_at > now() - interval '3 seconds'
                ORDER BY c.finished_at NULLS FIRST LIMIT 40
                """,
                row -> "{\"job\":\"%s\",\"chunk\":%d}".formatted(row.getString(1), row.getInt(2)));
    }

    int endBackends() throws SQLException {
        return Math.toIntExact(
                number(
                        """
                        SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))
                        FROM pg_stat_activity WHERE usename = 'sluice_loader'
                        """));
    }

    /// Makes the database refuse every row with this state, until it is called with null.
    void refuseRows(@Nullable String sqlState) throws SQLException {
        execute(
                """
                CREATE OR REPLACE FUNCTION watched.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '%s'; END $$
                """
                        .formatted(sqlState == null ? "XX000" : sqlState));
        for (var target : Target.values()) {
            execute("DROP TRIGGER IF EXISTS refuse ON " + target.table());
            if (sqlState != null) {
                execute(
                        """
                        CREATE TRIGGER refuse BEFORE INSERT ON %s FOR EACH ROW
                        EXECUTE FUNCTION watched.refuse()
                        """
                                .formatted(target.table()));
            }
        }
    }
}
