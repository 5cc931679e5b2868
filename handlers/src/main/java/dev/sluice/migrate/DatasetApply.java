package dev.sluice.migrate;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.DatasetException;
import dev.sluice.dataset.Mode;
import dev.sluice.dataset.OnReplace;
import dev.sluice.db.Database;
import dev.sluice.db.StagingTable;
import dev.sluice.db.migrate.TableMisfitException;
import dev.sluice.db.migrate.TargetTable;
import dev.sluice.db.migrate.TargetTables;
import dev.sluice.lambda.Json;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Makes the tables of datasets fit their files, each in a transaction of its own: one that can't
/// be is refused and the others go on.
final class DatasetApply {
    private final Database database;
    private final Assets assets;
    private final List<Applied> applied = new ArrayList<>();
    private final List<Refused> refused = new ArrayList<>();

    DatasetApply(Database database, Assets assets) {
        this.database = database;
        this.assets = assets;
    }

    private record Applied(String dataset, String table, boolean created, List<String> added) {}

    private record Refused(String dataset, String message) {}

    DatasetApply apply(List<String> names) throws IOException, SQLException {
        for (var name : names) {
            try {
                apply(assets.dataset(name));
            } catch (DatasetException | TableMisfitException e) {
                refused.add(new Refused(name, String.valueOf(e.getMessage())));
            }
        }
        return this;
    }

    private void apply(Dataset dataset) throws SQLException, TableMisfitException {
        var done =
                database.<TargetTables.Applied, TableMisfitException>inTransaction(
                        c -> TargetTables.apply(c, table(dataset)));
        applied.add(
                new Applied(
                        dataset.name(),
                        dataset.table().toString(),
                        done.created(),
                        done.addedColumns()));
    }

    private static TargetTable table(Dataset dataset) {
        return new TargetTable(
                dataset.table().schema(),
                dataset.table().name(),
                dataset.columns().stream()
                        .map(c -> new TargetTable.Column(c.name(), c.type().catalogName()))
                        .toList(),
                dataset.key(),
                dataset.provenance(),
                StagingTable.of(dataset.name()),
                dataset.mode() == Mode.UPSERT,
                dataset.onReplace() == OnReplace.REPLACE);
    }

    String json() {
        return Json.object(answer -> {
            var done = answer.startArrayField("applied");
            for (var each : applied) {
                var added =
                        done.startObject()
                                .put("dataset", each.dataset())
                                .put("table", each.table())
                                .put("created", each.created())
                                .startArrayField("addedColumns");
                for (var column : each.added()) {
                    added.add(column);
                }
                added.end().end();
            }
            done.end();
            var not = answer.startArrayField("refused");
            for (var each : refused) {
                not.startObject()
                        .put("dataset", each.dataset())
                        .put("message", each.message())
                        .end();
            }
            not.end();
        });
    }
}
