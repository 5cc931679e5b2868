package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType.Kind;
import dev.sluice.dataset.Words;
import dev.sluice.job.RejectCode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Values from bytes to bytes, with no object in between for whatever is written the usual way.
/// PlainValues says the same slowly. Not thread-safe.
final class FastValues implements Values {
    // 10^13 with three zeros behind it is still below 10^16
    private static final int MOST_IN_FOUR_GROUPS = 13;

    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22
    };
    private static final float[] FLOAT_POWERS = {
        1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f, 1e10f
    };
    // the largest integers below which all are exact
    private static final long EXACT_IN_DOUBLE = 1L << 53;
    private static final long EXACT_IN_FLOAT = 1L << 24;

    private final ColumnCheck[] checks;
    private final byte[][] trueWords;
    private final byte[][] falseWords;
    private final ZoneId timeZone;
    private final ZoneRules zone;
    private final @Nullable ZoneOffset fixedOffset;
    private final Decimal decimal = new Decimal();
    private final SmallNumber small = new SmallNumber();

    FastValues(
            List<Column> columns, List<@Nullable LookupSet> lookups, ZoneId timeZone, Words words) {
        this.checks = new ColumnCheck[columns.size()];
        for (var i = 0; i < checks.length; i++) {
            checks[i] = new ColumnCheck(columns.get(i), lookups.get(i));
        }
        this.timeZone = timeZone;
        this.zone = timeZone.getRules();
        this.trueWords = bytes(words.yes());
        this.falseWords = bytes(words.no());
        this.fixedOffset = zone.isFixedOffset() ? zone.getOffset(Instant.EPOCH) : null;
    }

    private static byte[][] bytes(List<String> words) {
        return words.stream().map(word -> word.getBytes(UTF_8)).toArray(byte[][]::new);
    }

    @Override
    public @Nullable RejectCode put(int column, byte[] bytes, int from, int to, CopyBuffer out) {
        var check = checks[column];
        return switch (check.kind) {
            case BIGINT, INTEGER, SMALLINT -> integer(check, bytes, from, to, out);
            case NUMERIC -> numeric(check, bytes, from, to, out);
            case DOUBLE -> floating(check, bytes, from, to, out);
            case REAL -> real(check, bytes, from, to, out);
            case BOOLEAN -> bool(bytes, from, to, out);
            case TEXT, VARCHAR -> text(check, bytes, from, to, out);
            case DATE -> date(check, bytes, from, to, out);
            case TIMESTAMP, TIMESTAMPTZ -> timestamp(check, bytes, from, to, out);
            case UUID -> uuid(bytes, from, to, out);
            case JSONB -> json(bytes, from, to, out);
        };
    }

    private @Nullable RejectCode integer(
            ColumnCheck check, byte[] bytes, int from, int to, CopyBuffer out) {
        if (small.scan(bytes, from, to) && !small.hasPoint()) {
            var value = small.digits();
            return putInteger(check, small.negative() ? -value : value, out);
        }
        var i = from;
        var negative = i < to && bytes[i] == '-';
        if (i < to && (negative || bytes[i] == '+')) {
            i++;
        }
        if (i == to || to - i > 18) {
            return longInteger(check, bytes, from, to, out);
        }
        var value = 0L;
        for (; i < to; i++) {
            var digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return longInteger(check, bytes, from, to, out);
            }
            value = value * 10 + digit;
        }
        return putInteger(check, negative ? -value : value, out);
    }

    // with an exponent, or more digits than surely fit
    private @Nullable RejectCode longInteger(
            ColumnCheck check, byte[] bytes, int from, int to, CopyBuffer out) {
        if (!decimal.scan(bytes, from, to) || !decimal.isWrittenAsInteger() || !decimal.isWhole()) {
            return RejectCode.INVALID_INTEGER;
        }
        // the longest has 19 digits
        if (decimal.point() > 19) {
            return RejectCode.OUT_OF_RANGE;
        }
        var value = decimal.value().toBigIntegerExact();
        return value.bitLength() > 63
                ? RejectCode.OUT_OF_RANGE
                : putInteger(check, value.longValue(), out);
    }

    private static @Nullable RejectCode putInteger(ColumnCheck check, long value, CopyBuffer out) {
        if (value < check.least || value > check.most) {
            return RejectCode.OUT_OF_RANGE;
        }
        switch (check.kind) {
            case SMALLINT -> {
                out.putInt(2);
                out.putShort((int) value);
            }
            case INTEGER -> {
                out.putInt(4);
                out.putInt((int) value);
            }
            default -> {
                out.putInt(8);
                out.putLong(value);
            }
        }
        return null;
    }

    private @Nullable RejectCode numeric(
            ColumnCheck check, byte[] bytes, int from, int to, CopyBuffer out) {
        if (small.scan(bytes, from, to) && putSmallNumeric(check, out)) {
            return null;
        }
        if (!decimal.scan(bytes, from, to)) {
            return RejectCode.INVALID_NUMBER;
        }
        var type = check.column.type();
        if (decimal.decimals() > type.scale()) {
            return RejectCode.TOO_MANY_DECIMALS;
        }
        if (decimal.integerDigits() > type.length() - type.scale()) {
            return RejectCode.OUT_OF_RANGE;
        }
        if (check.bounded && isOutside(check, decimal.value())) {
            return RejectCode.OUT_OF_RANGE;
        }
        putNumeric(type.scale(), out);
        return null;
    }

    // false where the value is refused, or does not fit four groups
    private boolean putSmallNumeric(ColumnCheck check, CopyBuffer out) {
        var type = check.column.type();
        var digits = small.digits();
        var decimals = small.decimals();
        // digits that the value may have
        var most = type.length() - type.scale() + decimals;
        if (decimals > type.scale()
                || most < 0
                || digits >= SmallNumber.POWERS[Math.min(most, MOST_IN_FOUR_GROUPS)]
                || (check.bounded && isOutside(check, digits, type.scale() - decimals))) {
            return false;
        }
        // groups of four digits, aligned at the decimal point
        var behindPoint = (decimals + 3) >> 2;
        var rest = digits * SmallNumber.POWERS[behindPoint * 4 - decimals];
        var sign = small.negative() && digits > 0 ? 0x4000L : 0;
        var packed = 0L;
        var groups = 0;
        while (rest != 0) {
            var shorter = rest / 10_000;
            var group = rest - shorter * 10_000;
            if (group == 0 && groups == 0) {
                // zeros at the end are not written
                behindPoint--;
            } else {
                packed = (packed >>> 16) | (group << 48);
                groups++;
            }
            rest = shorter;
        }
        var weight = groups == 0 ? 0 : groups - 1 - behindPoint;
        out.putInt(8 + 2 * groups);
        out.putLong(
                ((long) groups << 48) | ((weight & 0xffffL) << 32) | (sign << 16) | type.scale());
        out.putFront(packed, 2 * groups);
        return true;
    }

    // or may be: where it does not fit a long
    private boolean isOutside(ColumnCheck check, long digits, int missingDecimals) {
        if (missingDecimals > 18 || digits >= SmallNumber.POWERS[18 - missingDecimals]) {
            return true;
        }
        var units = digits * SmallNumber.POWERS[missingDecimals];
        var value = small.negative() ? -units : units;
        return value < check.least || value > check.most;
    }

    private static boolean isOutside(ColumnCheck check, BigDecimal value) {
        return (check.leastNumber != null && value.compareTo(check.leastNumber) < 0)
                || (check.mostNumber != null && value.compareTo(check.mostNumber) > 0);
    }

    // groups of four digits, aligned at the decimal point
    private void putNumeric(int scale, CopyBuffer out) {
        var digits = decimal.digits();
        var weight = digits == 0 ? 0 : Math.floorDiv(decimal.point() - 1, 4);
        var padding = digits == 0 ? 0 : (weight + 1) * 4 - decimal.point();
        var groups = (padding + digits + 3) / 4;
        out.putInt(8 + 2 * groups);
        out.putShort(groups);
        out.putShort(weight);
        out.putShort(decimal.negative() && digits > 0 ? 0x4000 : 0);
        out.putShort(scale);
        for (var group = 0; group < groups; group++) {
            var value = 0;
            for (var i = group * 4 - padding; i < group * 4 - padding + 4; i++) {
                value = value * 10 + (i >= 0 && i < digits ? decimal.digit(i) : 0);
            }
            out.putShort(value);
        }
    }

    private @Nullable RejectCode floating(
            ColumnCheck check, byte[] bytes, int from, int to, CopyBuffer out) {
        double value;
        if (small.scan(bytes, from, to) && small.digits() <= EXACT_IN_DOUBLE) {
            value = small.digits() / POWERS[small.decimals()];
            value = small.negative() ? -value : value;
        } else if (decimal.scan(bytes, from, to)) {
            value = doubleValue(bytes, from, to);
            // what is too large or too small for the type is not rounded to infinity or zero
            if (Double.isInfinite(value) || (value == 0 && !decimal.isZero())) {
                return RejectCode.OUT_OF_RANGE;
            }
        } else {
            value = word(bytes, from, to);
            if (value == 0) {
                return RejectCode.INVALID_NUMBER;
            }
        }
        if (check.bounded && !(value >= check.leastDouble && value <= check.mostDouble)) {
            return RejectCode.OUT_OF_RANGE;
        }
        out.putInt(8);
        out.putLong(Double.doubleToLongBits(value));
        return null;
    }

    // exact when mantissa and power of ten are (Clinger's fast path), else the library's way
    private double doubleValue(byte[] bytes, int from, int to) {
        var exponent = decimal.point() - decimal.digits();
        if (decimal.digits() <= 16 && exponent >= -22 && exponent <= 22) {
            var mantissa = decimal.mantissa();
            if (mantissa <= EXACT_IN_DOUBLE) {
                var value =
                        exponent < 0 ? mantissa / POWERS[-exponent] : mantissa * POWERS[exponent];
                return decimal.negative() ? -value : value;
            }
        }
        return Double.parseDouble(Decimal.text(bytes, from, to));
    }

    private @Nullable RejectCode real(
            ColumnCheck check, byte[] bytes, int from, int to, CopyBuffer out) {
        float value;
        if (decimal.scan(bytes, from, to)) {
            value = floatValue(bytes, from, to);
            if (Float.isInfinite(value) || (value == 0 && !decimal.isZero())) {
                return RejectCode.OUT_OF_RANGE;
            }
        } else {
            value = (float) word(bytes, from, to);
            if (value == 0) {
                return RejectCode.INVALID_NUMBER;
            }
        }
        if (check.bounded && !(value >= check.leastDouble && value <= check.mostDouble)) {
            return RejectCode.OUT_OF_RANGE;
        }
        out.putInt(4);
        out.putInt(Float.floatToIntBits(value));
        return null;
    }

    // never by way of a double: rounding twice is not rounding once
    private float floatValue(byte[] bytes, int from, int to) {
        var exponent = decimal.point() - decimal.digits();
        if (decimal.digits() <= 8 && exponent >= -10 && exponent <= 10) {
            var mantissa = decimal.mantissa();
            if (mantissa <= EXACT_IN_FLOAT) {
                var value =
                        exponent < 0
                                ? mantissa / FLOAT_POWERS[-exponent]
                                : mantissa * FLOAT_POWERS[exponent];
                return decimal.negative() ? -value : value;
            }
        }
        return Float.parseFloat(Decimal.text(bytes, from, to));
    }

    // 0 for what is none of the words
    private static double word(byte[] bytes, int from, int to) {
        if (isWord(bytes, from, to, "nan")) {
            return Double.NaN;
        }
        var signed = from < to && (bytes[from] == '-' || bytes[from] == '+');
        var start = signed ? from + 1 : from;
        if (isWord(bytes, start, to, "infinity") || isWord(bytes, start, to, "inf")) {
            return bytes[from] == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return 0;
    }

    private static boolean isWord(byte[] bytes, int from, int to, String word) {
        if (to - from != word.length()) {
            return false;
        }
        for (var i = 0; i < word.length(); i++) {
            var b = bytes[from + i];
            if ((b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable RejectCode bool(byte[] bytes, int from, int to, CopyBuffer out) {
        var yes = isOneOf(bytes, from, to, trueWords);
        if (!yes && !isOneOf(bytes, from, to, falseWords)) {
            return RejectCode.INVALID_BOOLEAN;
        }
        out.putInt(1);
        out.putByte(yes ? 1 : 0);
        return null;
    }

    private static boolean isOneOf(byte[] bytes, int from, int to, byte[][] words) {
        for (var word : words) {
            if (isWord(bytes, from, to, word)) {
                return true;
            }
        }
        return false;
    }

    // the word has its letters of ASCII in lower case
    private static boolean isWord(byte[] bytes, int from, int to, byte[] word) {
        if (to - from != word.length) {
            return false;
        }
        for (var i = 0; i < word.length; i++) {
            var b = bytes[from + i];
            if ((b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b) != word[i]) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable RejectCode text(
            ColumnCheck check, byte[] bytes, int from, int to, CopyBuffer out) {
        if (to - from > check.maxCharacters
                && Utf8.characters(bytes, from, to) > check.maxCharacters) {
            return RejectCode.TOO_LONG;
        }
        if (check.lookup != null && !check.lookup.contains(bytes, from, to)) {
            return RejectCode.UNKNOWN_LOOKUP_VALUE;
        }
        out.putText(bytes, from, to);
        return null;
    }

    private static @Nullable RejectCode date(
            ColumnCheck check, byte[] bytes, int from, int to, CopyBuffer out) {
        var day =
                check.patterned != null
                        ? patternedDay(check, check.patterned, bytes, from, to)
                        : to - from == 10 ? FastTimes.day(bytes, from) : FastTimes.NONE;
        if (day == FastTimes.NONE) {
            return RejectCode.INVALID_DATE;
        }
        if (day < check.least || day > check.most) {
            return RejectCode.OUT_OF_RANGE;
        }
        out.putInt(4);
        out.putInt((int) day);
        return null;
    }

    private static long patternedDay(
            ColumnCheck check, PatternedTime patterned, byte[] bytes, int from, int to) {
        if (check.fixed != null && check.fixed.read(bytes, from, to)) {
            var day = FastTimes.day(check.fixed.year(), check.fixed.month(), check.fixed.day());
            if (day != FastTimes.NONE) {
                return day;
            }
        }
        var read = patterned.read(bytes, from, to);
        return read == null
                ? FastTimes.NONE
                : read.wall().toLocalDate().toEpochDay() - FastTimes.EPOCH_DAY;
    }

    private @Nullable RejectCode timestamp(
            ColumnCheck check, byte[] bytes, int from, int to, CopyBuffer out) {
        var micros =
                check.patterned == null
                        ? standardMicros(check, bytes, from, to)
                        : patternedMicros(check, check.patterned, bytes, from, to);
        if (micros == FastTimes.NONE) {
            return RejectCode.INVALID_TIMESTAMP;
        }
        if (micros < check.least || micros > check.most) {
            return RejectCode.OUT_OF_RANGE;
        }
        out.putInt(8);
        out.putLong(micros);
        return null;
    }

    private long patternedMicros(
            ColumnCheck check, PatternedTime patterned, byte[] bytes, int from, int to) {
        var fixed = check.fixed;
        if (fixed != null && fixed.read(bytes, from, to)) {
            var day = FastTimes.day(fixed.year(), fixed.month(), fixed.day());
            var time = fixed.timeMicros();
            if (day != FastTimes.NONE && time >= 0) {
                var wall = day * FastTimes.MICROS_PER_DAY + time;
                return check.kind == Kind.TIMESTAMPTZ ? inTimeZone(wall) : wall;
            }
        }
        var read = patterned.read(bytes, from, to);
        if (read == null) {
            return FastTimes.NONE;
        }
        if (check.kind == Kind.TIMESTAMP) {
            return FastTimes.micros(read.wall().toInstant(ZoneOffset.UTC));
        }
        var offset =
                PatternedTime.offset(read.wall(), read.zone() == null ? timeZone : read.zone());
        return offset == null ? FastTimes.NONE : FastTimes.micros(read.wall().toInstant(offset));
    }

    private long standardMicros(ColumnCheck check, byte[] bytes, int from, int to) {
        // YYYY-MM-DD hh:mm:ss
        if (to - from < 19 || (bytes[from + 10] != ' ' && bytes[from + 10] != 'T')) {
            return FastTimes.NONE;
        }
        var day = FastTimes.day(bytes, from);
        var second = FastTimes.secondOfDay(bytes, from + 11);
        if (day == FastTimes.NONE || second < 0) {
            return FastTimes.NONE;
        }
        var micros = day * FastTimes.MICROS_PER_DAY + second * FastTimes.MICROS_PER_SECOND;
        var end = FastTimes.fractionEnd(bytes, from + 19, to);
        var fraction = FastTimes.fraction(bytes, from + 19, end);
        return fraction < 0 ? FastTimes.NONE : moment(check, micros + fraction, bytes, end, to);
    }

    // the wall time moved by its zone; a timestamp without time zone must come without one
    private long moment(ColumnCheck check, long wall, byte[] bytes, int from, int to) {
        var zoned = check.kind == Kind.TIMESTAMPTZ;
        if (from == to) {
            return zoned ? inTimeZone(wall) : wall;
        }
        var offset = zoned ? FastTimes.offsetSeconds(bytes, from, to) : Integer.MIN_VALUE;
        return offset == Integer.MIN_VALUE
                ? FastTimes.NONE
                : wall - offset * FastTimes.MICROS_PER_SECOND;
    }

    private long inTimeZone(long wall) {
        if (fixedOffset != null) {
            return wall - fixedOffset.getTotalSeconds() * FastTimes.MICROS_PER_SECOND;
        }
        var seconds =
                Math.floorDiv(wall, FastTimes.MICROS_PER_SECOND) + FastTimes.EPOCH_DAY * 86_400;
        var offsets = zone.getValidOffsets(LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC));
        // an hour that a change of clocks leaves out is no time; of two, the earlier counts
        return offsets.isEmpty()
                ? FastTimes.NONE
                : wall - offsets.getFirst().getTotalSeconds() * FastTimes.MICROS_PER_SECOND;
    }

    // 32 hexadecimal digits, with the four hyphens or without
    private static @Nullable RejectCode uuid(byte[] bytes, int from, int to, CopyBuffer out) {
        var hyphens = to - from == 36;
        if (!hyphens && to - from != 32) {
            return RejectCode.INVALID_UUID;
        }
        out.putInt(16);
        var i = from;
        for (var n = 0; n < 16; n++) {
            if (hyphens && (n == 4 || n == 6 || n == 8 || n == 10) && bytes[i++] != '-') {
                return RejectCode.INVALID_UUID;
            }
            var value = hexDigit(bytes[i]) << 4 | hexDigit(bytes[i + 1]);
            if (value < 0) {
                return RejectCode.INVALID_UUID;
            }
            out.putByte(value);
            i += 2;
        }
        return null;
    }

    private static int hexDigit(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        var lower = b | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    // jsonb's form has a version in front, then text
    private static @Nullable RejectCode json(byte[] bytes, int from, int to, CopyBuffer out) {
        if (!Json.isJsonb(bytes, from, to)) {
            return RejectCode.INVALID_JSON;
        }
        out.putInt(to - from + 1);
        out.putByte(1);
        out.putBytes(bytes, from, to);
        return null;
    }
}
