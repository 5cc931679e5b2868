package dev.sluice.local.document;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads a mapping key by key and, at the end, refuses the keys nobody asked for: what is not
/// supported can't be passed over in silence.
///
/// Not thread-safe.
public final class Fields {
    private final Value.Mapping mapping;
    private final String name;
    private final Set<String> asked = new LinkedHashSet<>();
    private final List<Fields> parts = new ArrayList<>();

    private Fields(Value.Mapping mapping, String name) {
        this.mapping = mapping;
        this.name = name;
    }

    /// Reads `value`, which messages call `name`.
    public static Fields of(Value value, String name) {
        return new Fields(mapping(value, name), name);
    }

    public Place place() {
        return mapping.place();
    }

    /// Where `key` stands, or else the mapping.
    public Place place(String key) {
        return mapping.get(key).map(Value::place).orElse(mapping.place());
    }

    public String name() {
        return name;
    }

    public boolean has(String key) {
        return mapping.entries().containsKey(key);
    }

    public Set<String> keys() {
        return mapping.entries().keySet();
    }

    public Optional<Value> value(String key) {
        asked.add(key);
        return mapping.get(key).filter(it -> !(it instanceof Value.Nothing));
    }

    public Optional<String> text(String key) {
        return value(key).map(it -> scalar(it, name + "." + key));
    }

    public String requiredText(String key) {
        return text(key).orElseThrow(() -> missing(key));
    }

    /// One of a closed list of words.
    public Optional<String> oneOf(String key, String... words) {
        var text = text(key);
        text.filter(it -> !List.of(words).contains(it))
                .ifPresent(it -> {
                    throw new DocumentException(
                            place(key),
                            "%s.%s is %s and not one of %s"
                                    .formatted(name, key, it, String.join(", ", words)));
                });
        return text;
    }

    public Optional<Integer> number(String key, int least, int most) {
        return text(key).map(it -> number(key, it, least, most));
    }

    public boolean flag(String key, boolean otherwise) {
        return switch (text(key).orElse(Boolean.toString(otherwise))) {
            case "true", "True" -> true;
            case "false", "False" -> false;
            case String other ->
                    throw new DocumentException(
                            place(key), name + "." + key + " is not a Boolean: " + other);
        };
    }

    /// The texts of a list; one text alone counts as a list of one.
    public List<String> texts(String key) {
        var value = value(key);
        if (value.isPresent() && value.get() instanceof Value.Text(var text, var _)) {
            return List.of(text);
        }
        var texts = new ArrayList<String>();
        for (var item : items(key)) {
            texts.add(scalar(item, name + "." + key));
        }
        return texts;
    }

    /// The texts of a mapping.
    public Map<String, String> textMap(String key) {
        var texts = new LinkedHashMap<String, String>();
        inner(key)
                .ifPresent(it -> it.keys().forEach(each -> texts.put(each, it.requiredText(each))));
        return texts;
    }

    public Optional<Fields> inner(String key) {
        return value(key)
                .map(it -> {
                    var inner = of(it, name + "." + key);
                    parts.add(inner);
                    return inner;
                });
    }

    public List<Fields> each(String key) {
        var fields = new ArrayList<Fields>();
        for (var item : items(key)) {
            fields.add(of(item, name + "." + key));
        }
        parts.addAll(fields);
        return fields;
    }

    private List<Value> items(String key) {
        return switch (value(key).orElse(null)) {
            case null -> List.of();
            case Value.Listing(var items, var _) -> items;
            case Value other ->
                    throw new DocumentException(other.place(), name + "." + key + " is not a list");
        };
    }

    /// Accepts keys that have no counterpart on one machine and returns those that are there.
    public List<String> without(String... keys) {
        asked.addAll(List.of(keys));
        return List.of(keys).stream().filter(this::has).toList();
    }

    /// Ends the reading: a key that nobody asked for is an error, also in the inner mappings.
    public void finish() {
        for (var key : keys()) {
            if (!asked.contains(key)) {
                throw new DocumentException(place(key), name + "." + key + " is not supported");
            }
        }
        parts.forEach(Fields::finish);
    }

    public DocumentException missing(String key) {
        return new DocumentException(place(), name + " lacks " + key);
    }

    private int number(String key, String text, int least, int most) {
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw new DocumentException(
                place(key),
                "%s.%s is not a number from %d to %d: %s".formatted(name, key, least, most, text));
    }

    private static String scalar(Value value, String name) {
        if (value instanceof Value.Text(var text, var _)) {
            return text;
        }
        throw new DocumentException(value.place(), name + " is not a text");
    }

    private static Value.Mapping mapping(Value value, String name) {
        if (value instanceof Value.Mapping mapping) {
            return mapping;
        }
        throw new DocumentException(value.place(), name + " is not a mapping");
    }
}
