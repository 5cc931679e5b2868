package dev.sluice.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All SQL about uploads that are awaited, beyond what [Jobs] does with them.
public final class Uploads {
    private Uploads() {}

    /// An upload that has not come yet.
    ///
    /// @param bytes how long it says it will be; 0 when it did not say
    /// @param uploadId its multipart upload, null when it comes in one part
    public record Awaited(String key, long bytes, @Nullable String uploadId) {}

    /// Waits longer for an upload, never shorter. Empty when it is not awaited any more.
    public static Optional<Awaited> renew(Connection connection, UUID id, Instant until)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.job SET upload_until = greatest(upload_until, ?)
                WHERE id = ? AND state = 'AWAITING_UPLOAD'
                RETURNING object_key, bytes, upload_id
                """;
        try (var update = connection.prepareStatement(sql)) {
            update.setObject(1, until.atOffset(ZoneOffset.UTC));
            update.setObject(2, id);
            try (var row = update.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new Awaited(row.getString(1), row.getLong(2), row.getString(3)))
                        : Optional.empty();
            }
        }
    }
}
