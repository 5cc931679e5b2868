package dev.sluice.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The fast way for patterns of numbers alone, such as `dd.MM.yyyy HH:mm:ss`: what it reads is what
/// PatternedTime would read, and what it does not read is left to it.
final class FixedTime {
    private enum Part {
        YEAR,
        MONTH,
        DAY,
        HOUR,
        MINUTE,
        SECOND,
        FRACTION,
        TEXT
    }

    /// `least` to `most` digits, or one byte of text.
    private record Step(Part part, int least, int most, byte text) {}

    private static final int MICRO_DIGITS = 6;

    private final Step[] steps;
    private int year;
    private int month;
    private int day;
    private int hour;
    private int minute;
    private int second;
    private int micros;

    private FixedTime(List<Step> steps) {
        this.steps = steps.toArray(new Step[0]);
    }

    /// A reader of the pattern, if it is one of numbers alone.
    static Optional<FixedTime> of(String pattern) {
        var steps = new ArrayList<Step>();
        for (var i = 0; i < pattern.length(); ) {
            var c = pattern.charAt(i);
            var run = 1;
            while (i + run < pattern.length() && pattern.charAt(i + run) == c) {
                run++;
            }
            var step = step(c, run);
            if (step.isEmpty() || isUndivided(steps, step.get())) {
                return Optional.empty();
            }
            var repeated = step.get().part() == Part.TEXT ? run : 1;
            for (var n = 0; n < repeated; n++) {
                steps.add(step.get());
            }
            i += run;
        }
        return Optional.of(new FixedTime(steps));
    }

    // one or two digits and then more of them: the library has rules of its own for that
    private static boolean isUndivided(List<Step> steps, Step next) {
        return !steps.isEmpty()
                && steps.getLast().least() < steps.getLast().most()
                && next.part() != Part.TEXT;
    }

    private static Optional<Step> step(char c, int run) {
        return switch (c) {
            case 'y', 'u' -> run == 4 ? digits(Part.YEAR, 4, 4) : Optional.empty();
            case 'M', 'L' -> upToTwo(Part.MONTH, run);
            case 'd' -> upToTwo(Part.DAY, run);
            case 'H' -> upToTwo(Part.HOUR, run);
            case 'm' -> upToTwo(Part.MINUTE, run);
            case 's' -> upToTwo(Part.SECOND, run);
            case 'S' -> run <= MICRO_DIGITS ? digits(Part.FRACTION, run, run) : Optional.empty();
            case ' ', '.', '/', '-', ':', ',', '_' ->
                    Optional.of(new Step(Part.TEXT, 1, 1, (byte) c));
            default -> Optional.empty();
        };
    }

    private static Optional<Step> upToTwo(Part part, int run) {
        return run <= 2 ? digits(part, run, 2) : Optional.empty();
    }

    private static Optional<Step> digits(Part part, int least, int most) {
        return Optional.of(new Step(part, least, most, (byte) 0));
    }

    /// Reads a value; false where the library must have its say.
    boolean read(byte[] bytes, int from, int to) {
        year = 0;
        month = 0;
        day = 0;
        hour = 0;
        minute = 0;
        second = 0;
        micros = 0;
        var i = from;
        for (var step : steps) {
            if (step.part() == Part.TEXT) {
                if (i == to || bytes[i] != step.text()) {
                    return false;
                }
                i++;
                continue;
            }
            var value = 0;
            var end = Math.min(to, i + step.most());
            var start = i;
            while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
                value = value * 10 + bytes[i++] - '0';
            }
            if (i - start < step.least()) {
                return false;
            }
            put(step.part(), value, i - start);
        }
        return i == to;
    }

    private void put(Part part, int value, int digits) {
        switch (part) {
            case YEAR -> year = value;
            case MONTH -> month = value;
            case DAY -> day = value;
            case HOUR -> hour = value;
            case MINUTE -> minute = value;
            case SECOND -> second = value;
            case FRACTION -> {
                micros = value;
                for (var n = digits; n < MICRO_DIGITS; n++) {
                    micros *= 10;
                }
            }
            case TEXT -> {
                // has no value
            }
        }
    }

    int year() {
        return year;
    }

    int month() {
        return month;
    }

    int day() {
        return day;
    }

    /// Microseconds since midnight; -1 where no clock shows the time.
    long timeMicros() {
        return hour > 23 || minute > 59 || second > 59
                ? -1
                : (hour * 3600L + minute * 60L + second) * FastTimes.MICROS_PER_SECOND + micros;
    }
}
