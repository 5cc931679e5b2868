package dev.sluice.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The server's own processes, one for each of its connections.
public final class Backends {
    private Backends() {}

    /// A process of the server that was ended.
    ///
    /// @param waitedFor what it waited for, as pg_stat_activity names it
    public record Ended(int pid, Duration age, String waitedFor) {}

    /// Ends the processes of this role whose transaction is older than any invocation can be: their
    /// function was killed or frozen. A COPY that waits for its client is ended by no timeout of
    /// the server and by no cancel, only so. What they wrote is rolled back.
    public static List<Ended> endOverdue(Connection connection, Duration age, int limit)
            throws SQLException {
        // Materialized: the condition must be settled before anything is ended.
        var sql =
                """
                WITH overdue AS MATERIALIZED (
                    SELECT pid, extract(epoch FROM clock_timestamp() - xact_start) * 1000 AS age,
                        coalesce(wait_event, state, '') AS waited_for
                    FROM pg_stat_activity
                    WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()
                      AND xact_start < clock_timestamp() - ? * interval '1 millisecond'
                    ORDER BY xact_start LIMIT ?)
                SELECT pid, age, waited_for FROM overdue WHERE pg_terminate_backend(pid)
                """;
        var ended = new ArrayList<Ended>();
        try (var select = connection.prepareStatement(sql)) {
            select.setLong(1, age.toMillis());
            select.setInt(2, limit);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    var lasted = Duration.ofMillis((long) row.getDouble("age"));
                    ended.add(new Ended(row.getInt("pid"), lasted, row.getString("waited_for")));
                }
            }
        }
        return ended;
    }
}
