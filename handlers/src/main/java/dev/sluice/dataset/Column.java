package dev.sluice.dataset;

import org.jspecify.annotations.Nullable;

/// One column of the table and what makes a value of it good. `from` is its name in the file,
/// unless `position` says which field it is, counted from 1; `min` and `max` are written as a value
/// of the type would be, whatever the `pattern`.
public record Column(
        String name,
        String from,
        ColumnType type,
        boolean required,
        @Nullable Bound min,
        @Nullable Bound max,
        @Nullable Integer maxLength,
        @Nullable LookupName lookup,
        @Nullable Integer position,
        @Nullable TimePattern pattern) {
    private static final int LAST_POSITION = 100_000;

    /// A column of a lookup table: `countries.code` is column `code` of `lookups/countries.csv`.
    public record LookupName(String table, String column) {
        public LookupName {
            Assets.checkName("lookup", table);
            if (column.isEmpty()) {
                throw new IllegalArgumentException("the lookup's column is empty");
            }
        }

        /// Parses `table.column`.
        public static LookupName parse(String text) {
            var dot = text.indexOf('.');
            if (dot < 0) {
                throw new IllegalArgumentException("\"%s\" is not `table.column`".formatted(text));
            }
            return new LookupName(text.substring(0, dot), text.substring(dot + 1));
        }

        @Override
        public String toString() {
            return table + "." + column;
        }
    }

    public Column {
        Table.checkIdentifier("column", name);
        if (from.isEmpty()) {
            throw new IllegalArgumentException("`from` is empty");
        }
        if ((min != null || max != null) && !type.kind().ordered()) {
            throw new IllegalArgumentException("min and max do not go with " + type.sql());
        }
        if (min != null && max != null && min.above(max)) {
            throw new IllegalArgumentException(
                    "min %s is above max %s".formatted(min.text(), max.text()));
        }
        if (maxLength != null && !type.kind().textual()) {
            throw new IllegalArgumentException("maxLength does not go with " + type.sql());
        }
        if (maxLength != null && maxLength < 1) {
            throw new IllegalArgumentException("maxLength must be 1 or more, not " + maxLength);
        }
        if (lookup != null && !type.kind().textual()) {
            throw new IllegalArgumentException("lookup does not go with " + type.sql());
        }
        if (position != null && (position < 1 || position > LAST_POSITION)) {
            throw new IllegalArgumentException("a position is 1 to " + LAST_POSITION);
        }
        if (pattern != null) {
            checkPattern(type, pattern);
        }
    }

    /// A column found by its name, its times written the usual way.
    public Column(
            String name,
            String from,
            ColumnType type,
            boolean required,
            @Nullable Bound min,
            @Nullable Bound max,
            @Nullable Integer maxLength,
            @Nullable LookupName lookup) {
        this(name, from, type, required, min, max, maxLength, lookup, null, null);
    }

    private static void checkPattern(ColumnType type, TimePattern pattern) {
        switch (type.kind()) {
            case DATE -> {
                if (pattern.hasTime() || pattern.hasZone()) {
                    throw new IllegalArgumentException(
                            "the pattern has a time, which a date would lose");
                }
            }
            case TIMESTAMP -> {
                if (pattern.hasZone()) {
                    throw new IllegalArgumentException(
                            "the pattern has a zone, which a timestamp would lose; timestamptz"
                                    + " keeps it");
                }
            }
            case TIMESTAMPTZ -> {
                // any part may be there
            }
            default -> throw new IllegalArgumentException("pattern does not go with " + type.sql());
        }
    }

    public static Column of(String name, ColumnType type) {
        return new Column(name, name, type, /* required= */ false, null, null, null, null);
    }

    /// The same column, with a value in every row.
    Column asRequired() {
        return required
                ? this
                : new Column(name, from, type, /* required= */ true, min, max, maxLength, lookup);
    }

    /// The column's name as SQL names it.
    public String quoted() {
        return Table.quote(name);
    }
}
