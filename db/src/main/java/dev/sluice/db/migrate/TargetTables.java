package dev.sluice.db.migrate;

import dev.sluice.db.SqlState;
import dev.sluice.db.TableColumns;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Creates and extends the tables that datasets load into, and the staging tables before them:
/// `dataset apply`. Adds to a target and never takes away.
public final class TargetTables {
    private TargetTables() {}

    /// What an apply did.
    public record Applied(boolean created, List<String> addedColumns) {}

    /// Makes the table fit, in the caller's transaction.
    ///
    /// @throws TableMisfitException when the table that is there cannot be made to fit by adding
    public static Applied apply(Connection connection, TargetTable table)
            throws SQLException, TableMisfitException {
        lock(connection, table);
        var present = TableColumns.of(connection, table.schema(), table.name());
        var wanted = wanted(table);
        Applied applied;
        if (present.isEmpty()) {
            create(connection, table, wanted);
            applied = new Applied(true, List.of());
        } else {
            applied = new Applied(false, extend(connection, table, wanted, present));
        }
        refuseDeferrable(connection, table);
        if (!table.key().isEmpty()) {
            uniqueIndex(connection, table);
        }
        if (table.replaces()) {
            jobIndex(connection, table);
        }
        execute(
                connection,
                "GRANT USAGE ON SCHEMA %s TO sluice_loader".formatted(quoted(table.schema())));
        execute(
                connection,
                "GRANT SELECT, INSERT%s%s ON %s TO sluice_loader"
                        .formatted(
                                table.updates() ? ", UPDATE" : "",
                                table.replaces() ? ", DELETE" : "",
                                name(table)));
        StagingTables.apply(connection, table);
        return applied;
    }

    /// What finds the rows of a former version of an object.
    private static void jobIndex(Connection connection, TargetTable table) throws SQLException {
        var sql =
                """
                SELECT FROM pg_index i
                JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                WHERE n.nspname = ? AND c.relname = ? AND i.indpred IS NULL AND a.attname = '_job'
                """;
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, table.schema());
            select.setString(2, table.name());
            try (var row = select.executeQuery()) {
                if (row.next()) {
                    return;
                }
            }
        }
        execute(connection, "CREATE INDEX ON %s (_job)".formatted(name(table)));
    }

    private static Map<String, String> wanted(TargetTable table) {
        var wanted = new LinkedHashMap<String, String>();
        table.columns().forEach(column -> wanted.put(column.name(), column.type()));
        if (table.provenance()) {
            wanted.put("_job", "integer");
            wanted.put("_record", "bigint");
        }
        return wanted;
    }

    /// Two applies of one table wait for each other; the lock goes with the transaction.
    private static void lock(Connection connection, TargetTable table) throws SQLException {
        try (var lock = connection.prepareStatement("SELECT pg_advisory_xact_lock(hashtext(?))")) {
            lock.setString(1, "dataset apply " + name(table));
            lock.execute();
        }
    }

    private static void create(Connection connection, TargetTable table, Map<String, String> wanted)
            throws SQLException {
        var columns = new ArrayList<String>();
        wanted.forEach((column, type) -> columns.add(quoted(column) + " " + type));
        execute(connection, "CREATE SCHEMA IF NOT EXISTS " + quoted(table.schema()));
        execute(
                connection,
                "CREATE TABLE %s (%s)".formatted(name(table), String.join(", ", columns)));
    }

    private static List<String> extend(
            Connection connection,
            TargetTable table,
            Map<String, String> wanted,
            Map<String, String> present)
            throws SQLException, TableMisfitException {
        var added = new ArrayList<String>();
        for (var entry : wanted.entrySet()) {
            var column = entry.getKey();
            var type = entry.getValue();
            var have = present.get(column);
            if (have == null) {
                execute(
                        connection,
                        "ALTER TABLE %s ADD COLUMN %s %s"
                                .formatted(name(table), quoted(column), type));
                added.add(column);
            } else if (!have.equals(type)) {
                throw new TableMisfitException(
                        "column %s of table %s is %s, the dataset says %s; change the table or the dataset by hand"
                                .formatted(column, name(table), have, type));
            }
        }
        return added;
    }

    /// A deferred constraint would refuse rows at COMMIT, after the books were written.
    private static void refuseDeferrable(Connection connection, TargetTable table)
            throws SQLException, TableMisfitException {
        var sql =
                """
                SELECT k.conname FROM pg_constraint k
                JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relname = ? AND k.condeferrable
                """;
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, table.schema());
            select.setString(2, table.name());
            try (var row = select.executeQuery()) {
                if (row.next()) {
                    throw new TableMisfitException(
                            "constraint %s of table %s is deferrable; rows must be refused when they are written"
                                    .formatted(row.getString(1), name(table)));
                }
            }
        }
    }

    private static void uniqueIndex(Connection connection, TargetTable table)
            throws SQLException, TableMisfitException {
        if (hasUniqueIndex(connection, table)) {
            return;
        }
        var columns = table.key().stream().map(TargetTables::quoted).toList();
        try {
            execute(
                    connection,
                    "CREATE UNIQUE INDEX ON %s (%s)"
                            .formatted(name(table), String.join(", ", columns)));
        } catch (SQLException e) {
            if (SqlState.isRowRefused(e)) {
                throw new TableMisfitException(
                        "rows of table %s repeat the key (%s), so it can have no unique index"
                                .formatted(name(table), String.join(", ", table.key())));
            }
            throw e;
        }
    }

    private static boolean hasUniqueIndex(Connection connection, TargetTable table)
            throws SQLException {
        var sql =
                """
                SELECT FROM pg_index i
                JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relname = ? AND i.indisunique AND i.indpred IS NULL AND i.indimmediate
                  AND i.indexprs IS NULL AND i.indnkeyatts = cardinality(?::text[])
                  AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text)
                       FROM pg_attribute a
                       WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[]))
                    = (SELECT array_agg(k ORDER BY k) FROM unnest(?::text[]) k)
                """;
        try (var select = connection.prepareStatement(sql)) {
            var key = connection.createArrayOf("text", table.key().toArray());
            select.setString(1, table.schema());
            select.setString(2, table.name());
            select.setArray(3, key);
            select.setArray(4, key);
            try (var row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String name(TargetTable table) {
        return quoted(table.schema()) + "." + quoted(table.name());
    }

    static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
