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
            in.skipNBytes(Header.byteOrderMark(in));
            var records = new FastRecords(in, Position.START, DIALECT, LONGEST_RECORD_BYTES);
            var field = field(records, name);
            var values = new LookupSet();
            while (records.next()) {
                add(records, field, values, name);
            }
            return values;
        }
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
