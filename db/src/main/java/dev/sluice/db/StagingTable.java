package dev.sluice.db;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The table in which rows of one dataset wait for their job's publish: the dataset's columns, and
/// `_job` and `_record` behind them.
///
/// @param name within [#SCHEMA], as written
public record StagingTable(String name) {
    public static final String SCHEMA = "sluice_stage";
    private static final int LONGEST_NAME = 63;
    private static final int HASH_LENGTH = 16;

    /// The staging table of a dataset. PostgreSQL cuts names in silence, so a long one is cut here
    /// and told apart by a hash.
    public static StagingTable of(String dataset) {
        if (dataset.length() <= LONGEST_NAME) {
            return new StagingTable(dataset);
        }
        return new StagingTable(
                dataset.substring(0, LONGEST_NAME - HASH_LENGTH - 1) + '~' + hash(dataset));
    }

    private static String hash(String dataset) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(dataset.getBytes(US_ASCII));
            return HexFormat.of().formatHex(digest, 0, HASH_LENGTH / 2);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// The table as SQL names it.
    public String quoted() {
        return "%s.\"%s\"".formatted(SCHEMA, name.replace("\"", "\"\""));
    }

    /// Removes what a job left here.
    public void clear(Connection connection, int jobNumber) throws SQLException {
        try (var delete =
                connection.prepareStatement("DELETE FROM " + quoted() + " WHERE _job = ?")) {
            delete.setInt(1, jobNumber);
            delete.executeUpdate();
        }
    }

    /// Removes rows of jobs that are not loading, at most so many. Returns how many were removed.
    /// Goes from job to job through the index: the rows of a large job that loads are not read.
    public int clearLeftovers(Connection connection, int limit) throws SQLException {
        var sql =
                """
                WITH RECURSIVE staged AS (
                    (SELECT _job FROM %1$s ORDER BY _job LIMIT 1)
                    UNION ALL
                    SELECT (SELECT s._job FROM %1$s s WHERE s._job > staged._job ORDER BY s._job LIMIT 1)
                    FROM staged WHERE staged._job IS NOT NULL)
                DELETE FROM %1$s WHERE ctid = ANY (ARRAY(
                    SELECT s.ctid FROM staged JOIN sluice.job j ON j.number = staged._job
                    CROSS JOIN LATERAL (SELECT ctid FROM %1$s WHERE _job = staged._job LIMIT ?) s
                    WHERE j.state <> 'LOADING' LIMIT ?))
                """
                        .formatted(quoted());
        try (var delete = connection.prepareStatement(sql)) {
            delete.setInt(1, limit);
            delete.setInt(2, limit);
            return delete.executeUpdate();
        }
    }

    /// All staging tables there are.
    public static List<StagingTable> all(Connection connection) throws SQLException {
        var sql =
                """
                SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relkind = 'r' ORDER BY c.relname
                """;
        var tables = new ArrayList<StagingTable>();
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, SCHEMA);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    tables.add(new StagingTable(row.getString(1)));
                }
            }
        }
        return tables;
    }
}
