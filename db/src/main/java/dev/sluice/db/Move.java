package dev.sluice.db;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Staged rows on their way into the target table; what the target refuses is found on the server.
///
/// @param columns of the target, with the provenance columns when it has them
/// @param mode `append`, `upsert` or `skip-duplicates`
/// @param job the number of the job whose rows these are
/// @param firstRecord the first of the records
/// @param lastRecord the last of them
/// @param expected how many rows are staged by the books
/// @param replaced the numbers of the jobs whose rows leave the target
/// @param mostRefused with more refused rows than these nothing is kept; null means any number
/// @param keep false for a dry run
public record Move(
        StagingTable from,
        String schema,
        String table,
        List<String> columns,
        List<String> key,
        String mode,
        int job,
        long firstRecord,
        long lastRecord,
        long expected,
        List<Integer> replaced,
        @Nullable Long mostRefused,
        boolean keep) {
    private static final String SILENT_LOSS = "SL002";
    private static final String NOT_STAGED = "SL003";

    public Move {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        replaced = List.copyOf(replaced);
    }

    /// What became of the rows. Nothing of it is in the target unless it was kept.
    ///
    /// @param loaded by the database's count; where nothing is kept, what would have been
    /// @param duplicate rows that gave way to another one of their key
    public record Moved(long loaded, long duplicate, boolean kept, List<Refusal> refused) {}

    /// Moves the rows, in the caller's transaction. None of them is staged afterwards.
    public Moved run(Connection connection) throws SQLException {
        var sql = "SELECT * FROM sluice.move_rows(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        try (var call = connection.prepareStatement(sql)) {
            call.setString(1, from.name());
            call.setString(2, schema);
            call.setString(3, table);
            call.setArray(4, texts(connection, columns));
            call.setArray(5, texts(connection, key));
            call.setString(6, mode);
            call.setInt(7, job);
            call.setLong(8, firstRecord);
            call.setLong(9, lastRecord);
            call.setLong(10, expected);
            call.setArray(11, connection.createArrayOf("integer", replaced.toArray()));
            call.setObject(12, mostRefused, Types.BIGINT);
            call.setBoolean(13, keep);
            try (var row = call.executeQuery()) {
                return moved(row);
            }
        }
    }

    private static Array texts(Connection connection, List<String> texts) throws SQLException {
        return connection.createArrayOf("text", texts.toArray());
    }

    private static Moved moved(ResultSet row) throws SQLException {
        var refused = new ArrayList<Refusal>();
        // Most refusals are worded alike, and there may be very many.
        Map<String, String> words = new HashMap<>();
        while (row.next()) {
            long record = row.getLong("record");
            if (row.wasNull()) {
                return new Moved(
                        row.getLong("loaded"),
                        row.getLong("duplicate"),
                        row.getBoolean("kept"),
                        refused);
            }
            refused.add(
                    new Refusal(
                            record,
                            word(words, row.getString("sql_state")),
                            word(words, row.getString("message")),
                            orNull(word(words, row.getString("constraint_name"))),
                            orNull(word(words, row.getString("column_name")))));
        }
        throw new SQLException("the rows were moved without a word on it");
    }

    private static String word(Map<String, String> words, String text) {
        return words.size() > 10_000 ? text : words.computeIfAbsent(text, t -> t);
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /// True when the target took rows in silence that are not in it: a trigger or a rule drops
    /// them, and no books could balance.
    public static boolean isSilentLoss(SQLException e) {
        return SILENT_LOSS.equals(e.getSQLState());
    }

    /// True when the staging table does not hold the rows that the books say.
    public static boolean isNotStaged(SQLException e) {
        return NOT_STAGED.equals(e.getSQLState());
    }
}
