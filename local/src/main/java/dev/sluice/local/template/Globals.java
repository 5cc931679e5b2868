package dev.sluice.local.template;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// SAM's `Globals`: properties that all functions, or all APIs, begin with.
final class Globals {
    private static final Map<String, String> TYPES =
            Map.of("Function", "AWS::Serverless::Function", "Api", "AWS::Serverless::Api");

    private final Map<String, Value.Mapping> byType = new LinkedHashMap<>();

    private Globals() {}

    static Globals read(Optional<Value> value) {
        var globals = new Globals();
        if (value.isEmpty()) {
            return globals;
        }
        var fields = Fields.of(value.get(), "Globals");
        TYPES.forEach((section, type) ->
                fields.value(section)
                        .ifPresent(it -> globals.byType.put(type, mapping(it, section))));
        fields.finish();
        return globals;
    }

    /// The properties of a resource of `type` over what the globals say: maps are merged, lists
    /// appended, anything else replaced.
    Value.Mapping merge(String type, Value properties, String name) {
        var own = mapping(properties, name + ".Properties");
        var common = byType.get(type);
        return common == null ? own : mapping(merge(common, own), name);
    }

    private static Value merge(Value common, Value own) {
        if (common instanceof Value.Mapping(var first, var _)
                && own instanceof Value.Mapping(var second, var place)) {
            var merged = new LinkedHashMap<>(first);
            second.forEach((key, value) -> merged.merge(key, value, Globals::merge));
            return new Value.Mapping(merged, place);
        }
        if (common instanceof Value.Listing(var first, var _)
                && own instanceof Value.Listing(var second, var place)) {
            var items = new ArrayList<>(first);
            items.addAll(second);
            return new Value.Listing(items, place);
        }
        return own;
    }

    private static Value.Mapping mapping(Value value, String name) {
        if (value instanceof Value.Mapping mapping) {
            return mapping;
        }
        throw new DocumentException(value.place(), name + " is not a mapping");
    }
}
