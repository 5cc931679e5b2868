package dev.sluice.local.template;

import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads `AWS::CloudFormation::CustomResource` and `Custom::*`.
final class CustomResourceReader {
    private static final int AN_HOUR = 3_600;

    private final Scope scope;
    private final Assembly assembly;

    CustomResourceReader(Scope scope, Assembly assembly) {
        this.scope = scope;
        this.assembly = assembly;
    }

    Stack.CustomResource read(Resource resource) {
        var entries = new LinkedHashMap<>(resource.properties().entries());
        // such as the image's address: there is none here, and every start is an update anyway
        var unset = entries.keySet().stream().filter(it -> isUnset(entries.get(it))).toList();
        assembly.counterparts().leaveOut(resource.type(), unset);
        unset.forEach(entries::remove);
        var properties =
                Fields.of(
                        scope.resolve(new Value.Mapping(entries, resource.place())),
                        resource.logicalId());
        var token = properties.requiredText("ServiceToken");
        var place = properties.place("ServiceToken");
        int timeout = properties.number("ServiceTimeout", 1, AN_HOUR).orElse(AN_HOUR);
        assembly.link(() -> assembly.function(token, place));
        var json = new LinkedHashMap<String, Object>();
        for (var key : properties.keys()) {
            properties.value(key).ifPresent(it -> json.put(key, json(it)));
        }
        return new Stack.CustomResource(
                resource.logicalId(),
                resource.type(),
                token,
                token.substring(token.lastIndexOf(':') + 1),
                json,
                Duration.ofSeconds(timeout));
    }

    /// A reference to a parameter that nobody gave a value.
    private boolean isUnset(@Nullable Value value) {
        if (!(value instanceof Value.Call(var function, var argument, var _))
                || !function.equals("Ref")
                || !(argument instanceof Value.Text(var name, var _))) {
            return false;
        }
        var parameter = scope.template().parameters().get(name);
        return parameter != null
                && parameter
                        .value(Optional.ofNullable(scope.surroundings().parameters().get(name)))
                        .isEmpty();
    }

    /// CloudFormation sends every scalar as a text.
    private static Object json(Value value) {
        return switch (value) {
            case Value.Text(var text, var _) -> text;
            case Value.Nothing _ -> "";
            case Value.Listing(var items, var _) -> {
                var list = new ArrayList<Object>();
                items.forEach(it -> list.add(json(it)));
                yield list;
            }
            case Value.Mapping(var entries, var _) -> {
                Map<String, Object> map = new LinkedHashMap<>();
                entries.forEach((key, each) -> map.put(key, json(each)));
                yield map;
            }
            case Value.Call call -> throw new IllegalStateException("not resolved: " + call);
        };
    }
}
