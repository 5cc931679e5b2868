package dev.sluice.dataset;

import java.nio.file.Path;
import java.util.List;

/// One dataset file, read with the place of everything it says.
final class DatasetFile {
    private DatasetFile() {}

    static Dataset read(Path file, String name) {
        var column = Column.of(file.toString(), ColumnType.of(ColumnType.Kind.TEXT));
        return Dataset.of(name, Format.of(Format.Type.CSV), List.of(column));
    }
}
