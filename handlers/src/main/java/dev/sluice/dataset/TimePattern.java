package dev.sluice.dataset;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalQueries;
import java.util.Locale;

/// How the dates or times of a column are written, in the letters of java.time's patterns: months
/// and weekdays in English, in any case, and every number checked (no 31st of June).
public record TimePattern(String text) {
    private static final String DATE_LETTERS = "yuMLdDE";
    private static final String TIME_LETTERS = "HhKkmsSa";
    private static final String OFFSET_LETTERS = "XxZ";
    private static final char REGION_LETTER = 'V';
    private static final int LONGEST = 100;
    private static final ZonedDateTime SAMPLE =
            ZonedDateTime.of(2024, 11, 23, 19, 47, 58, 0, ZoneId.of("Europe/Berlin"));

    public TimePattern {
        if (text.isEmpty() || text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "a pattern has 1 to %d characters".formatted(LONGEST));
        }
        var letters = letters(text);
        letters.chars().forEach(letter -> checkLetter((char) letter));
        if (hasAny(letters, OFFSET_LETTERS) && letters.indexOf(REGION_LETTER) >= 0) {
            throw new IllegalArgumentException("the pattern has both an offset and a zone");
        }
        checkSample(text, letters);
    }

    private static void checkLetter(char letter) {
        if (letter == 'Y') {
            throw new IllegalArgumentException(
                    "Y in a pattern is the year that a week belongs to; the year is y");
        }
        if ((DATE_LETTERS + TIME_LETTERS + OFFSET_LETTERS + REGION_LETTER).indexOf(letter) < 0) {
            throw new IllegalArgumentException(
                    "the pattern's letter %s is not read; quote text, as in 'T'".formatted(letter));
        }
    }

    // what is written by the pattern must be read by it as the same time
    private static void checkSample(String text, String letters) {
        try {
            var formatter = formatter(text);
            var read = formatter.parse(formatter.format(SAMPLE));
            var date = read.query(TemporalQueries.localDate());
            if (!SAMPLE.toLocalDate().equals(date)) {
                throw new IllegalArgumentException("the pattern does not say a whole date");
            }
            if (hasAny(letters, TIME_LETTERS) && read.query(TemporalQueries.localTime()) == null) {
                throw new IllegalArgumentException(
                        "the pattern does not say a whole time (hour H, or h with a)");
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("the pattern cannot be read: " + e.getMessage(), e);
        }
    }

    boolean hasTime() {
        return hasAny(letters(text), TIME_LETTERS);
    }

    boolean hasZone() {
        return hasAny(letters(text), OFFSET_LETTERS + REGION_LETTER);
    }

    /// What reads values of this pattern; thread-safe.
    public DateTimeFormatter formatter() {
        return formatter(text);
    }

    /// A value as this pattern would have it.
    public String example() {
        return formatter()
                .format(LocalDate.of(2024, 1, 31).atTime(12, 34, 56).atZone(ZoneId.of("UTC")));
    }

    private static DateTimeFormatter formatter(String text) {
        return new DateTimeFormatterBuilder()
                .parseCaseInsensitive()
                .appendPattern(prolepticYears(text))
                .toFormatter(Locale.ENGLISH)
                .withResolverStyle(ResolverStyle.STRICT);
    }

    // y counts within an era, which nobody writes: u is the year as such
    private static String prolepticYears(String text) {
        var years = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            quoted ^= c == '\'';
            years.append(!quoted && c == 'y' ? 'u' : c);
        }
        return years.toString();
    }

    // the letters that are not in quotes
    private static String letters(String text) {
        var letters = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            quoted ^= c == '\'';
            if (!quoted && c < 0x80 && Character.isLetter(c)) {
                letters.append(c);
            }
        }
        return letters.toString();
    }

    private static boolean hasAny(String letters, String of) {
        return letters.chars().anyMatch(c -> of.indexOf(c) >= 0);
    }
}
