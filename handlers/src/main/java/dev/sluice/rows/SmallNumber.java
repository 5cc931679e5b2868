package dev.sluice.rows;

/// A number of at most sixteen bytes, sign and point among them, read eight bytes at a time. What
/// it does not read may still be a number: Decimal decides. Used again and again; what it holds
/// counts until the next scan.
final class SmallNumber {
    /*
     * The bytes up to the end of the value are loaded as two words, and what stands in front of the
     * value is made zeros in front of the number. With '0' taken off by exclusive or, digits and
     * only digits are 0 to 9. The point, if there is one, is closed up by moving the bytes in front
     * of it one place on; then three multiplications join the digits of a word by twos, fours and
     * eight.
     */
    static final int MOST_BYTES = 16;

    static final long[] POWERS = powers();

    private static final long ZEROS = EightBytes.times('0');
    private static final int POINT = '.' ^ '0';

    private long digits;
    private int decimals;
    private boolean hasPoint;
    private boolean negative;

    private static long[] powers() {
        var powers = new long[19];
        powers[0] = 1;
        for (var i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * 10;
        }
        return powers;
    }

    /// All digits as one integer, below 10^16, with no regard to sign and point.
    long digits() {
        return digits;
    }

    /// How many of the digits are behind the point.
    int decimals() {
        return decimals;
    }

    boolean hasPoint() {
        return hasPoint;
    }

    boolean negative() {
        return negative;
    }

    /// Scans `[+-] digits [. digits]`; false also for good numbers that are written otherwise, or
    /// that stand too near to the array's start.
    boolean scan(byte[] bytes, int start, int to) {
        if (start == to) {
            return false;
        }
        var sign = bytes[start];
        negative = sign == '-';
        var from = negative || sign == '+' ? start + 1 : start;
        var length = to - from;
        if (length <= 8) {
            if (length == 0 || to < 8) {
                return false;
            }
            // zeros in front of the value
            var low = (EightBytes.at(bytes, to - 8) ^ ZEROS) & (-1L << (64 - 8 * length));
            return join(low, length);
        }
        if (length > MOST_BYTES || to < MOST_BYTES) {
            return false;
        }
        var low = EightBytes.at(bytes, to - 8) ^ ZEROS;
        var high = (EightBytes.at(bytes, to - 16) ^ ZEROS) & (-1L << (128 - 8 * length));
        return join(high, low);
    }

    private boolean join(long low, int length) {
        var others = EightBytes.aboveNine(low);
        hasPoint = others != 0;
        decimals = 0;
        var value = low;
        if (hasPoint) {
            var at = EightBytes.first(others);
            if (!isOnlyPoint(low, others, at) || length == 1) {
                return false;
            }
            decimals = 7 - at;
            value = closed(low, at, 0);
        }
        digits = eightDigits(value);
        return true;
    }

    private boolean join(long highWord, long lowWord) {
        var high = highWord;
        var low = lowWord;
        var highOthers = EightBytes.aboveNine(high);
        var lowOthers = EightBytes.aboveNine(low);
        hasPoint = (highOthers | lowOthers) != 0;
        decimals = 0;
        if (lowOthers != 0) {
            var at = EightBytes.first(lowOthers);
            if (highOthers != 0 || !isOnlyPoint(low, lowOthers, at)) {
                return false;
            }
            decimals = 7 - at;
            low = closed(low, at, high >>> 56);
            high <<= 8;
        } else if (highOthers != 0) {
            var at = EightBytes.first(highOthers);
            if (!isOnlyPoint(high, highOthers, at)) {
                return false;
            }
            decimals = 15 - at;
            high = closed(high, at, 0);
        }
        digits = eightDigits(high) * 100_000_000 + eightDigits(low);
        return true;
    }

    private static boolean isOnlyPoint(long word, long others, int at) {
        return EightBytes.rest(others) == 0 && ((word >>> (8 * at)) & 0xff) == POINT;
    }

    // the word without its byte at this place, and another byte in front
    private static long closed(long word, int at, long front) {
        var before = (1L << (8 * at)) - 1;
        return ((word & before) << 8) | front | (word & (~before << 8));
    }

    // bytes 0 to 9, the first digit lowest
    private static long eightDigits(long word) {
        var twos = (word * 10 + (word >>> 8)) & 0x00ff00ff00ff00ffL;
        var fours = (twos * 100 + (twos >>> 16)) & 0x0000ffff0000ffffL;
        return (fours * 10_000 + (fours >>> 32)) & 0xffffffffL;
    }
}
