package dev.sluice.local.template;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Documents;
import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Place;
import dev.sluice.local.document.Value;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/// A SAM template as it is written: nothing resolved yet, every piece with its line.
public final class Template {
    private static final String SAM = "AWS::Serverless-2016-10-31";

    private final Path file;
    private final Map<String, Parameter> parameters;
    private final Map<String, Value> conditions;
    private final Value mappings;
    private final Map<String, Resource> resources;
    private final Map<String, Value> outputs;

    private Template(Path file, Fields fields) {
        this.file = file;
        this.parameters = section(fields, "Parameters", Parameter::read);
        this.conditions = section(fields, "Conditions", (_, value) -> value);
        this.mappings =
                fields.value("Mappings")
                        .orElseGet(() -> new Value.Mapping(Map.of(), fields.place()));
        var globals = Globals.read(fields.value("Globals"));
        this.resources =
                section(fields, "Resources", (name, value) -> Resource.read(name, value, globals));
        this.outputs = section(fields, "Outputs", (_, value) -> value);
    }

    /// Reads a template; whatever is wrong with it is a `DocumentException` that names the line.
    public static Template read(Path file) {
        var fields = Fields.of(Documents.read(file), "the template");
        fields.without("Description", "Metadata");
        fields.oneOf("AWSTemplateFormatVersion", "2010-09-09");
        for (var transform : fields.texts("Transform")) {
            if (!transform.equals(SAM)) {
                throw new DocumentException(
                        fields.place("Transform"),
                        "the transform " + transform + " is not supported");
            }
        }
        var template = new Template(file, fields);
        if (template.resources.isEmpty()) {
            throw fields.missing("Resources");
        }
        fields.finish();
        return template;
    }

    /// What the template declares, resolved in these surroundings.
    public Stack stack(Surroundings surroundings) {
        refuseUnknown(surroundings.parameters());
        var scope = new Scope(this, surroundings);
        new Check(this, scope).run();
        return new Assembly(scope).stack();
    }

    Path file() {
        return file;
    }

    Map<String, Parameter> parameters() {
        return parameters;
    }

    Map<String, Value> conditions() {
        return conditions;
    }

    Value mappings() {
        return mappings;
    }

    Map<String, Resource> resources() {
        return resources;
    }

    Map<String, Value> outputs() {
        return outputs;
    }

    private void refuseUnknown(Map<String, String> given) {
        for (var name : given.keySet()) {
            if (!parameters.containsKey(name)) {
                throw new DocumentException(
                        new Place(file.getFileName().toString(), 1),
                        "there is no parameter %s, only %s"
                                .formatted(name, String.join(", ", parameters.keySet())));
            }
        }
    }

    private static <T> Map<String, T> section(
            Fields fields, String name, BiFunction<String, Value, T> reader) {
        var entries = new LinkedHashMap<String, T>();
        Optional<Value> section = fields.value(name);
        if (section.isPresent()) {
            var inner = Fields.of(section.get(), name);
            for (var key : inner.keys()) {
                var value = inner.value(key).orElseThrow(() -> inner.missing(key));
                entries.put(key, reader.apply(key, value));
            }
        }
        return Collections.unmodifiableMap(entries);
    }
}
