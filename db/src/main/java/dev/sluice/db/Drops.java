package dev.sluice.db;

import dev.sluice.job.Drop;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// All SQL about what happened in the inbox, whether a job came of it or not.
public final class Drops {
    private Drops() {}

    /// Records that an object was deleted. Nobody obeys it: what was loaded stays.
    public static void recordRemoval(
            Connection connection,
            String bucket,
            String key,
            String versionId,
            @Nullable String sequencer,
            Instant at)
            throws SQLException {
        var sql =
                """
                INSERT INTO sluice.removal (bucket, object_key, version_id, sequencer, removed_at)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """;
        try (var insert = connection.prepareStatement(sql)) {
            insert.setString(1, bucket);
            insert.setString(2, key);
            insert.setString(3, versionId);
            insert.setString(4, sequencer);
            insert.setObject(5, at.atOffset(ZoneOffset.UTC));
            insert.executeUpdate();
        }
    }

    /// Of these drops the ones that no job was registered for, in their order.
    public static List<Drop> unheardOf(Connection connection, List<Drop> drops)
            throws SQLException {
        var sql =
                """
                SELECT d.at FROM unnest(?::text[], ?::text[], ?::text[]) WITH ORDINALITY d (bucket, key, version, at)
                WHERE NOT EXISTS (
                    SELECT FROM sluice.job j
                    WHERE j.bucket = d.bucket AND j.object_key = d.key AND j.version_id = d.version)
                ORDER BY d.at
                """;
        var missing = new ArrayList<Drop>();
        try (var select = connection.prepareStatement(sql)) {
            select.setArray(1, texts(connection, drops, Drop::bucket));
            select.setArray(2, texts(connection, drops, drop -> drop.storable().key()));
            select.setArray(3, texts(connection, drops, Drop::versionId));
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    missing.add(drops.get(row.getInt(1) - 1));
                }
            }
        }
        return missing;
    }

    private static Array texts(Connection connection, List<Drop> drops, Function<Drop, String> part)
            throws SQLException {
        return connection.createArrayOf("text", drops.stream().map(part).toArray());
    }
}
