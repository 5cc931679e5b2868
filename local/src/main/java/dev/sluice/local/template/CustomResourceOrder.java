package dev.sluice.local.template;

import dev.sluice.local.document.Value;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Puts custom resources behind those they depend on, by `DependsOn` or by a reference.
final class CustomResourceOrder {
    private final Template template;
    private final Map<String, Stack.CustomResource> customResources;
    private final Set<Stack.CustomResource> ordered = new LinkedHashSet<>();
    private final Set<String> visited = new HashSet<>();

    CustomResourceOrder(Template template, List<Stack.CustomResource> customResources) {
        this.template = template;
        this.customResources =
                customResources.stream()
                        .collect(
                                Collectors.toMap(
                                        Stack.CustomResource::logicalId,
                                        Function.identity(),
                                        (first, _) -> first,
                                        LinkedHashMap::new));
    }

    List<Stack.CustomResource> ordered() {
        customResources.keySet().forEach(this::visit);
        return List.copyOf(ordered);
    }

    private void visit(String logicalId) {
        var resource = template.resources().get(logicalId);
        if (resource == null || !visited.add(logicalId)) {
            return;
        }
        resource.dependsOn().forEach(this::visit);
        mentions(resource.properties());
        var custom = customResources.get(logicalId);
        if (custom != null) {
            ordered.add(custom);
        }
    }

    private void mentions(Value value) {
        switch (value) {
            // any text that names a custom resource counts: too early does no harm
            case Value.Text(var text, var _) -> {
                for (var name : customResources.keySet()) {
                    if (text.equals(name) || text.contains("${" + name)) {
                        visit(name);
                    }
                }
            }
            case Value.Nothing _ -> {}
            case Value.Listing(var items, var _) -> items.forEach(this::mentions);
            case Value.Mapping(var entries, var _) -> entries.values().forEach(this::mentions);
            case Value.Call(var _, var argument, var _) -> mentions(argument);
        }
    }
}
