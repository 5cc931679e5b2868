package dev.sluice.dataset;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A value of a YAML file that knows its place and its property's name: every complaint names both.
record YamlNode(String file, String property, Node node) {

    /// The members of a mapping, each name once and known.
    Map<String, YamlNode> members(Set<String> known) {
        if (!(node instanceof MappingNode mapping)) {
            throw wrong("must be a mapping (`name: value`)");
        }
        var members = new LinkedHashMap<String, YamlNode>();
        for (var tuple : mapping.getValue()) {
            var key = new YamlNode(file, property, tuple.getKeyNode());
            var name = key.scalar("a property's name").getValue();
            var member = new YamlNode(file, name, tuple.getValueNode());
            if (!known.contains(name)) {
                throw key.at("unknown property \"%s\"; %s".formatted(name, hint(name, known)));
            }
            if (members.put(name, member) != null) {
                throw key.at("%s is there twice".formatted(name));
            }
        }
        return members;
    }

    private static String hint(String name, Set<String> known) {
        // {type: numeric(20,6)}: YAML ends the value at the comma
        return name.endsWith(")")
                ? "within braces a value with a comma wants quotes, as in \"numeric(10,2)\""
                : "known are " + String.join(", ", known.stream().sorted().toList());
    }

    /// The items of a sequence.
    List<YamlNode> items() {
        if (!(node instanceof SequenceNode sequence)) {
            throw wrong("must be a list");
        }
        var items = new ArrayList<YamlNode>();
        for (var item : sequence.getValue()) {
            items.add(new YamlNode(file, property, item));
        }
        return items;
    }

    String text() {
        var scalar = scalar("text");
        // yes, null and 007 would be text to their author and something else to YAML
        if (!scalar.getTag().equals(Tag.STR)) {
            throw wrong("must be text; put it in quotes");
        }
        return scalar.getValue();
    }

    /// Whether this is a number as YAML writes it, and no text.
    boolean isWholeNumber() {
        return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT);
    }

    /// A number, or anything else that is written like one, as it is written.
    String written() {
        return scalar("a value").getValue();
    }

    boolean bool() {
        return switch (scalar("true or false").getValue()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong("must be true or false");
        };
    }

    long wholeNumber() {
        try {
            var value = Long.parseLong(scalar("a whole number").getValue());
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException _) {
            // told below, like a negative one
        }
        throw wrong("must be a whole number from 0 up");
    }

    /// What the reading of this value gives; what is thrown as a bad argument gets this place.
    <T> T as(Function<YamlNode, T> reading) {
        try {
            return reading.apply(this);
        } catch (IllegalArgumentException e) {
            throw at("%s: %s".formatted(property, e.getMessage()));
        }
    }

    /// One of the words that an enum gives its values.
    <T> T word(T[] values, Function<T, String> wireName) {
        var text = text();
        for (var value : values) {
            if (wireName.apply(value).equals(text)) {
                return value;
            }
        }
        var words = new ArrayList<String>();
        for (var value : values) {
            words.add(wireName.apply(value));
        }
        throw wrong("must be one of " + String.join(", ", words));
    }

    DatasetException wrong(String rule) {
        return at("%s %s".formatted(property, rule));
    }

    DatasetException at(String message) {
        return DatasetException.invalid("%s:%d: %s.".formatted(file, line(), message));
    }

    private int line() {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    private ScalarNode scalar(String what) {
        if (node.getAnchor().isPresent()) {
            throw at("anchors and aliases are not read");
        }
        return Optional.of(node)
                .filter(ScalarNode.class::isInstance)
                .map(ScalarNode.class::cast)
                .orElseThrow(() -> wrong("must be " + what));
    }
}
