package dev.sluice.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// All SQL about what is kept for how long.
public final class Retention {
    private Retention() {}

    private static final int MOST_EXPUNGED_ROWS = 50_000;

    /// Removes the details of jobs that ended longer ago than this: their rejects and chunks, some
    /// rows in each call. The jobs themselves stay, since they are what a drop is told by; they
    /// count as expunged once nothing is left. Returns how many were.
    public static int expunge(Connection connection, Duration olderThan, int limit)
            throws SQLException {
        var old =
                """
                SELECT id FROM sluice.job
                WHERE finished_at < clock_timestamp() - ? * interval '1 millisecond' AND expunged_at IS NULL
                ORDER BY finished_at LIMIT ? FOR UPDATE SKIP LOCKED
                """;
        List<UUID> ids;
        try (var select = connection.prepareStatement(old)) {
            select.setLong(1, olderThan.toMillis());
            select.setInt(2, limit);
            ids = Jobs.ids(select);
        }
        var jobs = connection.createArrayOf("uuid", ids.toArray());
        for (var table : List.of("reject", "chunk")) {
            var some =
                    """
                    DELETE FROM sluice.%1$s WHERE ctid = ANY (ARRAY(
                        SELECT ctid FROM sluice.%1$s WHERE job_id = ANY (?) LIMIT %2$d))
                    """
                            .formatted(table, MOST_EXPUNGED_ROWS);
            try (var delete = connection.prepareStatement(some)) {
                delete.setArray(1, jobs);
                delete.executeUpdate();
            }
        }
        var sql =
                """
                UPDATE sluice.job j SET expunged_at = clock_timestamp()
                WHERE id = ANY (?) AND NOT EXISTS (SELECT FROM sluice.reject r WHERE r.job_id = j.id)
                  AND NOT EXISTS (SELECT FROM sluice.chunk c WHERE c.job_id = j.id)
                """;
        try (var update = connection.prepareStatement(sql)) {
            update.setArray(1, jobs);
            return update.executeUpdate();
        }
    }
}
