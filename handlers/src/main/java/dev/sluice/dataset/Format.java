package dev.sluice.dataset;

import org.jspecify.annotations.Nullable;

/// How the records of a file are written. `quote` null: the file has no quoting; `comment` null: no
/// line is a comment. `skipLines` lines come before the header.
public record Format(
        Type type,
        boolean header,
        char delimiter,
        @Nullable Character quote,
        String nullText,
        Escape escape,
        @Nullable Character comment,
        int skipLines,
        Encoding encoding,
        Words words,
        boolean lenient) {
    private static final int MOST_SKIPPED_LINES = 1_000;

    /// The families of files.
    public enum Type {
        CSV("csv", ','),
        TSV("tsv", '\t'),
        JSONL("jsonl", ',');

        private final String wireName;
        private final char delimiter;

        Type(String wireName, char delimiter) {
            this.wireName = wireName;
            this.delimiter = delimiter;
        }

        public String wireName() {
            return wireName;
        }

        public char defaultDelimiter() {
            return delimiter;
        }
    }

    /// How a value holds what would end it: quotes twice, or a backslash before the character.
    public enum Escape {
        DOUBLED("doubled"),
        BACKSLASH("backslash");

        private final String wireName;

        Escape(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    public Format {
        checkSign("delimiter", delimiter);
        if (quote != null) {
            checkSign("quote", quote);
        }
        if (comment != null) {
            checkSign("comment", comment);
        }
        if (quote != null && quote == delimiter) {
            throw new IllegalArgumentException("delimiter and quote are the same");
        }
        if (comment != null && (comment == delimiter || comment.equals(quote))) {
            throw new IllegalArgumentException("comment is also the delimiter or the quote");
        }
        if (escape == Escape.BACKSLASH
                && (delimiter == '\\' || isBackslash(quote) || isBackslash(comment))) {
            throw new IllegalArgumentException(
                    "escape backslash does not go with a backslash as delimiter, quote or comment");
        }
        if (nullText.chars().anyMatch(c -> c == '\n' || c == '\r' || c == '\0')) {
            throw new IllegalArgumentException("nullText holds a line end");
        }
        if (nullText.indexOf(delimiter) >= 0) {
            throw new IllegalArgumentException("nullText holds the delimiter");
        }
        if (!nullText.isEmpty() && quote != null && nullText.charAt(0) == quote) {
            throw new IllegalArgumentException("nullText begins with the quote; null is unquoted");
        }
        if (!nullText.isEmpty() && comment != null && nullText.charAt(0) == comment) {
            throw new IllegalArgumentException("nullText begins with the comment sign");
        }
        if (skipLines < 0 || skipLines > MOST_SKIPPED_LINES) {
            throw new IllegalArgumentException("skipLines is 0 to " + MOST_SKIPPED_LINES);
        }
    }

    /// A format of which no more is said.
    public Format(
            Type type, boolean header, char delimiter, @Nullable Character quote, String nullText) {
        this(
                type,
                header,
                delimiter,
                quote,
                nullText,
                Escape.DOUBLED,
                null,
                0,
                Encoding.UTF_8,
                Words.STANDARD,
                false);
    }

    /// What a dataset file that says no more than the type gets.
    public static Format of(Type type) {
        return new Format(type, type != Type.JSONL, type.defaultDelimiter(), '"', "");
    }

    private static boolean isBackslash(@Nullable Character c) {
        return c != null && c == '\\';
    }

    // one byte in every encoding, and never a part of another character: the scan works on bytes
    private static void checkSign(String what, char c) {
        if (c == '\n' || c == '\r' || c == '\0') {
            throw new IllegalArgumentException(what + " must not be a line end or NUL");
        }
        if (c >= 0x80 || Character.isLetterOrDigit(c)) {
            throw new IllegalArgumentException(
                    "%s must be one ASCII character, a sign or a control character, not \"%s\""
                            .formatted(what, c));
        }
    }
}
