package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Bound;
import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The table values.yaml: what becomes of which value.
final class ValueCases {

    /// Values of one column: those stored with what PostgreSQL prints, those refused with the code.
    record Group(
            Column column, ZoneId zone, Map<String, String> stored, Map<String, String> refused) {
        @Override
        public String toString() {
            var bounds = column.min() == null && column.max() == null ? "" : " with bounds";
            return column.type().sql() + bounds + " in " + zone;
        }
    }

    private ValueCases() {}

    @SuppressWarnings("unchecked")
    static Stream<Group> groups() {
        var text = new String(Corpus.bytes("values.yaml"), UTF_8);
        var list =
                (List<Map<String, Object>>)
                        new Load(LoadSettings.builder().build()).loadFromString(text);
        return list.stream().map(ValueCases::group);
    }

    @SuppressWarnings("unchecked")
    private static Group group(Map<String, Object> entry) {
        var type = ColumnType.parse(String.valueOf(entry.get("type")));
        var column =
                new Column(
                        "v",
                        "v",
                        type,
                        /* required= */ false,
                        bound(type, (String) entry.get("min")),
                        bound(type, (String) entry.get("max")),
                        (Integer) entry.get("maxLength"),
                        lookup((String) entry.get("lookup")));
        return new Group(
                column,
                ZoneId.of((String) entry.getOrDefault("timeZone", "UTC")),
                (Map<String, String>) entry.getOrDefault("stored", Map.of()),
                (Map<String, String>) entry.getOrDefault("refused", Map.of()));
    }

    private static @Nullable Bound bound(ColumnType type, @Nullable String text) {
        return text == null ? null : Bound.parse(type, text);
    }

    private static Column.@Nullable LookupName lookup(@Nullable String text) {
        return text == null ? null : Column.LookupName.parse(text);
    }
}
