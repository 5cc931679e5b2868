package dev.sluice.db;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Where a scheduled walk over many things stopped, so that each run does a bounded part.
public final class Walks {
    private Walks() {}

    /// The position the last run stored; null at the beginning of a round.
    public static @Nullable String position(Connection connection, String name)
            throws SQLException {
        try (var select =
                connection.prepareStatement("SELECT position FROM sluice.walk WHERE name = ?")) {
            select.setString(1, name);
            try (var row = select.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }
    }

    /// Stores where the next run goes on and gives it back; null starts the next round.
    public static @Nullable String moveTo(
            Connection connection, String name, @Nullable String position) throws SQLException {
        var sql =
                """
                INSERT INTO sluice.walk (name, position) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET position = excluded.position, moved_at = now()
                """;
        try (var upsert = connection.prepareStatement(sql)) {
            upsert.setString(1, name);
            upsert.setString(2, position);
            upsert.executeUpdate();
            return position;
        }
    }
}
