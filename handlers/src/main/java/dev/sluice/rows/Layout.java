package dev.sluice.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// The names of a file's fields, in the file's order. The job row keeps it as text.
public record Layout(List<String> names) {
    public Layout {
        names = List.copyOf(names);
    }

    /// Rebuilds what [#text] gave.
    public static Layout parse(String text) {
        try (var parser = new JsonFactory().createParser(text)) {
            var names = new ArrayList<String>();
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new IllegalArgumentException("no layout: " + text);
            }
            for (var name = parser.nextTextValue(); name != null; name = parser.nextTextValue()) {
                names.add(name);
            }
            return new Layout(names);
        } catch (IOException e) {
            throw new IllegalArgumentException("no layout: " + text, e);
        }
    }

    /// The layout as one line of text: a JSON array.
    public String text() {
        var text = new StringWriter();
        try (var generator = new JsonFactory().createGenerator(text)) {
            generator.writeStartArray();
            for (var name : names) {
                generator.writeString(name);
            }
            generator.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
