package dev.sluice.rows;

import static java.util.Locale.ROOT;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType.Kind;
import dev.sluice.dataset.Encoding;
import dev.sluice.job.RejectCode;

/// What is said about a record or a value that is refused, each time one sentence.
final class Complaints {
    private Complaints() {}

    static String required(Column column) {
        return "Column %s is required and has no value.".formatted(Shown.value(column.name()));
    }

    static String value(Column column, RejectCode code, byte[] bytes, int from, int to) {
        return "Column %s: %s %s."
                .formatted(
                        Shown.value(column.name()),
                        Shown.value(bytes, from, to),
                        fault(column, code));
    }

    private static String fault(Column column, RejectCode code) {
        return switch (code) {
            case OUT_OF_RANGE -> outOfRange(column);
            case TOO_LONG -> "has more than %d characters".formatted(mostCharacters(column));
            case TOO_MANY_DECIMALS -> "has more than %d decimals".formatted(column.type().scale());
            case UNKNOWN_LOOKUP_VALUE -> "is not in the lookup table " + column.lookup();
            case INVALID_TIMESTAMP ->
                    "is not a %s such as %s"
                            .formatted(column.type().sql(), timestampExample(column));
            case INVALID_DATE -> "is not a date such as " + dateExample(column);
            default -> "is not a value of type " + column.type().sql();
        };
    }

    private static String dateExample(Column column) {
        var pattern = column.pattern();
        return pattern == null ? "2024-01-31" : pattern.example();
    }

    private static String timestampExample(Column column) {
        var pattern = column.pattern();
        if (pattern != null) {
            return pattern.example();
        }
        return column.type().kind() == Kind.TIMESTAMPTZ
                ? "2024-01-31 12:34:56+01:00"
                : "2024-01-31 12:34:56, without a time zone";
    }

    private static String outOfRange(Column column) {
        var min = column.min();
        var max = column.max();
        if (min != null && max != null) {
            return "is not between %s and %s".formatted(min.text(), max.text());
        }
        if (min != null) {
            return "is out of range, which starts at " + min.text();
        }
        return max != null
                ? "is out of range, which ends at " + max.text()
                : "is out of the range of " + column.type().sql();
    }

    private static int mostCharacters(Column column) {
        var declared = column.maxLength();
        var length = column.type().length();
        if (declared == null) {
            return length;
        }
        return length == 0 ? declared : Math.min(declared, length);
    }

    static String unterminatedQuote(long line) {
        return "The quote that opens in line %d is never closed.".formatted(line);
    }

    static String textAfterQuote(long line) {
        return "There is text behind the closing quote of the value that starts in line %d."
                .formatted(line);
    }

    static String tooLong(int mostBytes) {
        return "The record is longer than %d bytes.".formatted(mostBytes);
    }

    static String tooLongInQuotes(int mostBytes, long line) {
        return "The quote that opens in line %d is not closed within the %d bytes of a record."
                .formatted(line, mostBytes);
    }

    static String badByte(boolean nul, int at, Encoding encoding) {
        return "The record has %s at its byte %d."
                .formatted(
                        nul
                                ? "a NUL character"
                                : "bytes that are not " + encoding.wireName().toUpperCase(ROOT),
                        at);
    }

    /// @param offset from the file's beginning: a header has no record to count in
    static String badByteInHeader(byte bad, long offset, Encoding encoding) {
        return bad == 0
                ? "The header has a NUL character at byte offset %d of the file; UTF-16 looks so."
                        .formatted(offset)
                : "The header is not valid %s text: 0x%02X at byte offset %d of the file."
                        .formatted(encoding.wireName().toUpperCase(ROOT), bad, offset);
    }

    static String escape(String column) {
        return "Column %s: a backslash stands before a letter, a digit or the end."
                .formatted(Shown.value(column));
    }

    static String fieldCount(int fields, int expected) {
        return "The record has %d %s where %d are expected."
                .formatted(fields, fields == 1 ? "field" : "fields", expected);
    }
}
