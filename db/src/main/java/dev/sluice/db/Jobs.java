package dev.sluice.db;

import dev.sluice.job.Books;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.job.JobState;
import dev.sluice.job.RejectLimit;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All SQL about jobs as such; their turns are in [Turns], their plans in [Plans]. Each method is
/// one step of the protocol inside the caller's transaction; who may move what stands in the WHERE
/// of the statement that does it.
public final class Jobs {
    private Jobs() {}

    static final String COLUMNS =
            """
            id, number, tenant, dataset, state, road, dry_run, label, attempt, max_rejects,
            max_reject_ratio, assets_version, bucket, object_key, version_id, etag,
            bytes, sequencer, dropped_at, layout, compression, planned, chunks, chunks_left, bytes_done,
            rows_read, rows_loaded, rows_rejected, rows_duplicate, rows_discarded, rows_staged, duplicate_of,
            error_code, error_message, started_at, finished_at
            """;

    // No chunk may be left for a writer whose lease was taken over: it finds nothing and does not
    // fail.
    private static final String ADD_BOOKS =
            """
            UPDATE sluice.job
            SET chunks_left = chunks_left - 1, bytes_done = bytes_done + ?,
                rows_read = rows_read + ?, rows_loaded = rows_loaded + ?, rows_rejected = rows_rejected + ?,
                rows_duplicate = rows_duplicate + ?, rows_discarded = rows_discarded + ?,
                rows_staged = rows_staged + ?,
                state = CASE WHEN planned AND chunks_left = 1 AND road = 'direct'
                    THEN CASE WHEN rows_rejected + ? > 0 THEN 'SUCCEEDED_WITH_REJECTS' ELSE 'SUCCEEDED' END
                    ELSE state END,
                finished_at = CASE WHEN planned AND chunks_left = 1 AND road = 'direct'
                    THEN clock_timestamp() END
            WHERE id = ? AND state = 'LOADING' AND chunks_left > 0
            RETURNING state
            """;

    static final String SELECT = "SELECT " + COLUMNS + " FROM sluice.job j ";

    /// Who asks for jobs of the past and which ones; null means any.
    public record Query(
            String tenant,
            @Nullable String dataset,
            @Nullable JobState state,
            @Nullable String key,
            int beforeNumber,
            int limit) {}

    /// Registers a drop as a queued job, or finds the job it already has: a drop is announced at
    /// least once.
    public static Job register(
            Connection connection, UUID id, String tenant, String dataset, Drop drop)
            throws SQLException {
        return register(connection, id, tenant, dataset, drop, null);
    }

    /// Registers a drop that can never be loaded, for ops to see.
    public static Job registerFailed(
            Connection connection, UUID id, String tenant, String dataset, Drop drop, JobError why)
            throws SQLException {
        return register(connection, id, tenant, dataset, drop, why);
    }

    private static Job register(
            Connection connection,
            UUID id,
            String tenant,
            String dataset,
            Drop drop,
            @Nullable JobError error)
            throws SQLException {
        // Looked up first: a conflict would use up a job number each time an event comes twice.
        var sql =
                """
                INSERT INTO sluice.job (id, tenant, dataset, state, bucket, object_key, version_id, etag,
                    bytes, sequencer, dropped_at, error_code, error_message, finished_at)
                SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CASE WHEN ? THEN now() END
                WHERE NOT EXISTS (
                    SELECT FROM sluice.job WHERE bucket = ? AND object_key = ? AND version_id = ?)
                ON CONFLICT ON CONSTRAINT job_of_one_drop DO NOTHING
                RETURNING
                """
                        + COLUMNS;
        try (var insert = connection.prepareStatement(sql)) {
            insert.setObject(1, id);
            insert.setString(2, tenant);
            insert.setString(3, dataset);
            insert.setString(4, (error == null ? JobState.QUEUED : JobState.FAILED).name());
            insert.setString(5, drop.bucket());
            insert.setString(6, drop.key());
            insert.setString(7, drop.versionId());
            insert.setString(8, drop.etag());
            insert.setLong(9, drop.bytes());
            insert.setString(10, drop.sequencer());
            insert.setObject(11, drop.droppedAt().atOffset(ZoneOffset.UTC));
            insert.setString(12, error == null ? null : error.code().name());
            insert.setString(13, error == null ? null : error.message());
            insert.setBoolean(14, error != null);
            insert.setString(15, drop.bucket());
            insert.setString(16, drop.key());
            insert.setString(17, drop.versionId());
            var registered = first(insert);
            if (registered.isPresent()) {
                return registered.get();
            }
        }
        return ofDrop(connection, drop)
                .orElseThrow(() -> new SQLException("the job of %s is not there".formatted(drop)));
    }

