package dev.sluice.db.migrate;

import java.util.List;

/// What a dataset asks of its table. Names are quoted as written; they come from a dataset file and
/// never from the content of a drop.
public record TargetTable(
        String schema, String name, List<Column> columns, List<String> key, boolean provenance) {

    /// A column and its type in PostgreSQL's words.
    public record Column(String name, String type) {}

    public TargetTable {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }
}
