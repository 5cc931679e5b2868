package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigDecimal;
import java.math.BigInteger;

/// A number as it is written, scanned from bytes. One scanner is used again and again; what it
/// holds counts until the next scan.
final class Decimal {
    /*
     * The value is 0.d1 d2 d3 … × 10^point, negative or not, where d1 and the last digit are not
     * zero; zero has no digits. Only so many digits are kept as the widest numeric has; how many
     * there are is always right.
     */
    static final int MOST_KEPT = 1_000;

    // beyond every type's range, and far from where sums of it overflow
    private static final int LARGEST_EXPONENT = 100_000_000;

    private final byte[] kept = new byte[MOST_KEPT];
    private boolean negative;
    private int digits;
    private int point;
    private boolean hasPoint;
    private boolean hasExponent;

    boolean negative() {
        return negative;
    }

    /// How many significant digits there are.
    int digits() {
        return digits;
    }

    /// A significant digit, counted from 0; only the first [#MOST_KEPT] are there.
    int digit(int index) {
        return kept[index];
    }

    int point() {
        return point;
    }

    boolean isZero() {
        return digits == 0;
    }

    /// Whether this is written as an integer: without a point, unless an exponent may move it.
    boolean isWrittenAsInteger() {
        return !hasPoint || hasExponent;
    }

    boolean isWhole() {
        return digits <= point || isZero();
    }

    /// How many digits are behind the decimal point.
    int decimals() {
        return isZero() ? 0 : Math.max(digits - point, 0);
    }

    /// How many digits are in front of the decimal point.
    int integerDigits() {
        return isZero() ? 0 : Math.max(point, 0);
    }

    /// The value, of at most [#MOST_KEPT] digits.
    BigDecimal value() {
        if (isZero()) {
            return BigDecimal.ZERO;
        }
        var text = new char[digits];
        for (var i = 0; i < digits; i++) {
            text[i] = (char) ('0' + kept[i]);
        }
        var unscaled = new BigInteger(new String(text));
        return new BigDecimal(negative ? unscaled.negate() : unscaled, digits - point);
    }

    /// The digits as an integer, with no regard to sign and point; for at most 18 of them.
    long mantissa() {
        var value = 0L;
        for (var i = 0; i < digits; i++) {
            value = value * 10 + kept[i];
        }
        return value;
    }

    /// Scans `[+-] digits [. digits] [e [+-] digits]` with at least one digit before the exponent.
    boolean scan(byte[] bytes, int from, int to) {
        digits = 0;
        point = 0;
        hasPoint = false;
        hasExponent = false;
        var i = from;
        negative = i < to && bytes[i] == '-';
        if (i < to && (bytes[i] == '-' || bytes[i] == '+')) {
            i++;
        }
        var end = mantissa(bytes, i, to);
        if (end < 0) {
            return false;
        }
        var good = end == to || exponent(bytes, end, to);
        if (digits == 0) {
            point = 0;
        }
        return good;
    }

    // the index behind the mantissa, or -1 when there is none
    private int mantissa(byte[] bytes, int from, int to) {
        var i = from;
        var seen = 0;
        var read = 0;
        var significant = 0;
        for (; i < to; i++) {
            var b = bytes[i];
            if (b == '.' && !hasPoint) {
                hasPoint = true;
                continue;
            }
            if (b < '0' || b > '9') {
                break;
            }
            read++;
            if (seen == 0 && b == '0') {
                // a zero in front counts only behind the point, where it moves the first digit
                point -= hasPoint ? 1 : 0;
                continue;
            }
            if (seen < MOST_KEPT) {
                kept[seen] = (byte) (b - '0');
            }
            seen++;
            point += hasPoint ? 0 : 1;
            if (b != '0') {
                significant = seen;
            }
        }
        digits = significant;
        return read == 0 ? -1 : i;
    }

    private boolean exponent(byte[] bytes, int from, int to) {
        if (bytes[from] != 'e' && bytes[from] != 'E') {
            return false;
        }
        hasExponent = true;
        var i = from + 1;
        var minus = i < to && bytes[i] == '-';
        if (i < to && (bytes[i] == '-' || bytes[i] == '+')) {
            i++;
        }
        if (i == to) {
            return false;
        }
        var exponent = 0;
        for (; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return false;
            }
            exponent = Math.min(exponent * 10 + (bytes[i] - '0'), LARGEST_EXPONENT);
        }
        point += minus ? -exponent : exponent;
        return true;
    }

    static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, ISO_8859_1);
    }
}
