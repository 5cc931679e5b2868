package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Column.LookupName;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.DatasetException;
import dev.sluice.dataset.Format;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Position;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The lookup tables of the shared assets, each kept in memory until its file changes. Not
/// thread-safe: one per execution environment.
public final class Lookups {
    private static final int LONGEST_RECORD_BYTES = 1024 * 1024;
    private static final int MOST_VALUES = 1_000_000;

    private static final Dialect DIALECT = Dialect.of(Format.of(Format.Type.CSV));

    private record Version(Path file, FileTime modified, long bytes) {}

    private record Loaded(Version version, LookupSet values) {}

    private final Assets assets;
    // one per name: two versions take turns only while jobs of both are under way
    private final Map<LookupName, Loaded> loaded;

    public Lookups(Assets assets) {
        this(assets, new HashMap<>());
    }

    private Lookups(Assets assets, Map<LookupName, Loaded> loaded) {
        this.assets = assets;
        this.loaded = loaded;
    }

    /// The tables as they are in these assets, out of the same memory.
    public Lookups at(Assets other) {
        return new Lookups(other, loaded);
    }

    /// Looks whether a lookup's column can be read and kept.
    ///
    /// @throws DatasetException saying what is wrong with it
    public static void check(Assets assets, LookupName name) throws IOException {
        var _ = load(assets.lookupFile(name.table()), name);
    }

    /// Looks whether all of a lookup table is good, not only the columns that a dataset names.
    ///
    /// @throws DatasetException with the line of the first fault
    public static void check(Assets assets, String table) throws IOException {
        try (var in = new BufferedInputStream(Files.newInputStream(assets.lookupFile(table)))) {
            var records = records(in);
            if (!records.next()) {
                throw invalid(table, 1, "there is no header");
            }
            checkText(records, table);
            checkHeader(records, table);
            var fields = records.fields();
            while (records.next()) {
                checkText(records, table);
                if (records.fields() != fields) {
                    throw invalid(
                            table,
                            records.line(),
                            "%d fields, but the header has %d".formatted(records.fields(), fields));
                }
            }
        }
    }

    private static void checkText(Records records, String table) {
        if (records.damage() != Records.Damage.NONE) {
            throw invalid(table, records.damageLine(), "the quotes do not pair");
        }
        if (Utf8.firstFault(records.bytes(), records.start(), records.end()) < records.end()) {
            throw invalid(table, records.line(), "this is not text in UTF-8");
        }
    }

    private static void checkHeader(Records records, String table) {
        var seen = new HashSet<String>();
        for (var field = 0; field < records.fields(); field++) {
            var name = new String(value(records, field), UTF_8);
            if (name.isEmpty() || !seen.add(name)) {
                throw invalid(
                        table,
                        1,
                        "column %d of the header %s"
                                .formatted(
                                        field + 1,
                                        name.isEmpty() ? "has no name" : "is named again"));
            }
        }
    }

    private static DatasetException invalid(String table, long line, String what) {
        return new DatasetException(
                ErrorCode.INVALID_DATASET, "lookups/%s.csv:%d: %s.".formatted(table, line, what));
    }

    /// For each column of a dataset the values it may have, where it names a lookup.
    List<@Nullable LookupSet> of(Dataset dataset) throws IOException {
        var sets = new ArrayList<@Nullable LookupSet>();
        for (var column : dataset.columns()) {
            var name = column.lookup();
            sets.add(name == null ? null : values(name));
        }
        return sets;
    }

    private LookupSet values(LookupName name) throws IOException {
        var file = assets.lookupFile(name.table());
        var version = new Version(file, Files.getLastModifiedTime(file), Files.size(file));
        var known = loaded.get(name);
        if (known != null && known.version().equals(version)) {
            return known.values();
        }
        var values = load(file, name);
        loaded.put(name, new Loaded(version, values));
        return values;
    }

    private static LookupSet load(Path file, LookupName name) throws IOException {
        try (var in = new BufferedInputStream(Files.newInputStream(file))) {
            var records = records(in);
            var field = field(records, name);
            var values = new LookupSet();
            while (records.next()) {
                add(records, field, values, name);
            }
            return values;
        }
    }

    private static Records records(BufferedInputStream in) throws IOException {
        in.skipNBytes(Header.byteOrderMark(in));
        return new FastRecords(in, Position.START, DIALECT, LONGEST_RECORD_BYTES);
    }

    private static int field(Records records, LookupName name) throws IOException {
        if (records.next() && records.damage() == Records.Damage.NONE) {
            for (var field = 0; field < records.fields(); field++) {
                if (name.column().equals(new String(value(records, field), UTF_8))) {
                    return field;
                }
            }
        }
        throw invalid(name, "has no column \"%s\"".formatted(name.column()));
    }

    private static void add(Records records, int field, LookupSet values, LookupName name) {
        if (records.damage() != Records.Damage.NONE || field >= records.fields()) {
            throw invalid(name, "is damaged in line %d".formatted(records.line()));
        }
        var value = value(records, field);
        if (value.length > 0) {
            values.add(value, 0, value.length);
        }
        if (values.size() > MOST_VALUES) {
            throw invalid(name, "has more than %d values".formatted(MOST_VALUES));
        }
    }

    private static byte[] value(Records records, int field) {
        var copy = new CopyBuffer(64);
        Escapes.putValue(records, field, DIALECT, copy);
        var value = new byte[copy.size()];
        System.arraycopy(copy.bytes(), 0, value, 0, value.length);
        return value;
    }

    private static DatasetException invalid(LookupName name, String what) {
        return new DatasetException(
                ErrorCode.INVALID_DATASET,
                "The lookup table lookups/%s.csv %s.".formatted(name.table(), what));
    }
}
