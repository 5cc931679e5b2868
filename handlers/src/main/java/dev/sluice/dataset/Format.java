package dev.sluice.dataset;

import org.jspecify.annotations.Nullable;

/// How the records of a file are written. `quote` null: the file has no quoting.
public record Format(
        Type type, boolean header, char delimiter, @Nullable Character quote, String nullText) {

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

    public Format {
        checkControl("delimiter", delimiter);
        if (quote != null) {
            checkControl("quote", quote);
            if (quote == delimiter) {
                throw new IllegalArgumentException("delimiter and quote are the same");
            }
        }
        if (nullText.chars().anyMatch(c -> c == '\n' || c == '\r' || c == '\0')) {
            throw new IllegalArgumentException("nullText holds a line end");
        }
    }

    /// What a dataset file that says no more than the type gets.
    public static Format of(Type type) {
        return new Format(type, type != Type.JSONL, type.defaultDelimiter(), '"', "");
    }

    // one byte in UTF-8, and never a part of another character: the scan works on bytes
    private static void checkControl(String what, char c) {
        if (c == '\t') {
            return;
        }
        if (c < ' ' || c > '~' || Character.isLetterOrDigit(c)) {
            throw new IllegalArgumentException(
                    "%s must be one ASCII character, a tab or a sign, not %s"
                            .formatted(what, c < ' ' ? "a control character" : "\"" + c + "\""));
        }
    }
}
