package dev.sluice.db.migrate;

import dev.sluice.db.StagingTable;
import dev.sluice.db.TableColumns;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/// Creates and extends the staging tables: permanent ones, since a temporary table would pin a
/// session of the proxy. They have the columns of their dataset and none of the target's
/// constraints.
final class StagingTables {
    private StagingTables() {}

    static void apply(Connection connection, TargetTable table)
            throws SQLException, TableMisfitException {
        var staging = table.staging();
        var wanted = wanted(table);
        var present = TableColumns.of(connection, StagingTable.SCHEMA, staging.name());
        if (!present.isEmpty() && hasOtherTypes(wanted, present)) {
            drop(connection, staging);
            present = Map.of();
        }
        if (present.isEmpty()) {
            create(connection, staging, wanted);
        }
        for (var column : wanted.entrySet()) {
            if (!present.isEmpty() && !present.containsKey(column.getKey())) {
                TargetTables.execute(
                        connection,
                        "ALTER TABLE %s ADD COLUMN %s %s"
                                .formatted(
                                        staging.quoted(),
                                        TargetTables.quoted(column.getKey()),
                                        column.getValue()));
            }
        }
        TargetTables.execute(
                connection,
                "GRANT SELECT, INSERT, DELETE ON %s TO sluice_loader".formatted(staging.quoted()));
    }

    private static Map<String, String> wanted(TargetTable table) {
        var wanted = new LinkedHashMap<String, String>();
        table.columns().forEach(column -> wanted.put(column.name(), column.type()));
        wanted.put("_job", "integer");
        wanted.put("_record", "bigint");
        return wanted;
    }

    private static boolean hasOtherTypes(Map<String, String> wanted, Map<String, String> present) {
        return wanted.entrySet().stream()
                .anyMatch(column -> {
                    var have = present.get(column.getKey());
                    return have != null && !have.equals(column.getValue());
                });
    }

    private static void create(
            Connection connection, StagingTable staging, Map<String, String> wanted)
            throws SQLException {
        var columns =
                wanted.entrySet().stream()
                        .map(column ->
                                TargetTables.quoted(column.getKey()) + " " + column.getValue())
                        .toList();
        TargetTables.execute(
                connection,
                "CREATE TABLE %s (%s)".formatted(staging.quoted(), String.join(", ", columns)));
        TargetTables.execute(
                connection, "CREATE INDEX ON %s (_job, _record)".formatted(staging.quoted()));
    }

    /// The type of a column was changed: the table is ours and made anew, unless rows wait in it.
    private static void drop(Connection connection, StagingTable staging)
            throws SQLException, TableMisfitException {
        var sql =
                "SELECT FROM %s s JOIN sluice.job j ON j.number = s._job WHERE j.state = 'LOADING' LIMIT 1"
                        .formatted(staging.quoted());
        try (var select = connection.createStatement();
                var row = select.executeQuery(sql)) {
            if (row.next()) {
                throw new TableMisfitException(
                        "rows of a loading job wait in %s with columns of another type; apply again when it has ended"
                                .formatted(staging.quoted()));
            }
        }
        TargetTables.execute(connection, "DROP TABLE " + staging.quoted());
    }
}
