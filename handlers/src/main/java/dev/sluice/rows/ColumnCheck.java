package dev.sluice.rows;

import dev.sluice.dataset.Bound;
import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType.Kind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/// One column, its bounds in the form in which its values are compared.
final class ColumnCheck {
    final Column column;
    final Kind kind;
    final @Nullable LookupSet lookup;
    final int maxCharacters;
    // a numeric's are counted in units of its last decimal
    long least = Long.MIN_VALUE;
    long most = Long.MAX_VALUE;
    double leastDouble = Double.NEGATIVE_INFINITY;
    double mostDouble = Double.POSITIVE_INFINITY;
    final boolean bounded;
    final @Nullable BigDecimal leastNumber;
    final @Nullable BigDecimal mostNumber;
    final @Nullable PatternedTime patterned;
    final @Nullable FixedTime fixed;

    ColumnCheck(Column column, @Nullable LookupSet lookup) {
        this.column = column;
        this.kind = column.type().kind();
        this.lookup = lookup;
        var type = column.type();
        var declared = column.maxLength() == null ? Integer.MAX_VALUE : column.maxLength();
        maxCharacters = Math.min(declared, type.length() == 0 ? declared : type.length());
        bounded = column.min() != null || column.max() != null;
        leastNumber = column.min() instanceof Bound.Quantity n ? n.value() : null;
        mostNumber = column.max() instanceof Bound.Quantity n ? n.value() : null;
        var pattern = column.pattern();
        patterned = pattern == null ? null : new PatternedTime(pattern);
        fixed = pattern == null ? null : FixedTime.of(pattern.text()).orElse(null);
        typeRange();
        if (column.min() != null) {
            least = Math.max(least, lowest(column.min()));
        }
        if (column.max() != null) {
            most = Math.min(most, highest(column.max()));
        }
        if (leastNumber != null) {
            leastDouble = asFloating(leastNumber);
        }
        if (mostNumber != null) {
            mostDouble = asFloating(mostNumber);
        }
    }

    private void typeRange() {
        switch (kind) {
            case SMALLINT -> {
                least = Short.MIN_VALUE;
                most = Short.MAX_VALUE;
            }
            case INTEGER -> {
                least = Integer.MIN_VALUE;
                most = Integer.MAX_VALUE;
            }
            default -> {
                // bigint's range is a long's; the others are not compared as integers
            }
        }
    }

    private int decimals() {
        return kind == Kind.NUMERIC ? column.type().scale() : 0;
    }

    private double asFloating(BigDecimal bound) {
        return switch (kind) {
            case REAL -> bound.floatValue();
            default -> bound.doubleValue();
        };
    }

    private long lowest(Bound bound) {
        return bound instanceof Bound.Quantity n
                ? clamped(n.value().setScale(decimals(), RoundingMode.CEILING))
                : time(bound);
    }

    private long highest(Bound bound) {
        return bound instanceof Bound.Quantity n
                ? clamped(n.value().setScale(decimals(), RoundingMode.FLOOR))
                : time(bound);
    }

    private static long time(Bound bound) {
        return switch (bound) {
            case Bound.Quantity _ -> throw new IllegalArgumentException(bound.text());
            case Bound.Day day -> day.value().toEpochDay() - FastTimes.EPOCH_DAY;
            case Bound.WallTime wall -> FastTimes.micros(wall.value().toInstant(ZoneOffset.UTC));
            case Bound.Moment moment -> FastTimes.micros(moment.value());
        };
    }

    private static long clamped(BigDecimal units) {
        var value = units.unscaledValue();
        if (value.bitLength() < 64) {
            return value.longValue();
        }
        return value.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
}
