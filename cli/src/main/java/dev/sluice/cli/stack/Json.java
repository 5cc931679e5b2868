package dev.sluice.cli.stack;

import com.fasterxml.jackson.core.TreeNode;
import com.fasterxml.jackson.jr.ob.JSON;
import com.fasterxml.jackson.jr.stree.JrSimpleTreeExtension;
import com.fasterxml.jackson.jr.stree.JrsArray;
import com.fasterxml.jackson.jr.stree.JrsNumber;
import com.fasterxml.jackson.jr.stree.JrsObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// JSON as trees, and the few ways this program looks into them.
public final class Json {
    private static final JSON COMPACT =
            JSON.builder()
                    .register(new JrSimpleTreeExtension())
                    .enable(JSON.Feature.WRITE_NULL_PROPERTIES)
                    .build();
    private static final JSON PRETTY = COMPACT.with(JSON.Feature.PRETTY_PRINT_OUTPUT);

    private Json() {}

    public static JrsObject object(String text) throws IOException {
        if (tree(text) instanceof JrsObject object) return object;
        throw new IOException("Not a JSON object: " + text);
    }

    public static TreeNode tree(String text) throws IOException {
        TreeNode tree = COMPACT.treeFrom(text);
        if (tree == null) throw new IOException("No JSON");
        return tree;
    }

    public static String compact(Object value) {
        return write(COMPACT, value);
    }

    public static String pretty(Object value) {
        return write(PRETTY, value);
    }

    private static String write(JSON json, Object value) {
        try {
            return json.asString(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static @Nullable String text(JrsObject object, String name) {
        var value = object.get(name);
        return value == null || value.isNull() ? null : value.asText();
    }

    static String text(JrsObject object, String name, String otherwise) {
        var text = text(object, name);
        return text == null ? otherwise : text;
    }

    static long number(JrsObject object, String name) {
        return object.get(name) instanceof JrsNumber number ? number.getValue().longValue() : 0;
    }

    static @Nullable Instant instant(JrsObject object, String name) {
        var text = text(object, name);
        return text == null ? null : Instant.parse(text);
    }

    static JrsObject child(JrsObject object, String name) {
        return object.get(name) instanceof JrsObject child ? child : new JrsObject();
    }

    public static List<JrsObject> children(JrsObject object, String name) {
        var children = new ArrayList<JrsObject>();
        if (object.get(name) instanceof JrsArray array) {
            array.elements()
                    .forEachRemaining(element -> {
                        if (element instanceof JrsObject child) children.add(child);
                    });
        }
        return children;
    }
}
