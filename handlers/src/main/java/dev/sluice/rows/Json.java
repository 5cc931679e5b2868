package dev.sluice.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/// The check whether text is JSON that jsonb takes.
final class Json {
    /*
     * jsonb is narrower than JSON: its strings hold neither U+0000 nor half a surrogate pair, its
     * numbers are numeric (131,072 digits before the point, 16,383 behind it), and its nesting is
     * bounded by the server's stack, which 1,000 levels never reach.
     */
    private static final int DEEPEST = 1_000;
    private static final int LONGEST_NUMBER = 1_000;

    static final String BEYOND_LIMITS =
            "The line has more than %d levels, or a number of more than %d characters."
                    .formatted(DEEPEST, LONGEST_NUMBER);

    private static final int MOST_INTEGER_DIGITS = 131_072;
    private static final int MOST_DECIMALS = 16_383;

    // names are not kept between documents: they come from strangers
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEEPEST)
                                    .maxNumberLength(LONGEST_NUMBER)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .maxNameLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    private Json() {}

    static JsonParser parser(byte[] bytes, int from, int to) throws IOException {
        return FACTORY.createParser(bytes, from, to - from);
    }

    /// Whether there is a byte order mark, which the parser would skip and PostgreSQL would not. In
    /// valid UTF-8 nothing else that begins so is JSON either.
    static boolean beginsWithByteOrderMark(byte[] bytes, int from, int to) {
        return from < to && (bytes[from] & 0xff) == 0xef;
    }

    /// Whether the bytes, valid UTF-8, are one value that jsonb takes.
    static boolean isJsonb(byte[] bytes, int from, int to) {
        if (beginsWithByteOrderMark(bytes, from, to)) {
            return false;
        }
        try (var parser = parser(bytes, from, to)) {
            var token = parser.nextToken();
            if (token == null) {
                return false;
            }
            for (; token != null; token = parser.nextToken()) {
                if (!fits(parser, token)) {
                    return false;
                }
                // a second value behind the first would be the parser's next root
                if (parser.getParsingContext().inRoot()
                        && token != JsonToken.START_OBJECT
                        && token != JsonToken.START_ARRAY) {
                    return parser.nextToken() == null;
                }
            }
            return false;
        } catch (IOException _) {
            return false;
        }
    }

    // whether the token at hand is one that jsonb takes
    private static boolean fits(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case FIELD_NAME -> isText(parser.currentName());
            case VALUE_STRING ->
                    isText(
                            parser.getTextCharacters(),
                            parser.getTextOffset(),
                            parser.getTextLength());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> isNumeric(parser.getText());
            default -> true;
        };
    }

    /// Whether characters are text that PostgreSQL can hold.
    static boolean isText(String text) {
        return isText(text.toCharArray(), 0, text.length());
    }

    private static boolean isText(char[] characters, int from, int length) {
        for (var i = from; i < from + length; i++) {
            var c = characters[i];
            if (c == 0 || Character.isLowSurrogate(c)) {
                return false;
            }
            if (Character.isHighSurrogate(c)) {
                if (i + 1 == from + length || !Character.isLowSurrogate(characters[i + 1])) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private static boolean isNumeric(String number) {
        var exponentAt = Math.max(number.indexOf('e'), number.indexOf('E'));
        if (exponentAt < 0) {
            // its length is bounded far below what numeric takes
            return true;
        }
        var digits = number.substring(exponentAt + 1);
        if (digits.length() > 8) {
            return false;
        }
        var exponent = Integer.parseInt(digits);
        var mantissa = number.substring(0, exponentAt);
        var point = mantissa.indexOf('.');
        var decimals = point < 0 ? 0 : mantissa.length() - point - 1;
        return exponent + mantissa.length() <= MOST_INTEGER_DIGITS
                && decimals - exponent <= MOST_DECIMALS;
    }
}
