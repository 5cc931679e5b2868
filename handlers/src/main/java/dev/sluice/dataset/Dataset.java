package dev.sluice.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/// Where a file's rows go and what makes a row good.
public record Dataset(
        String name,
        Table table,
        Format format,
        List<Column> columns,
        List<String> key,
        Mode mode,
        OnReplace onReplace,
        OptionalLong maxRejects,
        OptionalDouble maxRejectRatio,
        boolean provenance,
        ZoneId timeZone) {

    /// The provenance columns: the job's number, and the record's number in its file.
    public static final String JOB_COLUMN = "_job";

    public static final String RECORD_COLUMN = "_record";

    private static final Set<String> SYSTEM_COLUMNS =
            Set.of("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid");
    // PostgreSQL's limit is 1,600, two of which are ours
    private static final int MOST_COLUMNS = 1_598;
    private static final int MOST_KEY_COLUMNS = 32;

    public Dataset {
        Assets.checkName("dataset", name);
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        if (columns.isEmpty() || columns.size() > MOST_COLUMNS) {
            throw new IllegalArgumentException(
                    "a dataset has 1 to %d columns, not %d"
                            .formatted(MOST_COLUMNS, columns.size()));
        }
        checkNames(columns, provenance);
        checkPositions(format, columns);
        checkKey(columns, key);
        if (mode != Mode.APPEND && key.isEmpty()) {
            throw new IllegalArgumentException("mode %s needs a key".formatted(mode.wireName()));
        }
    }

    /// Reads a dataset file that stands anywhere, and checks all of it.
    public static Dataset read(Path file) throws IOException {
        var name = String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", "");
        return DatasetFile.read(file, name);
    }

    /// A dataset that says nothing but its columns.
    public static Dataset of(String name, Format format, List<Column> columns) {
        return new Dataset(
                name,
                new Table("public", name),
                format,
                columns,
                List.of(),
                Mode.APPEND,
                OnReplace.APPEND,
                OptionalLong.empty(),
                OptionalDouble.empty(),
                /* provenance= */ true,
                ZoneId.of("UTC"));
    }

    /// Why the rows of this dataset cannot go straight into the table, in words for its author.
    public Optional<String> needsStagedRoad() {
        if (mode != Mode.APPEND) {
            return Optional.of("mode " + mode.wireName());
        }
        if (onReplace != OnReplace.APPEND) {
            return Optional.of("onReplace " + onReplace.wireName());
        }
        if (maxRejects.isPresent()) {
            return Optional.of("maxRejects");
        }
        return maxRejectRatio.isPresent() ? Optional.of("maxRejectRatio") : Optional.empty();
    }

    private static void checkNames(List<Column> columns, boolean provenance) {
        var seen = new HashSet<String>();
        for (var column : columns) {
            if (!seen.add(column.name())) {
                throw new IllegalArgumentException(
                        "the column \"%s\" is there twice".formatted(column.name()));
            }
            if (SYSTEM_COLUMNS.contains(column.name())) {
                throw new IllegalArgumentException(
                        "the column name \"%s\" is PostgreSQL's own".formatted(column.name()));
            }
        }
        if (provenance && (seen.contains(JOB_COLUMN) || seen.contains(RECORD_COLUMN))) {
            throw new IllegalArgumentException(
                    "the column names _job and _record are taken while provenance is true");
        }
    }

    // without a header a column without a position would be found by its place in the list
    private static void checkPositions(Format format, List<Column> columns) {
        var positions = columns.stream().filter(column -> column.position() != null).count();
        if (!format.header()
                && format.type() != Format.Type.JSONL
                && positions != 0
                && positions != columns.size()) {
            throw new IllegalArgumentException(
                    "without a header either all columns say `from: position` or none");
        }
    }

    /// Whether columns are found by position and no name in the file counts.
    public boolean isByPosition() {
        return columns.stream().allMatch(column -> column.position() != null);
    }

    private static void checkKey(List<Column> columns, List<String> key) {
        if (key.size() > MOST_KEY_COLUMNS) {
            throw new IllegalArgumentException("a key has at most 32 columns");
        }
        var seen = new HashSet<String>();
        for (var name : key) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException("the key names \"%s\" twice".formatted(name));
            }
            if (columns.stream().noneMatch(column -> column.name().equals(name))) {
                throw new IllegalArgumentException(
                        "the key names \"%s\", which is no column".formatted(name));
            }
        }
    }
}
