package dev.sluice.cli.terminal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Text for a terminal: what came from a file is made safe, measured in cells, and numbers get
/// units.
public final class Text {
    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};

    private Text() {}

    /// The text with whatever could move the cursor, hide or reorder other text spelled out.
    public static String safe(String text) {
        var safe = new StringBuilder(text.length() + 8);
        text.codePoints().forEach(point -> appendSafe(safe, point));
        return safe.toString();
    }

    private static void appendSafe(StringBuilder safe, int point) {
        switch (point) {
            case '\n' -> safe.append("\\n");
            case '\r' -> safe.append("\\r");
            case '\t' -> safe.append("\\t");
            default -> {
                if (isVisible(point)) safe.appendCodePoint(point);
                else
                    safe.append(
                            String.format(
                                    Locale.ROOT, point < 0x100 ? "\\x%02x" : "\\u{%x}", point));
            }
        }
    }

    private static boolean isVisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }

    /// How many cells of a terminal the text takes.
    public static int width(String text) {
        return text.codePoints().map(Text::width).sum();
    }

    private static int width(int point) {
        var type = Character.getType(point);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) return 0;
        return isWide(point) ? 2 : 1;
    }

    /* The ranges of Unicode's East Asian Width W and F that text meets in practice. */
    private static boolean isWide(int point) {
        return (point >= 0x1100 && point <= 0x115F)
                || (point >= 0x2E80 && point <= 0xA4CF)
                || (point >= 0xAC00 && point <= 0xD7A3)
                || (point >= 0xF900 && point <= 0xFAFF)
                || (point >= 0xFE30 && point <= 0xFE6F)
                || (point >= 0xFF00 && point <= 0xFF60)
                || (point >= 0xFFE0 && point <= 0xFFE6)
                || (point >= 0x1F300 && point <= 0x1FAFF)
                || (point >= 0x20000 && point <= 0x3FFFD);
    }

    /// The text cut to that many cells, its end replaced by an ellipsis.
    public static String fit(String text, int cells) {
        if (width(text) <= cells) return text;
        var cut = new StringBuilder();
        var used = 1;
        for (var point : text.codePoints().toArray()) {
            used += width(point);
            if (used > cells) break;
            cut.appendCodePoint(point);
        }
        return cells < 1 ? "" : cut.append('…').toString();
    }

    /// The text cut to that many cells from its front: the end of a path tells more.
    public static String fitEnd(String text, int cells) {
        if (width(text) <= cells) return text;
        var reversed = new StringBuilder(text).reverse().toString();
        return new StringBuilder(fit(reversed, cells)).reverse().toString();
    }

    /// The text in lines of at most that many cells, broken between words where there are any.
    public static List<String> wrap(String text, int cells) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (var word : text.split(" ", -1)) {
            if (!line.isEmpty() && width(line + " " + word) > cells) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    public static String padRight(String text, int cells) {
        return text + " ".repeat(Math.max(0, cells - width(text)));
    }

    public static String padLeft(String text, int cells) {
        return " ".repeat(Math.max(0, cells - width(text))) + text;
    }

    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /// `1 row`, `2 rows`.
    public static String count(long number, String noun) {
        return count(number) + " " + noun + (number == 1 ? "" : "s");
    }

    public static String bytes(long bytes) {
        double amount = bytes;
        var unit = 0;
        while (amount >= 999.5 && unit < UNITS.length - 1) {
            amount /= 1000;
            unit++;
        }
        var decimals = unit == 0 || amount >= 99.95 ? 0 : 1;
        return String.format(Locale.ROOT, "%." + decimals + "f %s", amount, UNITS[unit]);
    }

    public static String time(Duration duration) {
        var seconds = duration.toMillis() / 1000.0;
        if (seconds < 99.95) return String.format(Locale.ROOT, "%.1f s", seconds);
        return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }

    public static String ago(Instant then, Instant now) {
        var age = Duration.between(then, now);
        if (age.toSeconds() < 60) return Math.max(0, age.toSeconds()) + " s ago";
        if (age.toMinutes() < 60) return age.toMinutes() + " min ago";
        if (age.toHours() < 48) return age.toHours() + " h ago";
        return age.toDays() + " days ago";
    }
}
