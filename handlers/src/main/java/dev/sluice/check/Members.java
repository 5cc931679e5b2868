package dev.sluice.check;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The members that the beginning of a JSON Lines file names, to be the columns of a dataset that
/// nobody wrote.
final class Members {
    private static final int LOOK_BYTES = 1024 * 1024;
    private static final int LONGEST_NAME = 200;
    private static final JsonFactory FACTORY = new JsonFactory();

    private Members() {}

    /// The names as quoted text, at most so many; none where no line is an object.
    static List<String> of(InputStream in, int most) throws IOException {
        // bytes that are no UTF-8 become other characters: such a line is a reject in any case
        var beginning = new String(in.readNBytes(LOOK_BYTES), StandardCharsets.UTF_8);
        var names = new LinkedHashSet<String>();
        beginning.lines().takeWhile(_ -> names.size() < most).forEach(line -> add(line, names));
        return names.stream().limit(most).map(Members::quoted).toList();
    }

    // what a line that is no JSON names before its mistake counts as well
    private static void add(String line, Set<String> names) {
        try (var parser = FACTORY.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                if (!name.isEmpty() && name.length() <= LONGEST_NAME && isPlain(name)) {
                    names.add(name);
                }
                parser.nextToken();
                parser.skipChildren();
            }
        } catch (IOException _) {
            // the readers tell of it
        }
    }

    // what YAML takes between quotes without more ado
    private static boolean isPlain(String name) {
        return name.chars().noneMatch(c -> c < ' ' || (c >= 0x7f && c < 0xa0) || c >= 0xd800);
    }

    private static String quoted(String name) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(name)) + '"';
    }
}
