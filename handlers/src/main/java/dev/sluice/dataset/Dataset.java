package dev.sluice.dataset;

import dev.sluice.job.RejectLimit;
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
        key = List.copyOf(key);
        columns = mode == Mode.APPEND ? List.copyOf(columns) : withKeyRequired(columns, key);
        if (columns.isEmpty() || columns.size() > MOST_COLUMNS) {
            throw new IllegalArgumentException(
                    "a dataset has 1 to %d columns, not %d"
                            .formatted(MOST_COLUMNS, columns.size()));
        }
        checkNames(columns);
        checkPositions(format, columns);
        checkKey(columns, key);
        misfit(key, mode, onReplace, provenance)
                .ifPresent(misfit -> {
                    throw new IllegalArgumentException(misfit.reason());
                });
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

    /// Settings that do not go together.
    ///
    /// @param property the one that asks for too much
    record Misfit(String property, String reason) {}

    /// What does not go together among these settings, if anything.
    static Optional<Misfit> misfit(
            List<String> key, Mode mode, OnReplace onReplace, boolean provenance) {
        if (mode != Mode.APPEND && key.isEmpty()) {
            return Optional.of(
                    new Misfit(
                            "mode",
                            "mode %s needs a key: it says which rows are the same"
                                    .formatted(mode.wireName())));
        }
        if (onReplace == OnReplace.REPLACE && !provenance) {
            return Optional.of(
                    new Misfit(
                            "onReplace",
                            "onReplace replace needs provenance: _job says which rows are the former version's"));
        }
        if (onReplace == OnReplace.REPLACE && mode == Mode.SKIP_DUPLICATES) {
            return Optional.of(
                    new Misfit(
                            "onReplace",
                            "onReplace replace does not go with mode skip-duplicates: a row that was skipped"
                                    + " would be missing once the row before it is replaced"));
        }
        return Optional.empty();
    }

    /// The dataset as its rows are staged: each one carries where it comes from.
    public Dataset forStaging() {
        return new Dataset(
                name,
                table,
                format,
                columns,
                key,
                mode,
                onReplace,
                maxRejects,
                maxRejectRatio,
                /* provenance= */ true,
                timeZone);
    }

    /// How many rejects a job of this dataset bears.
    public RejectLimit limit() {
        return new RejectLimit(
                maxRejects.isPresent() ? maxRejects.getAsLong() : null,
                maxRejectRatio.isPresent() ? maxRejectRatio.getAsDouble() : null);
    }

    /// A row without its key can be the same as no other one.
    private static List<Column> withKeyRequired(List<Column> columns, List<String> key) {
        return columns.stream()
                .map(column -> key.contains(column.name()) ? column.asRequired() : column)
                .toList();
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

    private static void checkNames(List<Column> columns) {
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
        if (seen.contains(JOB_COLUMN) || seen.contains(RECORD_COLUMN)) {
            throw new IllegalArgumentException(
                    "the column names _job and _record are taken: they say where a row comes from");
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
