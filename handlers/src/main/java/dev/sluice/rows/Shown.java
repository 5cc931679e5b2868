package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

/// What of a file's own bytes may stand in a message or be stored as text.
final class Shown {
    private static final int MOST_CHARACTERS = 60;
    private static final int MOST_BYTES = 4 * MOST_CHARACTERS;

    private Shown() {}

    /// A value between quotes, shortened, without control characters.
    static String value(String text) {
        var shown = new StringBuilder("\"");
        var count = 0;
        for (var i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (count++ == MOST_CHARACTERS) {
                return shown.append("…\"").toString();
            }
            shown.appendCodePoint(visible(text.codePointAt(i)));
        }
        return shown.append('"').toString();
    }

    static String value(byte[] bytes, int from, int to) {
        // a character cut in half at the end is beyond what is shown
        return value(new String(bytes, from, Math.min(to - from, MOST_BYTES), UTF_8));
    }

    /// Bytes as text that PostgreSQL can keep: at most so many bytes of UTF-8, no NUL.
    static String raw(byte[] bytes, int from, int to, int most) {
        var end = Math.min(to, from + most);
        if (end < to) {
            end = backToCharacterStart(bytes, from, end);
        }
        var text = new String(bytes, from, end - from, UTF_8).replace('\0', '\u2400');
        return fits(text, most) ? text : shortened(text, most);
    }

    // a replacement character takes more bytes than what it replaces
    private static boolean fits(String text, int most) {
        return text.length() * 3L <= most || text.getBytes(UTF_8).length <= most;
    }

    private static String shortened(String text, int most) {
        var bytes = text.getBytes(UTF_8);
        return new String(bytes, 0, backToCharacterStart(bytes, 0, most), UTF_8);
    }

    private static int backToCharacterStart(byte[] bytes, int from, int end) {
        var start = end;
        // at most three bytes follow the first of a character; more of them are no character
        while (start > from && end - start < 4 && (bytes[start] & 0xc0) == 0x80) {
            start--;
        }
        return end - start < 4 ? start : end;
    }

    private static int visible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    '\ufffd';
            default -> c;
        };
    }
}
