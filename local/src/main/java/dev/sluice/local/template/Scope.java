package dev.sluice.local.template;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Documents;
import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Place;
import dev.sluice.local.document.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Resolves the intrinsic functions of one template in its surroundings.
///
/// Not thread-safe.
final class Scope {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(!?)\\s*([^}]*?)\\s*}");

    private final Template template;
    private final Surroundings surroundings;
    private final Attributes attributes;
    private final DynamicReferences references;
    private final Deque<String> conditionsUnderWay = new ArrayDeque<>();

    Scope(Template template, Surroundings surroundings) {
        this.template = template;
        this.surroundings = surroundings;
        this.attributes = new Attributes(this, surroundings);
        this.references = new DynamicReferences(this);
    }

    Template template() {
        return template;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    Attributes attributes() {
        return attributes;
    }

    /// The value without calls; a `Nothing` stands for `AWS::NoValue`.
    Value resolve(Value value) {
        return switch (value) {
            case Value.Text(var text, var place) -> new Value.Text(finish(text, place), place);
            case Value.Nothing nothing -> nothing;
            case Value.Listing(var items, var place) -> new Value.Listing(all(items), place);
            case Value.Mapping(var entries, var place) -> mapping(entries, place);
            case Value.Call call -> call(call);
        };
    }

    /// The value as a text; anything else is an error.
    String text(Value value) {
        return switch (resolve(value)) {
            case Value.Text(var text, var _) -> text;
            case Value other -> throw new DocumentException(other.place(), "this is not a text");
        };
    }

    boolean condition(String name, Place place) {
        var value = template.conditions().get(name);
        if (value == null) {
            throw new DocumentException(place, "there is no condition " + name);
        }
        if (conditionsUnderWay.contains(name)) {
            throw new DocumentException(place, "the condition " + name + " depends on itself");
        }
        conditionsUnderWay.push(name);
        try {
            return condition(value);
        } finally {
            conditionsUnderWay.pop();
        }
    }

    private boolean condition(Value value) {
        if (value instanceof Value.Mapping(var entries, var place)
                && entries.size() == 1
                && entries.get("Condition") instanceof Value.Text(var name, var _)) {
            return condition(name, place);
        }
        if (!(value instanceof Value.Call(var function, var argument, var place))) {
            throw new DocumentException(value.place(), "this is not a condition");
        }
        return switch (function) {
            case "Condition" -> condition(text(argument), place);
            case "Fn::Equals" -> {
                var sides = arguments(argument, function, 2, 2);
                yield text(sides.get(0)).equals(text(sides.get(1)));
            }
            case "Fn::Not" -> !condition(arguments(argument, function, 1, 1).getFirst());
            case "Fn::And" ->
                    arguments(argument, function, 2, 10).stream().allMatch(this::condition);
            case "Fn::Or" ->
                    arguments(argument, function, 2, 10).stream().anyMatch(this::condition);
            default -> throw new DocumentException(place, function + " is not a condition");
        };
    }

    private List<Value> all(List<Value> items) {
        var resolved = new ArrayList<Value>();
        for (var item : items) {
            var value = resolve(item);
            if (!(value instanceof Value.Nothing)) {
                resolved.add(value);
            }
        }
        return resolved;
    }

    private Value mapping(Map<String, Value> entries, Place place) {
        var resolved = new LinkedHashMap<String, Value>();
        entries.forEach((key, each) -> {
            var value = resolve(each);
            if (!(value instanceof Value.Nothing)) {
                resolved.put(key, value);
            }
        });
        return new Value.Mapping(resolved, place);
    }

    private Value call(Value.Call call) {
        var place = call.place();
        var argument = call.argument();
        return switch (call.function()) {
            case "Ref" -> reference(text(argument), place);
            case "Fn::GetAtt" -> new Value.Text(attribute(argument, place), place);
            case "Fn::Sub" -> new Value.Text(finish(substitute(argument), place), place);
            case "Fn::If" -> choose(arguments(argument, "Fn::If", 3, 3));
            case "Fn::Join" -> join(arguments(argument, "Fn::Join", 2, 2), place);
            case "Fn::Split" -> split(arguments(argument, "Fn::Split", 2, 2), place);
            case "Fn::Select" -> select(arguments(argument, "Fn::Select", 2, 2), place);
            case "Fn::FindInMap" -> find(arguments(argument, "Fn::FindInMap", 3, 3), place);
            case "Fn::Base64" -> new Value.Text(base64(text(argument)), place);
            case "Fn::GetAZs" -> zones(place);
            case "Fn::Transform" -> include(argument);
            default -> throw new DocumentException(place, call.function() + " is not supported");
        };
    }

    private Value reference(String name, Place place) {
        var parameter = template.parameters().get(name);
        if (parameter != null) {
            return parameterValue(parameter, place);
        }
        if (name.equals("AWS::NoValue")) {
            return new Value.Nothing(place);
        }
        return new Value.Text(named(name, place), place);
    }

    private Value parameterValue(Parameter parameter, Place place) {
        var given = Optional.ofNullable(surroundings.parameters().get(parameter.name()));
        var text =
                parameter
                        .value(given)
                        .orElseThrow(() ->
                                new DocumentException(
                                        place,
                                        "the parameter %s has no value"
                                                .formatted(parameter.name())));
        return parameter.isList() ? pieces(text, ",", place) : new Value.Text(text, place);
    }

    private String named(String name, Place place) {
        return switch (name) {
            case "AWS::Region" -> surroundings.region();
            case "AWS::AccountId" -> surroundings.accountId();
            case "AWS::StackName" -> surroundings.stackName();
            case "AWS::StackId" ->
                    attributes.arn(
                            "cloudformation", "stack/" + surroundings.stackName() + "/local");
            case "AWS::Partition" -> "aws";
            case "AWS::URLSuffix" -> "amazonaws.com";
            default ->
                    attributes
                            .generated(name, template.resources())
                            .orElseGet(() -> attributes.reference(resource(name, place)));
        };
    }

    private Resource resource(String name, Place place) {
        var resource = template.resources().get(name);
        if (resource == null) {
            throw new DocumentException(place, "there is no resource or parameter " + name);
        }
        resource.condition()
                .filter(it -> !condition(it, place))
                .ifPresent(it -> {
                    throw new DocumentException(
                            place, name + " is not there: its condition is false");
                });
        return resource;
    }

    private String attribute(Value argument, Place place) {
        var parts = arguments(argument, "Fn::GetAtt", 2, 2);
        return attribute(text(parts.get(0)), text(parts.get(1)), place);
    }

    private String attribute(String name, String attribute, Place place) {
        if (!template.resources().containsKey(name)
                && attributes.generated(name, template.resources()).isPresent()) {
            return attributes.arn("iam", "role/" + name);
        }
        return attributes.attribute(resource(name, place), attribute, place);
    }

    private String substitute(Value argument) {
        if (argument instanceof Value.Listing(var items, var place)) {
            var parts = arguments(argument, "Fn::Sub", 2, 2);
            if (!(items.get(1) instanceof Value.Mapping(var variables, var _))) {
                throw new DocumentException(place, "Fn::Sub wants a mapping of its variables");
            }
            return substitute(literal(parts.getFirst()), variables, place);
        }
        return substitute(literal(argument), Map.of(), argument.place());
    }

    private String substitute(String text, Map<String, Value> variables, Place place) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(it -> {
                    var name = it.group(2);
                    var own = variables.get(name);
                    return Matcher.quoteReplacement(
                            !it.group(1).isEmpty()
                                    ? "${" + name + "}"
                                    : own != null ? text(own) : variable(name, place));
                });
    }

    private String variable(String name, Place place) {
        if (template.parameters().containsKey(name) || name.startsWith("AWS::")) {
            return text(reference(name, place));
        }
        if (attributes.generated(name, template.resources()).isPresent()) {
            return named(name, place);
        }
        var parts = name.split("\\.", 2);
        return parts.length == 2 ? attribute(parts[0], parts[1], place) : named(name, place);
    }

    private Value choose(List<Value> parts) {
        return resolve(
                condition(text(parts.get(0)), parts.get(0).place()) ? parts.get(1) : parts.get(2));
    }

    private Value join(List<Value> parts, Place place) {
        var texts = list(parts.get(1)).stream().map(this::text).toList();
        return new Value.Text(finish(String.join(literal(parts.getFirst()), texts), place), place);
    }

    private Value split(List<Value> parts, Place place) {
        return pieces(text(parts.get(1)), literal(parts.getFirst()), place);
    }

    private Value select(List<Value> parts, Place place) {
        var index = text(parts.getFirst());
        var items = list(parts.get(1));
        if (!index.matches("\\d{1,6}") || Integer.parseInt(index) >= items.size()) {
            throw new DocumentException(
                    place, "Fn::Select finds no item %s of %d".formatted(index, items.size()));
        }
        return resolve(items.get(Integer.parseInt(index)));
    }

    private Value find(List<Value> keys, Place place) {
        Value at = template.mappings();
        for (var key : keys) {
            var name = text(key);
            at =
                    at instanceof Value.Mapping mapping && mapping.get(name).isPresent()
                            ? mapping.entries().get(name)
                            : null;
            if (at == null) {
                throw new DocumentException(place, "Fn::FindInMap finds no " + name);
            }
        }
        return resolve(at);
    }

    private Value zones(Place place) {
        var zones = new ArrayList<Value>();
        for (var letter : List.of("a", "b", "c")) {
            zones.add(new Value.Text(surroundings.region() + letter, place));
        }
        return new Value.Listing(zones, place);
    }

    /// `AWS::Include`: another file as if it stood here, with its intrinsics.
    private Value include(Value argument) {
        var fields = Fields.of(resolve(argument), "Fn::Transform");
        fields.oneOf("Name", "AWS::Include");
        var parameters = fields.inner("Parameters").orElseThrow(() -> fields.missing("Parameters"));
        var location = parameters.requiredText("Location");
        fields.finish();
        return resolve(Documents.read(template.file().resolveSibling(location)));
    }

    private List<Value> list(Value value) {
        return switch (resolve(value)) {
            case Value.Listing(var items, var _) -> items;
            case Value other -> throw new DocumentException(other.place(), "this is not a list");
        };
    }

    /// The arguments as they are written: `Fn::If` must not look at what it does not choose.
    private List<Value> arguments(Value argument, String function, int least, int most) {
        if (argument instanceof Value.Listing(var items, var _)
                && items.size() >= least
                && items.size() <= most) {
            return items;
        }
        throw new DocumentException(
                argument.place(), "%s wants a list of %d".formatted(function, least));
    }

    private static String literal(Value value) {
        if (value instanceof Value.Text(var text, var _)) {
            return text;
        }
        throw new DocumentException(value.place(), "this must be a plain text");
    }

    private static Value pieces(String text, String delimiter, Place place) {
        var pieces =
                Arrays.stream(text.split(Pattern.quote(delimiter), -1))
                        .map(it -> (Value) new Value.Text(it.strip(), place))
                        .toList();
        return new Value.Listing(pieces, place);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The last turn of a text: secrets looked up, and AWS's address of an API is the one here.
    private String finish(String text, Place place) {
        var looked = text.contains("{{resolve:") ? references.resolve(text, place) : text;
        if (!looked.contains(".execute-api.")) {
            return looked;
        }
        for (var resource : template.resources().values()) {
            if (resource.type().equals("AWS::Serverless::Api")) {
                var host =
                        "https://%s.execute-api.%s.amazonaws.com"
                                .formatted(attributes.apiId(resource), surroundings.region());
                looked = looked.replace(host, surroundings.reach().api());
            }
        }
        return looked;
    }
}
