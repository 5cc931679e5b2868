package dev.sluice.rows;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// Dates and times of the standard form, from bytes to PostgreSQL's counts.
final class FastTimes {
    /// What PostgreSQL counts dates and times from.
    static final long EPOCH_DAY = 10_957;

    static final long MICROS_PER_SECOND = 1_000_000;
    static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

    /// A value that no day and no time has.
    static final long NONE = Long.MIN_VALUE;

    private static final int[] DAYS_BEFORE_MONTH = {
        0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334
    };
    private static final int[] DAYS_OF_MONTH = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    /*
     * Eight bytes of a date or a time of day are one word. Exclusive or with the same eight bytes of
     * all zeros takes off the signs between the digits, which must then be nothing, and makes digits,
     * and only digits, 0 to 9. Times ten and the next byte added, each pair is a number.
     */
    private static final long DATE = word("0000-00-");
    private static final long DATE_SIGNS = 0xff0000ff00000000L;
    private static final long TIME = word("00:00:00");
    private static final long TIME_SIGNS = 0x0000ff0000ff0000L;

    private FastTimes() {}

    private static long word(String text) {
        return EightBytes.at(text.getBytes(StandardCharsets.US_ASCII), 0);
    }

    static long micros(Instant instant) {
        return (instant.getEpochSecond() - EPOCH_DAY * 86_400) * MICROS_PER_SECOND
                + instant.getNano() / 1_000;
    }

    /// Days since 2000-01-01 of the ten bytes YYYY-MM-DD.
    static long day(byte[] bytes, int from) {
        var word = EightBytes.at(bytes, from) ^ DATE;
        var day = twoDigits(bytes, from + 8);
        if (((word & DATE_SIGNS) | EightBytes.aboveNine(word)) != 0) {
            return NONE;
        }
        var pairs = word * 10 + (word >>> 8);
        var year = (int) ((pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff));
        return day(year, (int) ((pairs >>> 40) & 0xff), day);
    }

    static long day(int year, int month, int day) {
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

    /// The second of the day of the eight bytes hh:mm:ss; -1 where no clock shows it.
    static int secondOfDay(byte[] bytes, int from) {
        var word = EightBytes.at(bytes, from) ^ TIME;
        if (((word & TIME_SIGNS) | EightBytes.aboveNine(word)) != 0) {
            return -1;
        }
        var pairs = word * 10 + (word >>> 8);
        var hour = (int) (pairs & 0xff);
        var minute = (int) ((pairs >>> 24) & 0xff);
        var second = (int) ((pairs >>> 48) & 0xff);
        return hour > 23 || minute > 59 || second > 59 ? -1 : hour * 3600 + minute * 60 + second;
    }

    /// Where the decimals of a second that begin here end.
    static int fractionEnd(byte[] bytes, int from, int to) {
        var end = from;
        if (end < to && bytes[end] == '.') {
            end++;
            while (end < to && bytes[end] >= '0' && bytes[end] <= '9') {
                end++;
            }
        }
        return end;
    }

    /// Microseconds; -1 where there are more decimals than zeros behind the sixth.
    static int fraction(byte[] bytes, int from, int end) {
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

    /// Z, +hh, +hhmm or +hh:mm; up to 15:59, which is PostgreSQL's limit
    static int offsetSeconds(byte[] bytes, int from, int to) {
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
}
