package dev.sluice.db;

import dev.sluice.job.ErrorCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All SQL about how often something was really tried: only a lease that was taken counts as a try,
/// a message that came and went does not.
public final class Tries {
    private Tries() {}

    /// What is to be done about a chunk whose message nobody could be done with.
    public sealed interface Verdict {
        /// There is no such chunk.
        record Unknown() implements Verdict {}

        /// It is loaded, or its job has ended.
        record Over() implements Verdict {}

        /// Somebody is at it now; Sweep watches over that lease.
        record Held() implements Verdict {}

        /// It was not tried often enough to say that it can't be loaded: its message is due again,
        /// and marked as sent.
        record SendAgain(int tries) implements Verdict {}

        /// It was, so its job has failed, in this transaction.
        record TriedOut(int tries, @Nullable String lastError) implements Verdict {}
    }

    /// Decides on the chunk of a dead message, and writes what follows.
    public static Verdict judge(Connection connection, Chunks.Address chunk, int maxTries)
            throws SQLException {
        var sql =
                """
                SELECT j.state = 'LOADING' AND c.state <> 'DONE' AS open,
                    coalesce(c.lease_until >= clock_timestamp(), false) AS held, c.tries, c.last_error
                FROM sluice.chunk c JOIN sluice.job j ON j.id = c.job_id
                WHERE c.job_id = ? AND c.number = ?
                """;
        try (var select = connection.prepareStatement(sql)) {
            select.setObject(1, chunk.job());
            select.setInt(2, chunk.chunk());
            try (var row = select.executeQuery()) {
                if (!row.next()) {
                    return new Verdict.Unknown();
                }
                if (!row.getBoolean("open")) {
                    return new Verdict.Over();
                }
                if (row.getBoolean("held")) {
                    return new Verdict.Held();
                }
                int tries = row.getInt("tries");
                if (tries < maxTries) {
                    return sendAgain(connection, chunk, tries);
                }
                return fail(connection, chunk, tries, row.getString("last_error"));
            }
        }
    }

    private static Verdict sendAgain(Connection connection, Chunks.Address chunk, int tries)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.chunk SET sent_at = clock_timestamp(), sends = sends + 1
                WHERE job_id = ? AND number = ? AND state <> 'DONE'
                """;
        try (var update = connection.prepareStatement(sql)) {
            update.setObject(1, chunk.job());
            update.setInt(2, chunk.chunk());
            return update.executeUpdate() == 1 ? new Verdict.SendAgain(tries) : new Verdict.Over();
        }
    }

    /*
     * Looks again in the statement that fails the job: somebody may have taken the lease. Whoever
     * takes it later finds the job ended when it commits, and rolls back.
     */
    private static Verdict fail(
            Connection connection, Chunks.Address chunk, int tries, @Nullable String lastError)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.job j
                SET state = 'FAILED', error_code = ?, error_message = ?, finished_at = clock_timestamp(),
                    rows_discarded = j.rows_discarded + j.rows_staged, rows_staged = 0
                FROM sluice.chunk c
                WHERE j.id = ? AND j.state = 'LOADING' AND c.job_id = j.id AND c.number = ? AND c.state <> 'DONE'
                  AND coalesce(c.lease_until < clock_timestamp(), true)
                """;
        try (var update = connection.prepareStatement(sql)) {
            update.setString(1, ErrorCode.CHUNK_FAILED.name());
            update.setString(2, message(chunk.chunk(), tries));
            update.setObject(3, chunk.job());
            update.setInt(4, chunk.chunk());
            return update.executeUpdate() == 1
                    ? new Verdict.TriedOut(tries, lastError)
                    : new Verdict.Held();
        }
    }

    private static String message(int chunk, int tries) {
        return chunk == 0
                ? "The rows could not be published in %d tries.".formatted(tries)
                : "Chunk %d of the file did not load in %d tries.".formatted(chunk, tries);
    }

    /// What ended the last tries of a job's chunks that are not loaded, most often tried first: for
    /// the log of ops, never for a client.
    public static List<String> lastErrors(Connection connection, UUID job, int limit)
            throws SQLException {
        var sql =
                """
                SELECT format('chunk %s, %s tries: %s', number, tries, coalesce(last_error, 'no word, killed or frozen'))
                FROM sluice.chunk WHERE job_id = ? AND state <> 'DONE' AND tries > 0
                ORDER BY tries DESC, number LIMIT ?
                """;
        var errors = new ArrayList<String>();
        try (var select = connection.prepareStatement(sql)) {
            select.setObject(1, job);
            select.setInt(2, limit);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    errors.add(row.getString(1));
                }
            }
        }
        return errors;
    }
}
