package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Bound;
import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType.Kind;
import dev.sluice.dataset.Words;
import dev.sluice.job.RejectCode;
import java.math.BigDecimal;
import java.math.RoundingMode;
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
    /// What PostgreSQL counts dates and times from.
    static final long EPOCH_DAY = 10_957;

    static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

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

    private static final int[] DAYS_BEFORE_MONTH = {
        0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334
    };
    private static final int[] DAYS_OF_MONTH = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    // a value that no time has
    private static final long NONE = Long.MIN_VALUE;

    /// One column, its bounds in the form in which its values are compared.
    private static final class Check {
        final Column column;
        final Kind kind;
        final @Nullable LookupSet lookup;
        final int maxCharacters;
        long least = Long.MIN_VALUE;
        long most = Long.MAX_VALUE;
        double leastDouble = Double.NEGATIVE_INFINITY;
        double mostDouble = Double.POSITIVE_INFINITY;
        final boolean bounded;
        final @Nullable BigDecimal leastNumber;
        final @Nullable BigDecimal mostNumber;
        final @Nullable PatternedTime patterned;
        final @Nullable FixedTime fixed;

        Check(Column column, @Nullable LookupSet lookup) {
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

        private double asFloating(BigDecimal bound) {
            return switch (kind) {
                case REAL -> bound.floatValue();
                default -> bound.doubleValue();
            };
        }

        private long lowest(Bound bound) {
            return bound instanceof Bound.Quantity n
                    ? clamped(n.value().setScale(0, RoundingMode.CEILING))
                    : time(bound);
        }

        private long highest(Bound bound) {
            return bound instanceof Bound.Quantity n
                    ? clamped(n.value().setScale(0, RoundingMode.FLOOR))
                    : time(bound);
        }

        private static long time(Bound bound) {
            return switch (bound) {
                case Bound.Quantity _ -> throw new IllegalArgumentException(bound.text());
                case Bound.Day day -> day.value().toEpochDay() - EPOCH_DAY;
                case Bound.WallTime wall -> micros(wall.value().toInstant(ZoneOffset.UTC));
                case Bound.Moment moment -> micros(moment.value());
            };
        }

        private static long clamped(BigDecimal whole) {
            var value = whole.toBigInteger();
            if (value.bitLength() < 64) {
                return value.longValue();
            }
            return value.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    private final Check[] checks;
    private final byte[][] trueWords;
    private final byte[][] falseWords;
    private final ZoneId timeZone;
    private final ZoneRules zone;
    private final @Nullable ZoneOffset fixedOffset;
    private final Decimal decimal = new Decimal();

    FastValues(
            List<Column> columns, List<@Nullable LookupSet> lookups, ZoneId timeZone, Words words) {
        this.checks = new Check[columns.size()];
        for (var i = 0; i < checks.length; i++) {
            checks[i] = new Check(columns.get(i), lookups.get(i));
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

    static long micros(Instant instant) {
        return (instant.getEpochSecond() - EPOCH_DAY * 86_400) * MICROS_PER_SECOND
                + instant.getNano() / 1_000;
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
            Check check, byte[] bytes, int from, int to, CopyBuffer out) {
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
            Check check, byte[] bytes, int from, int to, CopyBuffer out) {
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

    private static @Nullable RejectCode putInteger(Check check, long value, CopyBuffer out) {
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
            Check check, byte[] bytes, int from, int to, CopyBuffer out) {
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

    private static boolean isOutside(Check check, BigDecimal value) {
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
            Check check, byte[] bytes, int from, int to, CopyBuffer out) {
        double value;
        if (decimal.scan(bytes, from, to)) {
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

    private @Nullable RejectCode real(Check check, byte[] bytes, int from, int to, CopyBuffer out) {
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
            Check check, byte[] bytes, int from, int to, CopyBuffer out) {
        if (to - from > check.maxCharacters
                && Utf8.characters(bytes, from, to) > check.maxCharacters) {
            return RejectCode.TOO_LONG;
        }
        if (check.lookup != null && !check.lookup.contains(bytes, from, to)) {
            return RejectCode.UNKNOWN_LOOKUP_VALUE;
        }
        out.putInt(to - from);
        out.putBytes(bytes, from, to);
        return null;
    }

    private static @Nullable RejectCode date(
            Check check, byte[] bytes, int from, int to, CopyBuffer out) {
        var day =
                check.patterned != null
                        ? patternedDay(check, check.patterned, bytes, from, to)
                        : to - from == 10 ? day(bytes, from) : NONE;
        if (day == NONE) {
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
            Check check, PatternedTime patterned, byte[] bytes, int from, int to) {
        if (check.fixed != null && check.fixed.read(bytes, from, to)) {
            var day = day(check.fixed.year(), check.fixed.month(), check.fixed.day());
            if (day != NONE) {
                return day;
            }
        }
        var read = patterned.read(bytes, from, to);
        return read == null ? NONE : read.wall().toLocalDate().toEpochDay() - EPOCH_DAY;
    }

    // days since 2000-01-01 of the ten bytes YYYY-MM-DD
    private static long day(byte[] bytes, int from) {
        var year = twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2);
        var month = twoDigits(bytes, from + 5);
        var day = twoDigits(bytes, from + 8);
        if (twoDigits(bytes, from) < 0
                || twoDigits(bytes, from + 2) < 0
                || bytes[from + 4] != '-'
                || bytes[from + 7] != '-') {
            return NONE;
        }
        return day(year, month, day);
    }

    private static long day(int year, int month, int day) {
        if (year < 1 || month < 1 || month > 12 || day < 1 || day > DAYS_OF_MONTH[month - 1]) {
            return NONE;
        }
        var leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        if (month == 2 && day == 29 && !leap) {
            return NONE;
        }
        var before = year - 1;
        var days = before * 365L + before / 4 - before / 100 + before / 400;
        days += DAYS_BEFORE_MONTH[month - 1] + (leap && month > 2 ? 1 : 0) + day - 1;
        // 730,119 days lie between 0001-01-01 and 2000-01-01
        return days - 730_119;
    }

    private static int twoDigits(byte[] bytes, int from) {
        var tens = bytes[from] - '0';
        var ones = bytes[from + 1] - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1_000 : tens * 10 + ones;
    }

    private @Nullable RejectCode timestamp(
            Check check, byte[] bytes, int from, int to, CopyBuffer out) {
        var micros =
                check.patterned == null
                        ? standardMicros(check, bytes, from, to)
                        : patternedMicros(check, check.patterned, bytes, from, to);
        if (micros == NONE) {
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
            Check check, PatternedTime patterned, byte[] bytes, int from, int to) {
        var fixed = check.fixed;
        if (fixed != null && fixed.read(bytes, from, to)) {
            var day = day(fixed.year(), fixed.month(), fixed.day());
            var time = fixed.timeMicros();
            if (day != NONE && time >= 0) {
                var wall = day * MICROS_PER_DAY + time;
                return check.kind == Kind.TIMESTAMPTZ ? inTimeZone(wall) : wall;
            }
        }
        var read = patterned.read(bytes, from, to);
        if (read == null) {
            return NONE;
        }
        if (check.kind == Kind.TIMESTAMP) {
            return micros(read.wall().toInstant(ZoneOffset.UTC));
        }
        var offset =
                PatternedTime.offset(read.wall(), read.zone() == null ? timeZone : read.zone());
        return offset == null ? NONE : micros(read.wall().toInstant(offset));
    }

    private long standardMicros(Check check, byte[] bytes, int from, int to) {
        // YYYY-MM-DD hh:mm:ss
        if (to - from < 19 || (bytes[from + 10] != ' ' && bytes[from + 10] != 'T')) {
            return NONE;
        }
        var day = day(bytes, from);
        var second = secondOfDay(bytes, from + 11);
        if (day == NONE || second < 0) {
            return NONE;
        }
        var micros = day * MICROS_PER_DAY + second * MICROS_PER_SECOND;
        var end = fractionEnd(bytes, from + 19, to);
        var fraction = fraction(bytes, from + 19, end);
        return fraction < 0 ? NONE : moment(check, micros + fraction, bytes, end, to);
    }

    private static int secondOfDay(byte[] bytes, int from) {
        var hour = twoDigits(bytes, from);
        var minute = twoDigits(bytes, from + 3);
        var second = twoDigits(bytes, from + 6);
        if (hour < 0
                || hour > 23
                || minute < 0
                || minute > 59
                || second < 0
                || second > 59
                || bytes[from + 2] != ':'
                || bytes[from + 5] != ':') {
            return -1;
        }
        return hour * 3600 + minute * 60 + second;
    }

    private static int fractionEnd(byte[] bytes, int from, int to) {
        var end = from;
        if (end < to && bytes[end] == '.') {
            end++;
            while (end < to && bytes[end] >= '0' && bytes[end] <= '9') {
                end++;
            }
        }
        return end;
    }

    // microseconds; -1 where there are more decimals than zeros behind the sixth
    private static int fraction(byte[] bytes, int from, int end) {
        if (from == end) {
            return 0;
        }
        if (end - from == 1) {
            return -1;
        }
        var micros = 0;
        for (var i = 0; i < Math.max(6, end - from - 1); i++) {
            var digit = from + 1 + i < end ? bytes[from + 1 + i] - '0' : 0;
            if (i < 6) {
                micros = micros * 10 + digit;
            } else if (digit != 0) {
                return -1;
            }
        }
        return micros;
    }

    // the wall time moved by its zone; a timestamp without time zone must come without one
    private long moment(Check check, long wall, byte[] bytes, int from, int to) {
        var zoned = check.kind == Kind.TIMESTAMPTZ;
        if (from == to) {
            return zoned ? inTimeZone(wall) : wall;
        }
        var offset = zoned ? offsetSeconds(bytes, from, to) : Integer.MIN_VALUE;
        return offset == Integer.MIN_VALUE ? NONE : wall - offset * MICROS_PER_SECOND;
    }

    private long inTimeZone(long wall) {
        if (fixedOffset != null) {
            return wall - fixedOffset.getTotalSeconds() * MICROS_PER_SECOND;
        }
        var seconds = Math.floorDiv(wall, MICROS_PER_SECOND) + EPOCH_DAY * 86_400;
        var offsets = zone.getValidOffsets(LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC));
        // an hour that a change of clocks leaves out is no time; of two, the earlier counts
        return offsets.isEmpty()
                ? NONE
                : wall - offsets.getFirst().getTotalSeconds() * MICROS_PER_SECOND;
    }

    // Z, +hh, +hhmm or +hh:mm; up to 15:59, which is PostgreSQL's limit
    private static int offsetSeconds(byte[] bytes, int from, int to) {
        var length = to - from;
        if (length == 1 && (bytes[from] == 'Z' || bytes[from] == 'z')) {
            return 0;
        }
        var negative = bytes[from] == '-';
        if ((!negative && bytes[from] != '+') || (length != 3 && length != 5 && length != 6)) {
            return Integer.MIN_VALUE;
        }
        var hours = twoDigits(bytes, from + 1);
        var minutes = length == 3 ? 0 : twoDigits(bytes, to - 2);
        if (hours < 0
                || hours > 15
                || minutes < 0
                || minutes > 59
                || (length == 6 && bytes[from + 3] != ':')) {
            return Integer.MIN_VALUE;
        }
        var seconds = hours * 3600 + minutes * 60;
        return negative ? -seconds : seconds;
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
