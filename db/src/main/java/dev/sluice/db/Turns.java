package dev.sluice.db;

import dev.sluice.job.Chunk;
import dev.sluice.job.Drop;
import dev.sluice.job.Job;
import dev.sluice.job.JobState;
import dev.sluice.job.Position;
import dev.sluice.job.RejectLimit;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All SQL about whose turn it is among the drops of a key, and what a drop is next to the others.
/// Each method is one step inside the caller's transaction.
public final class Turns {
    private static final String TAKE =
            """
            UPDATE sluice.job j
            SET state = 'LOADING', started_at = now(), content_mark = ?, bytes = ?, label = coalesce(j.label, ?),
                dry_run = ?, road = ?, max_rejects = ?, max_reject_ratio = ?, assets_version = ?
            """;

    private static final String FREE =
            """
            WHERE j.id = ? AND j.state = 'QUEUED' AND NOT EXISTS (
                SELECT FROM sluice.job o
                WHERE o.bucket = j.bucket AND o.object_key = j.object_key AND o.id <> j.id
                  AND (o.state = 'LOADING' OR o.state = 'QUEUED' AND o.version_id = ANY (?)))
            """;

    private Turns() {}

    /// What a job is loaded by, decided when its turn comes.
    ///
    /// @param road `direct` or `staged`
    /// @param label the uploader's, unless the job has one already
    /// @param older the versions of the key that S3 stored before this one
    public record Turn(
            String contentMark,
            long bytes,
            @Nullable String label,
            boolean dryRun,
            String road,
            RejectLimit limit,
            @Nullable String assetsVersion,
            List<String> older) {
        public Turn {
            older = List.copyOf(older);
        }

        /// A turn on the direct road with nothing before it and nothing asked for.
        public static Turn direct(String contentMark, long bytes, @Nullable String label) {
            return new Turn(
                    contentMark,
                    bytes,
                    label,
                    /* dryRun= */ false,
                    "direct",
                    RejectLimit.NONE,
                    null,
                    List.of());
        }
    }

    /// Takes the drop's turn on the direct road, with nothing of its key before it.
    public static boolean takeTurn(
            Connection connection, UUID id, String contentMark, long bytes, @Nullable String label)
            throws SQLException {
        return takeTurn(connection, id, Turn.direct(contentMark, bytes, label));
    }

    /// Takes the drop's turn: QUEUED → LOADING, unless another job of the key is loading or one of
    /// an older version waits. Returns whether it was taken; the caller goes on in the same
    /// transaction.
    public static boolean takeTurn(Connection connection, UUID id, Turn turn) throws SQLException {
        try (var update = connection.prepareStatement(TAKE + FREE)) {
            setTurn(update, turn);
            setFree(connection, update, 9, id, turn);
            return update.executeUpdate() == 1;
        }
    }

    /// The plan of a file that is one chunk.
    ///
    /// @param end where the file's last record ends
    public record OneChunk(Plans.Shape shape, Chunk chunk, Position end) {}

    /// Takes the drop's turn like [#takeTurn] and completes its plan of one chunk by the same
    /// statement. Only for a job that was never tried: nobody can have a lease on its plan. Returns
    /// the job as it stands then; the caller inserts the chunk.
    public static Optional<Job> takeTurn(Connection connection, UUID id, Turn turn, OneChunk plan)
            throws SQLException {
        var sql =
                TAKE
                        + """
                        , layout = ?, compression = ?, chunks = 1, chunks_left = 1, planned = true,
                            plan_fence = plan_fence + 1, plan_byte = ?, plan_line = ?, plan_record = ?
                        """
                        + FREE
                        + " AND j.attempt = 1 AND NOT j.planned AND j.chunks = 0 RETURNING "
                        + Jobs.COLUMNS;
        try (var update = connection.prepareStatement(sql)) {
            setTurn(update, turn);
            update.setString(9, plan.shape().layout());
            update.setString(10, plan.shape().compression());
            update.setLong(11, plan.end().byteOffset());
            update.setLong(12, plan.end().line());
            update.setLong(13, plan.end().record());
            setFree(connection, update, 14, id, turn);
            return Jobs.first(update);
        }
    }

    private static void setTurn(PreparedStatement update, Turn turn) throws SQLException {
        update.setString(1, turn.contentMark());
        update.setLong(2, turn.bytes());
        update.setString(3, turn.label());
        update.setBoolean(4, turn.dryRun());
        update.setString(5, turn.road());
        update.setObject(6, turn.limit().rejects(), Types.BIGINT);
        update.setObject(7, turn.limit().ratio(), Types.DOUBLE);
        update.setString(8, turn.assetsVersion());
    }

    private static void setFree(
            Connection connection, PreparedStatement update, int at, UUID id, Turn turn)
            throws SQLException {
        update.setObject(at, id);
        update.setArray(at + 1, connection.createArrayOf("text", turn.older().toArray()));
    }

