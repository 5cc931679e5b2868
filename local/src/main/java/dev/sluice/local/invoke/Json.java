package dev.sluice.local.invoke;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.OptionalInt;

/// The little that is done with JSON here.
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    static byte[] bytes(Map<String, ?> document) {
        try {
            return JSON.std.asBytes(document);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /// Whether the bytes are one JSON document and nothing more.
    static boolean isValid(byte[] document) {
        try (var parser = FACTORY.createParser(document)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException _) {
            return false;
        }
    }

    /// A member of the document that is a whole number, where there is one.
    static OptionalInt wholeNumber(byte[] document, String member) {
        try {
            return JSON.std.mapFrom(document).get(member) instanceof Integer number
                    ? OptionalInt.of(number)
                    : OptionalInt.empty();
        } catch (IOException _) {
            return OptionalInt.empty();
        }
    }
}
