package dev.sluice.local.template;

import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Place;
import dev.sluice.local.document.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A declared resource with what `Globals` says of its type; intrinsics are still to be resolved.
record Resource(
        String logicalId,
        String type,
        Value.Mapping properties,
        Optional<String> condition,
        List<String> dependsOn,
        Place place) {

    static Resource read(String logicalId, Value value, Globals globals) {
        var fields = Fields.of(value, logicalId);
        var type = fields.requiredText("Type");
        var properties =
                fields.value("Properties")
                        .orElseGet(() -> new Value.Mapping(Map.of(), fields.place()));
        var resource =
                new Resource(
                        logicalId,
                        type,
                        globals.merge(type, properties, logicalId),
                        fields.text("Condition"),
                        fields.texts("DependsOn"),
                        fields.place());
        // how AWS replaces and packages things
        fields.without("DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "Metadata");
        fields.finish();
        return resource;
    }

    boolean isCustom() {
        return type.startsWith("Custom::") || type.equals("AWS::CloudFormation::CustomResource");
    }
}