    /// True when two Intakes took the turn of one key at the same moment and this one was second.
    public static boolean isTurnTaken(SQLException e) {
        return SqlState.isUniqueViolation(e);
    }

    /// Ends the job as DUPLICATE when its content is what is currently loaded for its key. Called
    /// in the transaction that took the turn, so nothing of that key can change in between.
    public static boolean endIfDuplicate(Connection connection, UUID id) throws SQLException {
        var sql =
                """
                UPDATE sluice.job j
                SET state = 'DUPLICATE', duplicate_of = loaded.id, finished_at = now()
                FROM (SELECT o.id, o.content_mark, o.bytes
                      FROM sluice.job o JOIN sluice.job me ON me.id = ?
                      WHERE o.bucket = me.bucket AND o.object_key = me.object_key AND NOT o.dry_run
                        AND o.state IN ('SUCCEEDED', 'SUCCEEDED_WITH_REJECTS')
                      ORDER BY o.finished_at DESC, o.number DESC LIMIT 1) loaded
                WHERE j.id = ? AND j.state = 'LOADING' AND NOT j.dry_run
                  AND loaded.content_mark = j.content_mark AND loaded.bytes = j.bytes
                """;
        try (var update = connection.prepareStatement(sql)) {
            update.setObject(1, id);
            update.setObject(2, id);
            return update.executeUpdate() == 1;
        }
    }

    /// The numbers of the other jobs of a job's key that rows in its table may carry.
    public static List<Integer> othersOfKey(Connection connection, UUID id) throws SQLException {
        var sql =
                """
                SELECT o.number FROM sluice.job o JOIN sluice.job j ON j.bucket = o.bucket AND j.object_key = o.object_key
                WHERE j.id = ? AND o.id <> j.id AND o.rows_loaded > 0
                """;
        var numbers = new ArrayList<Integer>();
        try (var select = connection.prepareStatement(sql)) {
            select.setObject(1, id);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    numbers.add(row.getInt(1));
                }
            }
        }
        return numbers;
    }

    /// The states of the jobs of some versions of one key; a version without a job is not there.
    public static Map<String, JobState> statesOf(
            Connection connection, String bucket, String key, List<String> versions)
            throws SQLException {
        var sql =
                """
                SELECT version_id, state FROM sluice.job
                WHERE bucket = ? AND object_key = ? AND version_id = ANY (?)
                """;
        var states = new HashMap<String, JobState>();
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, bucket);
            select.setString(2, key);
            select.setArray(3, connection.createArrayOf("text", versions.toArray()));
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    states.put(row.getString(1), JobState.valueOf(row.getString(2)));
                }
            }
        }
        return states;
    }

    /// True when another version of the job's key is loaded, one of these (null: any); dry runs
    /// never count.
    public static boolean isAnotherLoaded(
            Connection connection, UUID id, @Nullable List<String> versions) throws SQLException {
        var sql =
                """
                SELECT FROM sluice.job o JOIN sluice.job j ON j.bucket = o.bucket AND j.object_key = o.object_key
                WHERE j.id = ? AND o.id <> j.id AND NOT o.dry_run AND (?::text[] IS NULL OR o.version_id = ANY (?))
                  AND o.state IN ('SUCCEEDED', 'SUCCEEDED_WITH_REJECTS') LIMIT 1
                """;
        try (var select = connection.prepareStatement(sql)) {
            var among =
                    versions == null ? null : connection.createArrayOf("text", versions.toArray());
            select.setObject(1, id);
            select.setArray(2, among);
            select.setArray(3, among);
            try (var row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    /// Ends a queued job as a duplicate of the one that has its label.
    public static boolean endAsDuplicate(Connection connection, UUID id, Job holder)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.job
                SET state = 'DUPLICATE', duplicate_of = ?, label = ?, finished_at = clock_timestamp()
                WHERE id = ? AND state = 'QUEUED'
                """;
        try (var update = connection.prepareStatement(sql)) {
            update.setObject(1, holder.id());
            update.setString(2, holder.label());
            update.setObject(3, id);
            return update.executeUpdate() == 1;
        }
    }

    /// The drop of this key that waits for its turn, when nobody has the turn now.
    public static Optional<Drop> nextInTurn(Connection connection, String bucket, String key)
            throws SQLException {
        var sql =
                Jobs.SELECT
                        + """
                        WHERE bucket = ? AND object_key = ? AND state = 'QUEUED' AND NOT EXISTS (
                            SELECT FROM sluice.job o
                            WHERE o.bucket = j.bucket AND o.object_key = j.object_key AND o.state = 'LOADING')
                        ORDER BY dropped_at, coalesce(sequencer, ''), number LIMIT 1
                        """;
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, bucket);
            select.setString(2, key);
            return Jobs.first(select).map(Job::drop);
        }
    }
}
