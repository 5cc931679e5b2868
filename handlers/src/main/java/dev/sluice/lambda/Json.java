package dev.sluice.lambda;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.TreeNode;
import com.fasterxml.jackson.jr.ob.JSON;
import com.fasterxml.jackson.jr.ob.JSONComposer;
import com.fasterxml.jackson.jr.ob.comp.ObjectComposer;
import com.fasterxml.jackson.jr.stree.JrSimpleTreeExtension;
import com.fasterxml.jackson.jr.stree.JrsValue;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// JSON as trees: events come in as [Value], answers are composed.
public final class Json {
    private static final JSON JSON_STD =
            JSON.builder().register(new JrSimpleTreeExtension()).build();

    private Json() {}

    /// A node that may be missing: every question has an answer, the last one says so.
    public static final class Value {
        private final @Nullable TreeNode node;

        private Value(@Nullable TreeNode node) {
            this.node = node;
        }

        /// The member of this name; missing when there is none.
        public Value get(String name) {
            return new Value(node == null ? null : node.get(name));
        }

        /// True when there is something other than null.
        public boolean isPresent() {
            return node != null && !node.isMissingNode() && node.asToken() != JsonToken.VALUE_NULL;
        }

        public boolean isArray() {
            return node != null && node.isArray();
        }

        public List<Value> elements() {
            var elements = new ArrayList<Value>();
            if (node != null && node.isArray()) {
                for (int i = 0; i < node.size(); i++) {
                    elements.add(new Value(node.get(i)));
                }
            }
            return elements;
        }

        public List<String> names() {
            var names = new ArrayList<String>();
            if (node != null) {
                node.fieldNames().forEachRemaining(names::add);
            }
            return names;
        }

        /// The scalar as text, null when it is missing, null or no scalar.
        public @Nullable String textOrNull() {
            return isPresent() && node instanceof JrsValue value ? value.asText() : null;
        }

        /// The scalar as text.
        ///
        /// @throws IllegalArgumentException naming what is missing
        public String text(String what) {
            var text = textOrNull();
            if (text == null) {
                throw new IllegalArgumentException("%s is missing".formatted(what));
            }
            return text;
        }

        public long number(String what) {
            var text = text(what);
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("%s is no whole number".formatted(what), e);
            }
        }
    }

    /// Writes the members of an object.
    @FunctionalInterface
    public interface Members {
        void write(ObjectComposer<?> object) throws IOException;
    }

    public static Value read(InputStream in) throws IOException {
        return new Value(JSON_STD.treeFrom(in));
    }

    /// A text as a tree.
    ///
    /// @throws IllegalArgumentException when it is no JSON
    public static Value read(String text) {
        try {
            return new Value(JSON_STD.treeFrom(text));
        } catch (IOException e) {
            throw new IllegalArgumentException("no JSON: " + e.getMessage(), e);
        }
    }

    /// An object as text.
    public static String object(Members members) {
        try {
            JSONComposer<String> composer = JSON_STD.composeString();
            var object = composer.startObject();
            members.write(object);
            object.end();
            return composer.finish();
        } catch (IOException e) {
            throw new IllegalStateException("JSON in memory failed", e);
        }
    }
}
