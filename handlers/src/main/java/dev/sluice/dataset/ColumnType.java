package dev.sluice.dataset;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The type of a column. `length` counts for numeric (its precision) and varchar, `scale` for
/// numeric.
public record ColumnType(Kind kind, int length, int scale) {
    private static final Pattern WITH_NUMBERS =
            Pattern.compile("(numeric|varchar)\\( *(\\d{1,8}) *(?:, *(\\d{1,8}) *)?\\)");
    private static final int LARGEST_PRECISION = 1000;
    private static final int LONGEST_VARCHAR = 10_485_760;

    /// The families of types, by PostgreSQL's name and by the name its catalog gives back.
    public enum Kind {
        BIGINT("bigint"),
        INTEGER("integer"),
        SMALLINT("smallint"),
        NUMERIC("numeric"),
        DOUBLE("double precision"),
        REAL("real"),
        BOOLEAN("boolean"),
        TEXT("text"),
        VARCHAR("varchar", "character varying"),
        DATE("date"),
        TIMESTAMP("timestamp", "timestamp without time zone"),
        TIMESTAMPTZ("timestamptz", "timestamp with time zone"),
        UUID("uuid"),
        JSONB("jsonb");

        private final String sql;
        private final String catalogName;

        Kind(String sql) {
            this(sql, sql);
        }

        Kind(String sql, String catalogName) {
            this.sql = sql;
            this.catalogName = catalogName;
        }

        /// Whether values of this kind have a smallest and a largest that a dataset may set.
        public boolean ordered() {
            return switch (this) {
                case BIGINT, INTEGER, SMALLINT, NUMERIC, DOUBLE, REAL -> true;
                case DATE, TIMESTAMP, TIMESTAMPTZ -> true;
                case BOOLEAN, TEXT, VARCHAR, UUID, JSONB -> false;
            };
        }

        /// Whether a value is characters.
        public boolean textual() {
            return this == TEXT || this == VARCHAR;
        }
    }

    public ColumnType {
        switch (kind) {
            case NUMERIC -> {
                check(length >= 1 && length <= LARGEST_PRECISION, "numeric's precision is 1..1000");
                check(scale >= 0 && scale <= length, "numeric's scale is 0..precision");
            }
            case VARCHAR -> check(length >= 1 && length <= LONGEST_VARCHAR, "varchar's length");
            default -> check(length == 0 && scale == 0, "only numeric and varchar have lengths");
        }
    }

    public static ColumnType of(Kind kind) {
        return new ColumnType(kind, 0, 0);
    }

    /// Parses what a dataset file says, such as `numeric(10,2)`.
    public static ColumnType parse(String text) {
        for (var kind : Kind.values()) {
            if (kind.sql.equals(text) && kind != Kind.NUMERIC && kind != Kind.VARCHAR) {
                return of(kind);
            }
        }
        var matcher = WITH_NUMBERS.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a type; the types are %s".formatted(text, known()));
        }
        var length = Integer.parseInt(matcher.group(2));
        var scale = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        if (matcher.group(1).equals("varchar") && matcher.group(3) != null) {
            throw new IllegalArgumentException("varchar has one length: \"%s\"".formatted(text));
        }
        var kind = matcher.group(1).equals("varchar") ? Kind.VARCHAR : Kind.NUMERIC;
        return new ColumnType(kind, length, scale);
    }

    /// The type in SQL.
    public String sql() {
        return kind.sql + numbers();
    }

    /// The type as PostgreSQL's `format_type(atttypid, atttypmod)` names it.
    public String catalogName() {
        return kind.catalogName + numbers();
    }

    private String numbers() {
        return switch (kind) {
            case NUMERIC -> "(%d,%d)".formatted(length, scale);
            case VARCHAR -> "(%d)".formatted(length);
            default -> "";
        };
    }

    private static String known() {
        return Arrays.stream(Kind.values())
                .map(kind ->
                        switch (kind) {
                            case NUMERIC -> "numeric(p,s)";
                            case VARCHAR -> "varchar(n)";
                            default -> kind.sql;
                        })
                .collect(Collectors.joining(", "));
    }

    private static void check(boolean good, String rule) {
        if (!good) {
            throw new IllegalArgumentException(rule);
        }
    }

    @Override
    public String toString() {
        return sql();
    }
}
