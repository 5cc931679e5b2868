package dev.sluice.dataset;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;

/// The smallest or largest value that a column takes.
public sealed interface Bound {

    /// A bound as the dataset file writes it.
    String text();

    record Quantity(String text, BigDecimal value) implements Bound {}

    record Day(String text, LocalDate value) implements Bound {}

    record WallTime(String text, LocalDateTime value) implements Bound {}

    record Moment(String text, Instant value) implements Bound {}

    /// Parses a bound for a column of this type.
    static Bound parse(ColumnType type, String text) {
        try {
            return switch (type.kind()) {
                case BIGINT, INTEGER, SMALLINT, NUMERIC, DOUBLE, REAL -> number(text);
                case DATE -> new Day(text, LocalDate.parse(text));
                case TIMESTAMP -> new WallTime(text, LocalDateTime.parse(text.replace(' ', 'T')));
                case TIMESTAMPTZ ->
                        new Moment(text, OffsetDateTime.parse(text.replace(' ', 'T')).toInstant());
                case BOOLEAN, TEXT, VARCHAR, UUID, JSONB ->
                        throw new IllegalArgumentException(
                                "min and max do not go with " + type.sql());
            };
        } catch (DateTimeException | NumberFormatException _) {
            throw new IllegalArgumentException(
                    "\"%s\" is no bound for %s%s"
                            .formatted(text, type.sql(), example(type.kind())));
        }
    }

    /// Whether this bound lies above another one of the same column.
    default boolean above(Bound other) {
        return switch (this) {
            case Quantity n -> other instanceof Quantity o && n.value().compareTo(o.value()) > 0;
            case Day d -> other instanceof Day o && d.value().isAfter(o.value());
            case WallTime w -> other instanceof WallTime o && w.value().isAfter(o.value());
            case Moment m -> other instanceof Moment o && m.value().isAfter(o.value());
        };
    }

    private static Quantity number(String text) {
        // an exponent could make a few characters a number of megabytes
        if (text.length() > 100 || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
            throw new NumberFormatException();
        }
        return new Quantity(text, new BigDecimal(text));
    }

    private static String example(ColumnType.Kind kind) {
        return switch (kind) {
            case DATE -> "; write it as 2024-01-31";
            case TIMESTAMP -> "; write it as \"2024-01-31 12:00:00\"";
            case TIMESTAMPTZ -> "; write it as \"2024-01-31 12:00:00Z\"";
            default -> "; write it as a plain number";
        };
    }
}
