package dev.sluice.db.migrate;

import dev.sluice.db.StagingTable;
import java.util.List;

/// What a dataset asks of its table. Names are quoted as written; they come from a dataset file and
/// never from the content of a drop.
///
/// @param staging where rows of the dataset wait for their publish
/// @param updates whether rows are written over: mode upsert
/// @param replaces whether rows of a former version of an object leave: onReplace replace
public record TargetTable(
        String schema,
        String name,
        List<Column> columns,
        List<String> key,
        boolean provenance,
        StagingTable staging,
        boolean updates,
        boolean replaces) {

    /// A column and its type as the catalog writes it: `character varying(3)`, not `varchar(3)`.
    public record Column(String name, String type) {}

    public TargetTable {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }
}