    /// The job of a drop, when one is registered.
    public static Optional<Job> ofDrop(Connection connection, Drop drop) throws SQLException {
        var sql = SELECT + "WHERE bucket = ? AND object_key = ? AND version_id = ?";
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, drop.bucket());
            select.setString(2, drop.key());
            select.setString(3, drop.versionId());
            return first(select);
        }
    }

    /// The job as it stands now.
    public static Optional<Job> find(Connection connection, UUID id) throws SQLException {
        try (var select = connection.prepareStatement(SELECT + "WHERE id = ?")) {
            select.setObject(1, id);
            return first(select);
        }
    }

    /// The job as it stands now, unless its details were removed: what a client may see.
    public static Optional<Job> findShown(Connection connection, UUID id) throws SQLException {
        try (var select =
                connection.prepareStatement(SELECT + "WHERE id = ? AND expunged_at IS NULL")) {
            select.setObject(1, id);
            return first(select);
        }
    }

    /// Jobs of one tenant, newest first.
    public static List<Job> list(Connection connection, Query query) throws SQLException {
        var sql =
                SELECT
                        + """
                        WHERE tenant = ? AND number < ? AND expunged_at IS NULL
                          AND (?::text IS NULL OR dataset = ?) AND (?::text IS NULL OR state = ?)
                          AND (?::text IS NULL OR object_key = ?)
                        ORDER BY number DESC LIMIT ?
                        """;
        var state = query.state() == null ? null : query.state().name();
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, query.tenant());
            select.setInt(2, query.beforeNumber());
            select.setString(3, query.dataset());
            select.setString(4, query.dataset());
            select.setString(5, state);
            select.setString(6, state);
            select.setString(7, query.key());
            select.setString(8, query.key());
            select.setInt(9, query.limit());
            return all(select);
        }
    }

    /// The last two statements of a chunk's transaction: marks it done and adds its books to the
    /// job. With the last chunk of a complete plan it ends the job, or on the staged road opens its
    /// publish. Empty when the lease is no longer ours or the job is not loading: roll back, for
    /// the books may be added.
    ///
    /// Both go in one round trip and are two statements all the same: the chunk is locked before
    /// the job, and the job is read when its lock is held.
    public static Optional<JobState> endChunk(
            Connection connection, Chunks.Lease lease, Books books) throws SQLException {
        try (var both = connection.prepareStatement(Chunks.DONE + ";" + ADD_BOOKS)) {
            Chunks.setDone(both, lease, books);
            both.setLong(10, lease.chunk().bytes());
            setBooks(both, 11, books);
            both.setLong(17, books.rejected());
            both.setObject(18, lease.job());
            both.execute();
            boolean ours = both.getUpdateCount() == 1;
            if (!ours || !both.getMoreResults()) {
                return Optional.empty();
            }
            try (var row = both.getResultSet()) {
                var state = state(row);
                if (state.isPresent() && state.get() == JobState.LOADING) {
                    Chunks.openPublish(connection, lease.job());
                }
                return state;
            }
        }
    }

    /// The last statement of a publish: adds its books to the job, which ends with them; as FAILED
    /// when there is an error. Empty when the job is no longer loading: roll back.
    public static Optional<JobState> endPublish(
            Connection connection, UUID id, Books books, @Nullable JobError error)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.job
                SET rows_read = rows_read + ?, rows_loaded = rows_loaded + ?, rows_rejected = rows_rejected + ?,
                    rows_duplicate = rows_duplicate + ?, rows_discarded = rows_discarded + ?,
                    rows_staged = rows_staged + ?,
                    state = CASE WHEN ?::text IS NOT NULL THEN 'FAILED'
                        WHEN rows_rejected + ? > 0 THEN 'SUCCEEDED_WITH_REJECTS' ELSE 'SUCCEEDED' END,
                    error_code = ?, error_message = ?, finished_at = clock_timestamp()
                WHERE id = ? AND state = 'LOADING' AND road = 'staged' AND planned AND chunks_left = 0
                RETURNING state
                """;
        var code = error == null ? null : error.code().name();
        try (var update = connection.prepareStatement(sql)) {
            setBooks(update, 1, books);
            update.setString(7, code);
            update.setLong(8, books.rejected());
            update.setString(9, code);
            update.setString(10, error == null ? null : error.message());
            update.setObject(11, id);
            return state(update);
        }
    }

    private static void setBooks(PreparedStatement update, int at, Books books)
            throws SQLException {
        update.setLong(at, books.read());
        update.setLong(at + 1, books.loaded());
        update.setLong(at + 2, books.rejected());
        update.setLong(at + 3, books.duplicate());
        update.setLong(at + 4, books.discarded());
        update.setLong(at + 5, books.staged());
    }

    private static Optional<JobState> state(PreparedStatement update) throws SQLException {
        try (var row = update.executeQuery()) {
            return state(row);
        }
    }

    private static Optional<JobState> state(ResultSet row) throws SQLException {
        return row.next() ? Optional.of(JobState.valueOf(row.getString(1))) : Optional.empty();
    }

    /// Ends a queued or loading job as FAILED. Returns false when it had ended already.
    public static boolean fail(Connection connection, UUID id, JobError error) throws SQLException {
        var sql =
                """
                UPDATE sluice.job
                SET state = 'FAILED', error_code = ?, error_message = ?, finished_at = clock_timestamp(),
                    rows_discarded = rows_discarded + rows_staged, rows_staged = 0
                WHERE id = ? AND state IN ('QUEUED', 'LOADING')
                """;
        try (var update = connection.prepareStatement(sql)) {
            update.setString(1, error.code().name());
            update.setString(2, error.message());
            update.setObject(3, id);
            return update.executeUpdate() == 1;
        }
    }

    /// Ends a job as CANCELLED that has not ended yet; what it staged is discarded. Returns it as
    /// it stands then; empty when it is not the tenant's (null: anybody's) or has ended.
    public static Optional<Job> cancel(Connection connection, UUID id, @Nullable String tenant)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.job
                SET state = 'CANCELLED', finished_at = clock_timestamp(),
                    rows_discarded = rows_discarded + rows_staged, rows_staged = 0
                WHERE id = ? AND (?::text IS NULL OR tenant = ?) AND state IN ('AWAITING_UPLOAD', 'QUEUED', 'LOADING')
                """;
        return moved(connection, sql, id, tenant);
    }

    /// Queues a failed job again. Returns it as it stands then; empty when it is not the tenant's
    /// (null: anybody's), has not failed, is expunged, names no dataset, or when another job has
    /// its label by now.
    public static Optional<Job> retry(Connection connection, UUID id, @Nullable String tenant)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.job j
                SET state = 'QUEUED', attempt = attempt + 1, error_code = NULL, error_message = NULL,
                    finished_at = NULL
                WHERE id = ? AND (?::text IS NULL OR tenant = ?) AND state = 'FAILED'
                  AND expunged_at IS NULL AND dataset <> '' AND version_id IS NOT NULL
                  AND (dry_run OR NOT EXISTS (
                      SELECT FROM sluice.job o
                      WHERE o.tenant = j.tenant AND o.dataset = j.dataset AND o.label = j.label AND NOT o.dry_run
                        AND o.state IN ('AWAITING_UPLOAD', 'QUEUED', 'LOADING', 'SUCCEEDED', 'SUCCEEDED_WITH_REJECTS')))
                """;
        return moved(connection, sql, id, tenant);
    }

    private static Optional<Job> moved(
            Connection connection, String sql, UUID id, @Nullable String tenant)
            throws SQLException {
        try (var update = connection.prepareStatement(sql)) {
            update.setObject(1, id);
            update.setString(2, tenant);
            update.setString(3, tenant);
            return update.executeUpdate() == 1 ? find(connection, id) : Optional.empty();
        }
    }

    /// The one job of a label that may still load or has loaded; none for no label.
    public static Optional<Job> byLabel(
            Connection connection, String tenant, String dataset, @Nullable String label)
            throws SQLException {
        if (label == null) {
            return Optional.empty();
        }
        var sql =
                SELECT
                        + """
                        WHERE tenant = ? AND dataset = ? AND label = ? AND NOT dry_run
                          AND state IN ('AWAITING_UPLOAD', 'QUEUED', 'LOADING', 'SUCCEEDED', 'SUCCEEDED_WITH_REJECTS')
                        """;
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, tenant);
            select.setString(2, dataset);
            select.setString(3, label);
            return first(select);
        }
    }

    static List<UUID> ids(PreparedStatement statement) throws SQLException {
        var ids = new ArrayList<UUID>();
        try (var row = statement.executeQuery()) {
            while (row.next()) {
                ids.add(row.getObject(1, UUID.class));
            }
        }
        return ids;
    }

    /// Fails the jobs whose plan or one of whose chunks was really tried too often, none of it held
    /// by anyone now. Returns them. Why each try failed is for ops: it stays in the chunk's row.
    public static List<Job> failTriedTooOften(Connection connection, int maxTries, int limit)
            throws SQLException {
        var sql =
                """
                WITH hopeless AS (
                    SELECT j.id, format('The plan of the file did not get done in %s tries.', j.plan_tries) AS why
                    FROM sluice.job j
                    WHERE j.state = 'LOADING' AND NOT j.planned AND j.plan_tries >= ?
                      AND coalesce(j.plan_lease_until, '-infinity') < clock_timestamp()
                    UNION ALL
                    SELECT j.id, CASE WHEN c.number = 0
                        THEN format('The rows could not be published in %s tries.', c.tries)
                        ELSE format('Chunk %s of the file did not load in %s tries.', c.number, c.tries) END
                    FROM sluice.job j JOIN sluice.chunk c ON c.job_id = j.id
                    WHERE j.state = 'LOADING' AND c.state <> 'DONE' AND c.tries >= ?
                      AND coalesce(c.lease_until, '-infinity') < clock_timestamp()
                    LIMIT ?)
                UPDATE sluice.job j
                SET state = 'FAILED', error_code = 'CHUNK_FAILED', error_message = h.why,
                    finished_at = clock_timestamp(), rows_discarded = rows_discarded + rows_staged, rows_staged = 0
                FROM (SELECT DISTINCT ON (id) id, why FROM hopeless) h
                WHERE j.id = h.id AND j.state = 'LOADING'
                RETURNING j.id
                """;
        var jobs = new ArrayList<Job>();
        try (var update = connection.prepareStatement(sql)) {
            update.setInt(1, maxTries);
            update.setInt(2, maxTries);
            update.setInt(3, limit);
            for (var id : ids(update)) {
                find(connection, id).ifPresent(jobs::add);
            }
        }
        return jobs;
    }

    static Optional<Job> first(PreparedStatement select) throws SQLException {
        var jobs = all(select);
        return jobs.isEmpty() ? Optional.empty() : Optional.of(jobs.getFirst());
    }

    static List<Job> all(PreparedStatement select) throws SQLException {
        var jobs = new ArrayList<Job>();
        try (var row = select.executeQuery()) {
            while (row.next()) {
                jobs.add(job(row));
            }
        }
        return jobs;
    }

    private static Job job(ResultSet row) throws SQLException {
        var errorCode = row.getString("error_code");
        return new Job(
                row.getObject("id", UUID.class),
                row.getInt("number"),
                row.getString("tenant"),
                row.getString("dataset"),
                JobState.valueOf(row.getString("state")),
                row.getString("road"),
                row.getBoolean("dry_run"),
                row.getString("label"),
                row.getInt("attempt"),
                new RejectLimit(
                        row.getObject("max_rejects", Long.class),
                        row.getObject("max_reject_ratio", Double.class)),
                row.getString("assets_version"),
                drop(row),
                row.getString("layout"),
                row.getString("compression"),
                row.getBoolean("planned"),
                row.getInt("chunks"),
                row.getInt("chunks_left"),
                row.getLong("bytes_done"),
                new Books(
                        row.getLong("rows_read"),
                        row.getLong("rows_loaded"),
                        row.getLong("rows_rejected"),
                        row.getLong("rows_duplicate"),
                        row.getLong("rows_discarded"),
                        row.getLong("rows_staged")),
                row.getObject("duplicate_of", UUID.class),
                errorCode == null
                        ? null
                        : new JobError(
                                ErrorCode.valueOf(errorCode), row.getString("error_message")),
                instant(row, "started_at"),
                instant(row, "finished_at"));
    }

    private static Drop drop(ResultSet row) throws SQLException {
        return new Drop(
                row.getString("bucket"),
                row.getString("object_key"),
                orEmpty(row.getString("version_id")),
                orEmpty(row.getString("etag")),
                row.getLong("bytes"),
                row.getString("sequencer"),
                row.getObject("dropped_at", OffsetDateTime.class).toInstant());
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
