package dev.sluice.db;

import dev.sluice.job.Drop;
import dev.sluice.job.Job;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All SQL about uploads that are awaited, from their promise to the object that came or did not.
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

    /// An upload that somebody asked for and that has not come yet.
    ///
    /// @param bytes how long it says it will be; 0 when it did not say
    /// @param until when its URL ends
    /// @param uploadId its multipart upload, null when it comes in one part
    public record NewUpload(
            UUID id,
            String tenant,
            String dataset,
            @Nullable String label,
            String bucket,
            String key,
            long bytes,
            Instant until,
            @Nullable String uploadId) {}

    /// Registers an upload as a job that awaits it; or gives the job that has its label already.
    public static Job awaitUpload(Connection connection, NewUpload upload) throws SQLException {
        var known = Jobs.byLabel(connection, upload.tenant(), upload.dataset(), upload.label());
        if (known.isPresent()) {
            return known.get();
        }
        var sql =
                """
                INSERT INTO sluice.job (id, tenant, dataset, state, label, bucket, object_key, bytes, dropped_at,
                    upload_until, upload_id)
                VALUES (?, ?, ?, 'AWAITING_UPLOAD', ?, ?, ?, ?, clock_timestamp(), ?, ?)
                ON CONFLICT DO NOTHING
                """;
        try (var insert = connection.prepareStatement(sql)) {
            insert.setObject(1, upload.id());
            insert.setString(2, upload.tenant());
            insert.setString(3, upload.dataset());
            insert.setString(4, upload.label());
            insert.setString(5, upload.bucket());
            insert.setString(6, upload.key());
            insert.setLong(7, upload.bytes());
            insert.setObject(8, upload.until().atOffset(ZoneOffset.UTC));
            insert.setString(9, upload.uploadId());
            if (insert.executeUpdate() == 1) {
                return Jobs.find(connection, upload.id()).orElseThrow();
            }
        }
        return Jobs.byLabel(connection, upload.tenant(), upload.dataset(), upload.label())
                .orElseThrow(
                        () -> new SQLException("the job of %s is not there".formatted(upload)));
    }

    /// Gives an awaited upload the object that came: the job of this id, when it awaits one of this
    /// bucket and key. Empty when it does not: the object is a drop like any other.
    public static Optional<Job> adopt(Connection connection, UUID id, Drop drop)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.job
                SET state = 'QUEUED', version_id = ?, etag = ?, bytes = ?, sequencer = ?
                WHERE id = ? AND bucket = ? AND object_key = ? AND state = 'AWAITING_UPLOAD'
                  AND NOT EXISTS (
                      SELECT FROM sluice.job o WHERE o.bucket = ? AND o.object_key = ? AND o.version_id = ?)
                """;
        try (var update = connection.prepareStatement(sql)) {
            update.setString(1, drop.versionId());
            update.setString(2, drop.etag());
            update.setLong(3, drop.bytes());
            update.setString(4, drop.sequencer());
            update.setObject(5, id);
            update.setString(6, drop.bucket());
            update.setString(7, drop.key());
            update.setString(8, drop.bucket());
            update.setString(9, drop.key());
            update.setString(10, drop.versionId());
            return update.executeUpdate() == 1 ? Jobs.find(connection, id) : Optional.empty();
        }
    }

    /// Ends uploads that nothing came for in time as EXPIRED. Returns them. The grace is for
    /// transfers that began while their URL was good.
    public static List<Job> expireUploads(Connection connection, Duration grace, int limit)
            throws SQLException {
        var sql =
                """
                UPDATE sluice.job j SET state = 'EXPIRED', finished_at = clock_timestamp()
                FROM (SELECT id FROM sluice.job
                      WHERE state = 'AWAITING_UPLOAD' AND upload_until < clock_timestamp() - ? * interval '1 millisecond'
                      ORDER BY upload_until LIMIT ? FOR UPDATE SKIP LOCKED) late
                WHERE j.id = late.id
                RETURNING j.id
                """;
        var expired = new ArrayList<Job>();
        try (var update = connection.prepareStatement(sql)) {
            update.setLong(1, grace.toMillis());
            update.setInt(2, limit);
            for (var id : Jobs.ids(update)) {
                Jobs.find(connection, id).ifPresent(expired::add);
            }
        }
        return expired;
    }

    /// The jobs that await an upload of this key, two at most: the next object may be one's.
    public static List<UUID> awaited(Connection connection, String bucket, String key)
            throws SQLException {
        var sql =
                """
                SELECT id FROM sluice.job
                WHERE bucket = ? AND object_key = ? AND state = 'AWAITING_UPLOAD' LIMIT 2
                """;
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, bucket);
            select.setString(2, key);
            return Jobs.ids(select);
        }
    }
}
