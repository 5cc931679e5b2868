package dev.sluice.speed;

import dev.sluice.cli.stack.Database;
import dev.sluice.looks.Looks;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/// What became of a dropped object, as the ledger says: asked there and not over REST, whose
/// functions would work beside what is measured.
record Road(String job, String state, double seconds, long loaded, long chunks, long triedAgain) {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    /// Waits until the drop's job has ended.
    ///
    /// @throws IOException when it did not load every row, or not in time
    static Road await(Database database, String key, String version, Duration limit)
            throws Exception {
        try (var connection = database.connect()) {
            if (Looks.until(limit, BETWEEN_LOOKS, () -> hasEnded(connection, key, version))) {
                return read(connection, key, version);
            }
        }
        throw new IOException("%s has not ended after %s".formatted(key, limit));
    }

    private static boolean hasEnded(Connection connection, String key, String version)
            throws SQLException {
        try (var select =
                connection.prepareStatement(
                        """
                        SELECT count(*) FROM sluice.job
                        WHERE object_key = ? AND version_id = ? AND finished_at IS NOT NULL
                        """)) {
            select.setString(1, key);
            select.setString(2, version);
            try (var row = select.executeQuery()) {
                return row.next() && row.getInt(1) > 0;
            }
        }
    }

    private static Road read(Connection connection, String key, String version) throws Exception {
        try (var select =
                connection.prepareStatement(
                        """
                        SELECT id, state, extract(epoch FROM finished_at - dropped_at)::float8,
                               rows_loaded, chunks, coalesce(error_message, ''),
                               (SELECT count(*) FROM sluice.chunk WHERE job_id = id AND tries > 1)
                        FROM sluice.job WHERE object_key = ? AND version_id = ?
                        """)) {
            select.setString(1, key);
            select.setString(2, version);
            try (var row = select.executeQuery()) {
                row.next();
                if (!row.getString(2).equals("SUCCEEDED") || row.getLong(4) == 0) {
                    throw new IOException(
                            "not all loaded: %s %s".formatted(row.getString(2), row.getString(6)));
                }
                return new Road(
                        row.getString(1),
                        row.getString(2),
                        row.getDouble(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(7));
            }
        }
    }
}
