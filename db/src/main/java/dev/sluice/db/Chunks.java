package dev.sluice.db;

import dev.sluice.job.Books;
import dev.sluice.job.Chunk;
import dev.sluice.job.Job;
import dev.sluice.job.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All SQL about chunks: who may load one until when, and what came of it.
public final class Chunks {
    static final String DONE =
            """
            UPDATE sluice.chunk
            SET state = 'DONE', lease_until = NULL, last_error = NULL, finished_at = clock_timestamp(),
                rows_read = ?, rows_loaded = ?, rows_rejected = ?, rows_duplicate = ?, rows_discarded = ?,
                rows_staged = ?
            WHERE job_id = ? AND number = ? AND state = 'LEASED' AND fence = ?
            """;

    private Chunks() {}

    /// The right to load a chunk until its deadline. A write with an older fence hits no row.
    ///
    /// @param tries how often the chunk was really tried, this one included
    public record Lease(UUID job, Chunk chunk, int fence, int tries) {}

    /// Which chunk of which job: what a message says.
    public record Address(UUID job, int chunk) {}

    /// Takes the lease, in a short statement of its own so that a second delivery of the message
    /// returns at once and does not wait on a lock. Empty when the chunk is done, held by another,
    /// or its job is not loading.
    public static Optional<Lease> lease(Connection connection, Address address, Duration time)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.chunk c
                SET state = 'LEASED', fence = c.fence + 1, tries = c.tries + 1,
                    lease_until = clock_timestamp() + ? * interval '1 millisecond'
                FROM sluice.job j
                WHERE c.job_id = ? AND c.number = ? AND j.id = c.job_id AND j.state = 'LOADING'
                  AND (c.state = 'WAITING' OR c.state = 'LEASED' AND c.lease_until < clock_timestamp())
                RETURNING c.start_byte, c.end_byte, c.first_line, c.first_record, c.fence, c.tries
                """;
        try (var update = connection.prepareStatement(sql)) {
            update.setLong(1, time.toMillis());
            update.setObject(2, address.job());
            update.setInt(3, address.chunk());
            try (var row = update.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                var start = new Position(row.getLong(1), row.getLong(3), row.getLong(4));
                var chunk = new Chunk(address.chunk(), start, row.getLong(2));
                return Optional.of(new Lease(address.job(), chunk, row.getInt(5), row.getInt(6)));
            }
        }
    }

    /// Inserts the one chunk of a job that has just taken its turn with its plan, leased already.
    public static Lease insertLeased(Connection connection, Job job, Chunk chunk, Duration time)
            throws SQLException {
        var sql =
                """
                INSERT INTO sluice.chunk (job_id, number, start_byte, end_byte, first_line, first_record,
                    state, fence, tries, lease_until)
                VALUES (?, ?, ?, ?, ?, ?, 'LEASED', ?, 1, clock_timestamp() + ? * interval '1 millisecond')
                """;
        // as a chunk that was inserted to wait and then leased
        int fence = (job.attempt() << 16) + 1;
        try (var insert = connection.prepareStatement(sql)) {
            insert.setObject(1, job.id());
            insert.setInt(2, chunk.number());
            insert.setLong(3, chunk.start().byteOffset());
            insert.setLong(4, chunk.endByte());
            insert.setLong(5, chunk.start().line());
            insert.setLong(6, chunk.start().record());
            insert.setInt(7, fence);
            insert.setLong(8, time.toMillis());
            insert.executeUpdate();
            return new Lease(job.id(), chunk, fence, 1);
        }
    }

    /// Marks the chunk done with its books. False when the lease is no longer ours: roll back.
    public static boolean done(Connection connection, Lease lease, Books books)
            throws SQLException {
        try (var update = connection.prepareStatement(DONE)) {
            setDone(update, lease, books);
            return update.executeUpdate() == 1;
        }
    }

    /// Sets all nine parameters of [#DONE], which is the statement's first.
    static void setDone(PreparedStatement update, Lease lease, Books books) throws SQLException {
        update.setLong(1, books.read());
        update.setLong(2, books.loaded());
        update.setLong(3, books.rejected());
        update.setLong(4, books.duplicate());
        update.setLong(5, books.discarded());
        update.setLong(6, books.staged());
        update.setObject(7, lease.job());
        update.setInt(8, lease.chunk().number());
        update.setInt(9, lease.fence());
    }

    /// Gives the lease back after a failure that was caught, so that the next try can start at
    /// once.
    public static boolean release(Connection connection, Lease lease, String why)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.chunk SET state = 'WAITING', lease_until = NULL, last_error = ?
                WHERE job_id = ? AND number = ? AND state = 'LEASED' AND fence = ?
                """;
        return release(connection, sql, lease, why);
    }

    private static boolean release(Connection connection, String sql, Lease lease, String why)
            throws SQLException {
        try (var update = connection.prepareStatement(sql)) {
            update.setString(1, why);
            update.setObject(2, lease.job());
            update.setInt(3, lease.chunk().number());
            update.setInt(4, lease.fence());
            return update.executeUpdate() == 1;
        }
    }

    /// Gives the lease back like [#release], as if it had not been taken: what stood in the way was
    /// another transaction, and that is no failed try.
    public static boolean releaseUncounted(Connection connection, Lease lease, String why)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.chunk SET state = 'WAITING', lease_until = NULL, last_error = ?, tries = tries - 1
                WHERE job_id = ? AND number = ? AND state = 'LEASED' AND fence = ?
                """;
        return release(connection, sql, lease, why);
    }

    /// True while the lease is ours; held until the end of the transaction. What a writer asks
    /// before it fails the job.
    public static boolean holds(Connection connection, Lease lease) throws SQLException {
        var sql =
                """
                SELECT FROM sluice.chunk
                WHERE job_id = ? AND number = ? AND state = 'LEASED' AND fence = ? FOR UPDATE
                """;
        try (var select = connection.prepareStatement(sql)) {
            select.setObject(1, lease.job());
            select.setInt(2, lease.chunk().number());
            select.setInt(3, lease.fence());
            try (var row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    /// Opens the publish of a staged job, once its plan is complete and no chunk of it is left;
    /// otherwise does nothing. Called behind the statement that may have been the last one before.
    static void openPublish(Connection connection, UUID job) throws SQLException {
        var sql =
                """
                INSERT INTO sluice.chunk (job_id, number, start_byte, end_byte, first_line, first_record, fence)
                SELECT id, 0, 0, 0, 1, 1, attempt << 16 FROM sluice.job
                WHERE id = ? AND state = 'LOADING' AND road = 'staged' AND planned AND chunks_left = 0
                ON CONFLICT DO NOTHING
                """;
        try (var insert = connection.prepareStatement(sql)) {
            insert.setObject(1, job);
            insert.executeUpdate();
        }
    }

    /// The chunks of a job's file in its order, without the publish.
    public static List<Chunk> ofFile(Connection connection, UUID job) throws SQLException {
        var sql =
                """
                SELECT number, start_byte, end_byte, first_line, first_record FROM sluice.chunk
                WHERE job_id = ? AND number > 0 ORDER BY number
                """;
        var chunks = new ArrayList<Chunk>();
        try (var select = connection.prepareStatement(sql)) {
            select.setObject(1, job);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    var start = new Position(row.getLong(2), row.getLong(4), row.getLong(5));
                    chunks.add(new Chunk(row.getInt(1), start, row.getLong(3)));
                }
            }
        }
        return chunks;
    }

    /// The state of a chunk; null when there is none. What a lost commit answer is decided by.
    public static @Nullable String state(Connection connection, Address address)
            throws SQLException {
        var sql = "SELECT state FROM sluice.chunk WHERE job_id = ? AND number = ?";
        try (var select = connection.prepareStatement(sql)) {
            select.setObject(1, address.job());
            select.setInt(2, address.chunk());
            try (var row = select.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }
    }

    /// Chunks of loading jobs that nobody works on and no message may be under way for: the lease
    /// ran out, or the message was sent long ago and nobody came. The wait grows with each try
    /// (what kills its function again and again needs time more than tries) and doubles with each
    /// sending (a long queue is not a lost message). Marks them as sent; publishing one twice is
    /// harmless.
    public static List<Address> takeForSending(Connection connection, Duration patience, int limit)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.chunk c SET sent_at = clock_timestamp(), sends = c.sends + 1
                FROM (SELECT c.job_id, c.number
                      FROM sluice.chunk c JOIN sluice.job j ON j.id = c.job_id
                      WHERE j.state = 'LOADING' AND c.state <> 'DONE'
                        AND coalesce(c.lease_until, '-infinity') < clock_timestamp()
                        AND CASE WHEN c.sent_at < c.lease_until
                            THEN c.lease_until + ? * interval '1 millisecond' * ((1 << least(c.tries - 1, 5)) - 1) / 8
                            ELSE c.sent_at + ? * interval '1 millisecond' * (1 << least(c.sends - 1, 5))
                            END < clock_timestamp()
                      ORDER BY c.sent_at LIMIT ?
                      FOR UPDATE OF c SKIP LOCKED) lost
                WHERE c.job_id = lost.job_id AND c.number = lost.number
                RETURNING c.job_id, c.number
                """;
        var lost = new ArrayList<Address>();
        try (var update = connection.prepareStatement(sql)) {
            update.setLong(1, patience.toMillis());
            update.setLong(2, patience.toMillis());
            update.setInt(3, limit);
            try (var row = update.executeQuery()) {
                while (row.next()) {
                    lost.add(new Address(row.getObject(1, UUID.class), row.getInt(2)));
                }
            }
        }
        return lost;
    }
}
