package dev.sluice.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/// What columns a table really has, as the catalog writes their types.
public final class TableColumns {
    private TableColumns() {}

    /// Name → type in the table's order; empty when there is no such table.
    public static Map<String, String> of(Connection connection, String schema, String table)
            throws SQLException {
        var sql =
                """
                SELECT a.attname, format_type(a.atttypid, a.atttypmod)
                FROM pg_attribute a
                WHERE a.attrelid = to_regclass(format('%I.%I', ?::text, ?::text))
                  AND a.attnum > 0 AND NOT a.attisdropped
                ORDER BY a.attnum
                """;
        var columns = new LinkedHashMap<String, String>();
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, schema);
            select.setString(2, table);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    columns.put(row.getString(1), row.getString(2));
                }
            }
        }
        return columns;
    }
}
