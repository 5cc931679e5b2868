package dev.sluice.db;

import dev.sluice.job.Chunk;
import dev.sluice.job.Job;
import dev.sluice.job.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All SQL about plans: who may cut a file into chunks until when, and how far it got.
public final class Plans {
    private Plans() {}

    /// The right to plan a job until it expires: every write of the plan carries its fence.
    ///
    /// @param from where the plan stands: the first byte that no chunk covers; null at the
    ///   beginning
    public record Lease(
            UUID job, int fence, int chunks, @Nullable Position from, @Nullable String layout) {}

    /// Takes the lease on a job's plan; empty when it is planned, ended, or another Intake holds
    /// it.
    public static Optional<Lease> lease(Connection connection, UUID id, Duration time)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.job
                SET plan_fence = plan_fence + 1, plan_tries = plan_tries + 1,
                    plan_lease_until = clock_timestamp() + ? * interval '1 millisecond'
                WHERE id = ? AND state = 'LOADING' AND NOT planned
                  AND (plan_lease_until IS NULL OR plan_lease_until < clock_timestamp())
                RETURNING plan_fence, chunks, plan_byte, plan_line, plan_record, layout
                """;
        try (var update = connection.prepareStatement(sql)) {
            update.setLong(1, time.toMillis());
            update.setObject(2, id);
            try (var row = update.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                var planned = row.getObject("plan_byte") != null;
                var from =
                        planned
                                ? new Position(
                                        row.getLong("plan_byte"),
                                        row.getLong("plan_line"),
                                        row.getLong("plan_record"))
                                : null;
                return Optional.of(
                        new Lease(
                                id,
                                row.getInt("plan_fence"),
                                row.getInt("chunks"),
                                from,
                                row.getString("layout")));
            }
        }
    }

    /// Gives a plan's lease back before its time, so that the next try need not wait for it. False
    /// when it was no longer ours.
    public static boolean release(Connection connection, Lease lease) throws SQLException {
        var sql =
                "UPDATE sluice.job SET plan_lease_until = NULL WHERE id = ? AND plan_fence = ? AND NOT planned";
        try (var update = connection.prepareStatement(sql)) {
            update.setObject(1, lease.job());
            update.setInt(2, lease.fence());
            return update.executeUpdate() == 1;
        }
    }

    /// What Intake learned from the head of the file.
    public record Shape(@Nullable String layout, String compression) {}

    /// Registers the next chunks of a plan and prolongs its lease; with `complete` the plan is
    /// done, and so is the job when no chunk is left, or its publish is open. Returns whether the
    /// lease was still ours and the job still loading; if not, the caller must roll back.
    public static boolean registerChunks(
            Connection connection,
            Lease lease,
            Shape shape,
            List<Chunk> chunks,
            Position upTo,
            Duration prolong,
            boolean complete)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.job
                SET layout = ?, compression = ?, chunks = chunks + ?, chunks_left = chunks_left + ?,
                    plan_tries = CASE WHEN ? > 0 THEN 0 ELSE plan_tries END,
                    plan_byte = ?, plan_line = ?, plan_record = ?, planned = ?,
                    plan_lease_until = CASE WHEN NOT ? THEN clock_timestamp() + ? * interval '1 millisecond' END,
                    state = CASE WHEN ? AND chunks_left + ? = 0 AND road = 'direct'
                        THEN CASE WHEN rows_rejected > 0 THEN 'SUCCEEDED_WITH_REJECTS' ELSE 'SUCCEEDED' END
                        ELSE state END,
                    finished_at = CASE WHEN ? AND chunks_left + ? = 0 AND road = 'direct' THEN clock_timestamp() END
                WHERE id = ? AND plan_fence = ? AND state = 'LOADING' AND NOT planned
                """;
        try (var update = connection.prepareStatement(sql)) {
            int count = chunks.size();
            int at = 1;
            update.setString(at++, shape.layout());
            update.setString(at++, shape.compression());
            update.setInt(at++, count);
            update.setInt(at++, count);
            update.setInt(at++, count);
            update.setLong(at++, upTo.byteOffset());
            update.setLong(at++, upTo.line());
            update.setLong(at++, upTo.record());
            update.setBoolean(at++, complete);
            update.setBoolean(at++, complete);
            update.setLong(at++, prolong.toMillis());
            update.setBoolean(at++, complete);
            update.setInt(at++, count);
            update.setBoolean(at++, complete);
            update.setInt(at++, count);
            update.setObject(at++, lease.job());
            update.setInt(at, lease.fence());
            if (update.executeUpdate() != 1) {
                return false;
            }
        }
        // Behind the fence: another Intake may have registered chunks of these numbers.
        insertChunks(connection, lease.job(), chunks);
        if (complete && chunks.isEmpty()) {
            // else: one is left to load, and whoever loads the last one opens it
            Chunks.openPublish(connection, lease.job());
        }
        return true;
    }

    private static void insertChunks(Connection connection, UUID job, List<Chunk> chunks)
            throws SQLException {
        var sql =
                """
                INSERT INTO sluice.chunk (job_id, number, start_byte, end_byte, first_line, first_record, fence)
                SELECT id, ?, ?, ?, ?, ?, attempt << 16 FROM sluice.job WHERE id = ?
                """;
        if (chunks.isEmpty()) {
            return;
        }
        try (var insert = connection.prepareStatement(sql)) {
            for (var chunk : chunks) {
                insert.setInt(1, chunk.number());
                insert.setLong(2, chunk.start().byteOffset());
                insert.setLong(3, chunk.endByte());
                insert.setLong(4, chunk.start().line());
                insert.setLong(5, chunk.start().record());
                insert.setObject(6, job);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /// Goes on with a job of the direct road of which some chunks are loaded: those that are not
    /// wait again, with fences that no writer of an earlier attempt has. Returns them, to be sent.
    public static List<Chunks.Address> resume(Connection connection, UUID id) throws SQLException {
        var chunks =
                """
                UPDATE sluice.chunk c
                SET state = 'WAITING', lease_until = NULL, tries = 0, sent_at = clock_timestamp(), sends = 1,
                    fence = j.attempt << 16
                FROM sluice.job j
                WHERE j.id = ? AND c.job_id = j.id AND c.state <> 'DONE'
                RETURNING c.number
                """;
        var undone = new ArrayList<Chunks.Address>();
        try (var update = connection.prepareStatement(chunks)) {
            update.setObject(1, id);
            try (var row = update.executeQuery()) {
                while (row.next()) {
                    undone.add(new Chunks.Address(id, row.getInt(1)));
                }
            }
        }
        execute(
                connection,
                """
                UPDATE sluice.job
                SET plan_tries = 0, plan_lease_until = NULL, plan_fence = plan_fence + 1
                WHERE id = ? AND state = 'QUEUED'
                """,
                id);
        return undone;
    }

    /// True when rows of the job are in its table to stay: chunks of the direct road.
    public static boolean isResumable(Connection connection, UUID id) throws SQLException {
        var sql =
                """
                SELECT FROM sluice.job j JOIN sluice.chunk c ON c.job_id = j.id
                WHERE j.id = ? AND j.road = 'direct' AND c.state = 'DONE' LIMIT 1
                """;
        try (var select = connection.prepareStatement(sql)) {
            select.setObject(1, id);
            try (var row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    /// Forgets the plan, the rejects and the books of a queued job, as if it had never been tried.
    /// Chunks go first: whoever commits one locks it before its job, too. What it staged is removed
    /// by [StagingTable#clear].
    public static void startOver(Connection connection, UUID id) throws SQLException {
        execute(connection, "DELETE FROM sluice.chunk WHERE job_id = ?", id);
        execute(connection, "DELETE FROM sluice.reject WHERE job_id = ?", id);
        execute(
                connection,
                """
                UPDATE sluice.job
                SET layout = NULL, compression = NULL, planned = false, plan_byte = NULL, plan_line = NULL,
                    plan_record = NULL, plan_tries = 0, plan_lease_until = NULL, plan_fence = plan_fence + 1,
                    chunks = 0, chunks_left = 0, bytes_done = 0, rows_read = 0, rows_loaded = 0,
                    rows_rejected = 0, rows_duplicate = 0, rows_discarded = 0, rows_staged = 0
                WHERE id = ? AND state = 'QUEUED'
                """,
                id);
    }

    private static void execute(Connection connection, String sql, UUID id) throws SQLException {
        try (var update = connection.prepareStatement(sql)) {
            update.setObject(1, id);
            update.executeUpdate();
        }
    }

    /// Jobs whose planning stopped: queued with nobody before them, or loading without a plan, a
    /// lease on it, or a recent start.
    public static List<Job> abandoned(Connection connection, Duration patience, int limit)
            throws SQLException {
        var sql =
                Jobs.SELECT
                        + """
                        WHERE state = 'LOADING' AND NOT planned
                              AND coalesce(plan_lease_until, started_at + ? * interval '1 millisecond') < clock_timestamp()
                           OR state = 'QUEUED' AND dropped_at < clock_timestamp() - ? * interval '1 millisecond'
                              AND NOT EXISTS (
                                SELECT FROM sluice.job o
                                WHERE o.bucket = j.bucket AND o.object_key = j.object_key AND o.id <> j.id
                                  AND (o.state = 'LOADING' OR o.state = 'QUEUED'
                                      AND (o.dropped_at, coalesce(o.sequencer, ''), o.number)
                                        < (j.dropped_at, coalesce(j.sequencer, ''), j.number)))
                        ORDER BY number LIMIT ?
                        """;
        try (var select = connection.prepareStatement(sql)) {
            select.setLong(1, patience.toMillis());
            select.setLong(2, patience.toMillis());
            select.setInt(3, limit);
            return Jobs.all(select);
        }
    }
}
