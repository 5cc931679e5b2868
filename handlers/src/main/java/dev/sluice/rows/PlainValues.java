package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Bound;
import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType.Kind;
import dev.sluice.dataset.TimePattern;
import dev.sluice.dataset.Words;
import dev.sluice.job.RejectCode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Values by the library's own types, one object after the other. Slow; it is what FastValues is
/// held against.
final class PlainValues implements Values {
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern LEADING_ZEROS_OF_EXPONENT =
            Pattern.compile("([eE][+-]?)0+(?=\\d)");
    private static final Pattern HUGE_EXPONENT = Pattern.compile("([eE][+-]?)\\d{9,}$");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
    private static final Pattern TIMESTAMP =
            Pattern.compile(
                    "(\\d{4}-\\d\\d-\\d\\d)[ T](\\d\\d:\\d\\d:\\d\\d)(?:\\.(\\d{1,6})0*)?"
                            + "([zZ]|[+-]\\d\\d(?::?\\d\\d)?)?");
    private static final Pattern UUID_TEXT =
            Pattern.compile(
                    "\\p{XDigit}{8}(-?)\\p{XDigit}{4}\\1\\p{XDigit}{4}\\1\\p{XDigit}{4}\\1\\p{XDigit}{12}");
    private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);
    private static final BigInteger GROUP = BigInteger.valueOf(10_000);

    /// Why a value is refused.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        final RejectCode code;

        Refused(RejectCode code) {
            this.code = code;
        }
    }

    private final List<Column> columns;
    private final List<@Nullable LookupSet> lookups;
    private final ZoneId timeZone;
    private final Words words;

    PlainValues(
            List<Column> columns, List<@Nullable LookupSet> lookups, ZoneId timeZone, Words words) {
        this.columns = List.copyOf(columns);
        this.lookups = Collections.unmodifiableList(new ArrayList<>(lookups));
        this.timeZone = timeZone;
        this.words = words;
    }

    @Override
    public @Nullable RejectCode put(int column, byte[] bytes, int from, int to, CopyBuffer out) {
        try {
            var text = new String(bytes, from, to - from, UTF_8);
            var encoded = encoded(columns.get(column), lookups.get(column), text);
            out.putInt(encoded.length);
            out.putBytes(encoded, 0, encoded.length);
            return null;
        } catch (Refused e) {
            return e.code;
        }
    }

    private byte[] encoded(Column column, @Nullable LookupSet lookup, String text) throws Refused {
        return switch (column.type().kind()) {
            case SMALLINT -> bytes(2).putShort((short) integer(column, text, 16)).array();
            case INTEGER -> bytes(4).putInt((int) integer(column, text, 32)).array();
            case BIGINT -> bytes(8).putLong(integer(column, text, 64)).array();
            case NUMERIC -> numeric(column, text);
            case DOUBLE -> bytes(8).putDouble(doubleValue(column, text)).array();
            case REAL -> bytes(4).putFloat(floatValue(column, text)).array();
            case BOOLEAN -> new byte[] {(byte) (bool(text) ? 1 : 0)};
            case TEXT, VARCHAR -> text(column, lookup, text);
            case DATE -> bytes(4).putInt(date(column, text)).array();
            case TIMESTAMP, TIMESTAMPTZ -> bytes(8).putLong(timestamp(column, text)).array();
            case UUID -> uuid(text);
            case JSONB -> json(text);
        };
    }

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.allocate(length);
    }

    private static long integer(Column column, String text, int bits) throws Refused {
        check(NUMBER.matcher(text).matches(), RejectCode.INVALID_INTEGER);
        var hasExponent = text.toLowerCase(Locale.ROOT).indexOf('e') >= 0;
        check(hasExponent || text.indexOf('.') < 0, RejectCode.INVALID_INTEGER);
        var value = decimal(text);
        check(value.signum() == 0 || value.scale() <= 0, RejectCode.INVALID_INTEGER);
        check(value.precision() - value.scale() <= 19, RejectCode.OUT_OF_RANGE);
        var whole = value.toBigIntegerExact();
        check(whole.bitLength() < bits, RejectCode.OUT_OF_RANGE);
        checkBounds(column, value);
        return whole.longValue();
    }

    private static byte[] numeric(Column column, String text) throws Refused {
        check(NUMBER.matcher(text).matches(), RejectCode.INVALID_NUMBER);
        var type = column.type();
        var value = decimal(text);
        check(value.scale() <= type.scale(), RejectCode.TOO_MANY_DECIMALS);
        check(
                value.precision() - value.scale() <= type.length() - type.scale()
                        || value.signum() == 0,
                RejectCode.OUT_OF_RANGE);
        checkBounds(column, value);
        return numeric(value, type.scale());
    }

    // from the lowest group up: the value times a power of 10,000, divided again and again
    private static byte[] numeric(BigDecimal value, int scale) {
        var decimalGroups = (Math.max(value.scale(), 0) + 3) / 4;
        var rest = value.abs().movePointRight(decimalGroups * 4).toBigIntegerExact();
        var groups = new ArrayList<Integer>();
        while (rest.signum() > 0) {
            var parts = rest.divideAndRemainder(GROUP);
            groups.addFirst(parts[1].intValue());
            rest = parts[0];
        }
        var weight = groups.isEmpty() ? 0 : groups.size() - 1 - decimalGroups;
        while (!groups.isEmpty() && groups.getLast() == 0) {
            groups.removeLast();
        }
        var encoded = new CopyBuffer(8 + 2 * groups.size());
        encoded.putShort(groups.size());
        encoded.putShort(weight);
        encoded.putShort(value.signum() < 0 ? 0x4000 : 0);
        encoded.putShort(scale);
        groups.forEach(encoded::putShort);
        return Arrays.copyOf(encoded.bytes(), encoded.size());
    }

    // an exponent of nine digits is outside every type, and more of them are outside the library
    private static BigDecimal decimal(String text) {
        if (isZero(text)) {
            return BigDecimal.ZERO;
        }
        var exponent = LEADING_ZEROS_OF_EXPONENT.matcher(text).replaceFirst("$1");
        var bounded = HUGE_EXPONENT.matcher(exponent).replaceFirst("$1100000000");
        return new BigDecimal(bounded).stripTrailingZeros();
    }

    private static double doubleValue(Column column, String text) throws Refused {
        var word = word(text);
        if (word != null) {
            check(column.min() == null && column.max() == null, RejectCode.OUT_OF_RANGE);
            return word;
        }
        check(NUMBER.matcher(text).matches(), RejectCode.INVALID_NUMBER);
        var value = Double.parseDouble(text);
        check(!Double.isInfinite(value), RejectCode.OUT_OF_RANGE);
        check(value != 0 || isZero(text), RejectCode.OUT_OF_RANGE);
        check(
                !(column.min() instanceof Bound.Quantity n) || value >= n.value().doubleValue(),
                RejectCode.OUT_OF_RANGE);
        check(
                !(column.max() instanceof Bound.Quantity n) || value <= n.value().doubleValue(),
                RejectCode.OUT_OF_RANGE);
        return value;
    }

    private static float floatValue(Column column, String text) throws Refused {
        var word = word(text);
        if (word != null) {
            check(column.min() == null && column.max() == null, RejectCode.OUT_OF_RANGE);
            return word.floatValue();
        }
        check(NUMBER.matcher(text).matches(), RejectCode.INVALID_NUMBER);
        var value = Float.parseFloat(text);
        check(!Float.isInfinite(value), RejectCode.OUT_OF_RANGE);
        check(value != 0 || isZero(text), RejectCode.OUT_OF_RANGE);
        check(
                !(column.min() instanceof Bound.Quantity n) || value >= n.value().floatValue(),
                RejectCode.OUT_OF_RANGE);
        check(
                !(column.max() instanceof Bound.Quantity n) || value <= n.value().floatValue(),
                RejectCode.OUT_OF_RANGE);
        return value;
    }

    private static boolean isZero(String text) {
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("e.*", "")
                .chars()
                .noneMatch(c -> c >= '1' && c <= '9');
    }

    private static @Nullable Double word(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "nan" -> Double.NaN;
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> null;
        };
    }

    private boolean bool(String text) throws Refused {
        var word = Words.folded(text);
        check(words.yes().contains(word) || words.no().contains(word), RejectCode.INVALID_BOOLEAN);
        return words.yes().contains(word);
    }

    private static byte[] text(Column column, @Nullable LookupSet lookup, String text)
            throws Refused {
        var characters = text.codePointCount(0, text.length());
        var type = column.type();
        check(type.kind() != Kind.VARCHAR || characters <= type.length(), RejectCode.TOO_LONG);
        check(column.maxLength() == null || characters <= column.maxLength(), RejectCode.TOO_LONG);
        var bytes = text.getBytes(UTF_8);
        check(
                lookup == null || lookup.contains(bytes, 0, bytes.length),
                RejectCode.UNKNOWN_LOOKUP_VALUE);
        return bytes;
    }

    private static int date(Column column, String text) throws Refused {
        try {
            var date =
                    column.pattern() == null
                            ? standardDate(text)
                            : patterned(column.pattern(), text, RejectCode.INVALID_DATE)
                                    .wall()
                                    .toLocalDate();
            check(
                    !(column.min() instanceof Bound.Day min) || !date.isBefore(min.value()),
                    RejectCode.OUT_OF_RANGE);
            check(
                    !(column.max() instanceof Bound.Day max) || !date.isAfter(max.value()),
                    RejectCode.OUT_OF_RANGE);
            return Math.toIntExact(ChronoUnit.DAYS.between(EPOCH, date));
        } catch (DateTimeException _) {
            throw new Refused(RejectCode.INVALID_DATE);
        }
    }

    private static LocalDate standardDate(String text) throws Refused {
        check(DATE.matcher(text).matches() && !text.startsWith("0000"), RejectCode.INVALID_DATE);
        return LocalDate.parse(text);
    }

    private static PatternedTime.Read patterned(TimePattern pattern, String text, RejectCode code)
            throws Refused {
        var bytes = text.getBytes(UTF_8);
        var read = new PatternedTime(pattern).read(bytes, 0, bytes.length);
        if (read == null) {
            throw new Refused(code);
        }
        return read;
    }

    private long patternedTimestamp(Column column, TimePattern pattern, String text)
            throws Refused {
        var read = patterned(pattern, text, RejectCode.INVALID_TIMESTAMP);
        if (column.type().kind() == Kind.TIMESTAMP) {
            return wallTime(column, read.wall(), null);
        }
        var zone = read.zone();
        return moment(
                column,
                zone instanceof ZoneOffset
                        ? instant(read.wall(), zone.getId())
                        : instant(read.wall(), zone == null ? timeZone : zone));
    }

    private long timestamp(Column column, String text) throws Refused {
        if (column.pattern() != null) {
            return patternedTimestamp(column, column.pattern(), text);
        }
        var parts = TIMESTAMP.matcher(text);
        check(parts.matches() && !text.startsWith("0000"), RejectCode.INVALID_TIMESTAMP);
        try {
            var fraction = parts.group(3) == null ? "" : "." + parts.group(3);
            var time = LocalDateTime.parse(parts.group(1) + "T" + parts.group(2) + fraction);
            return column.type().kind() == Kind.TIMESTAMP
                    ? wallTime(column, time, parts.group(4))
                    : moment(column, instant(time, parts.group(4)));
        } catch (DateTimeException _) {
            throw new Refused(RejectCode.INVALID_TIMESTAMP);
        }
    }

    private static long wallTime(Column column, LocalDateTime time, @Nullable String zone)
            throws Refused {
        check(zone == null, RejectCode.INVALID_TIMESTAMP);
        check(
                !(column.min() instanceof Bound.WallTime min) || !time.isBefore(min.value()),
                RejectCode.OUT_OF_RANGE);
        check(
                !(column.max() instanceof Bound.WallTime max) || !time.isAfter(max.value()),
                RejectCode.OUT_OF_RANGE);
        return micros(time.toInstant(ZoneOffset.UTC));
    }

    private static long moment(Column column, Instant instant) throws Refused {
        check(
                !(column.min() instanceof Bound.Moment min) || !instant.isBefore(min.value()),
                RejectCode.OUT_OF_RANGE);
        check(
                !(column.max() instanceof Bound.Moment max) || !instant.isAfter(max.value()),
                RejectCode.OUT_OF_RANGE);
        return micros(instant);
    }

    private Instant instant(LocalDateTime time, @Nullable String zone) throws Refused {
        if (zone != null) {
            var offset = ZoneOffset.of(zone.toUpperCase(Locale.ROOT));
            check(Math.abs(offset.getTotalSeconds()) < 16 * 3600, RejectCode.INVALID_TIMESTAMP);
            return time.toInstant(offset);
        }
        return instant(time, timeZone);
    }

    private static Instant instant(LocalDateTime time, ZoneId zone) throws Refused {
        var zoned = time.atZone(zone);
        // the library moves what a change of clocks left out
        check(zoned.toLocalDateTime().equals(time), RejectCode.INVALID_TIMESTAMP);
        check(
                Math.abs(zoned.getOffset().getTotalSeconds()) < 16 * 3600,
                RejectCode.INVALID_TIMESTAMP);
        return zoned.toInstant();
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(EPOCH.atStartOfDay(ZoneOffset.UTC).toInstant(), instant);
    }

    private static byte[] uuid(String text) throws Refused {
        check(UUID_TEXT.matcher(text).matches(), RejectCode.INVALID_UUID);
        var digits = text.replace("-", "");
        var uuid = UUID.fromString(digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})", "$1-$2-$3-$4-"));
        return bytes(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }

    private static byte[] json(String text) throws Refused {
        var bytes = text.getBytes(UTF_8);
        check(Json.isJsonb(bytes, 0, bytes.length), RejectCode.INVALID_JSON);
        var encoded = new byte[bytes.length + 1];
        encoded[0] = 1;
        System.arraycopy(bytes, 0, encoded, 1, bytes.length);
        return encoded;
    }

    private static void checkBounds(Column column, BigDecimal value) throws Refused {
        check(
                !(column.min() instanceof Bound.Quantity min) || value.compareTo(min.value()) >= 0,
                RejectCode.OUT_OF_RANGE);
        check(
                !(column.max() instanceof Bound.Quantity max) || value.compareTo(max.value()) <= 0,
                RejectCode.OUT_OF_RANGE);
    }

    private static void check(boolean good, RejectCode code) throws Refused {
        if (!good) {
            throw new Refused(code);
        }
    }
}
