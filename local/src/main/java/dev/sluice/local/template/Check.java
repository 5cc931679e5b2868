package dev.sluice.local.template;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Place;
import dev.sluice.local.document.Value;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Looks at every corner of a template, also at what will not be resolved here: a function or a
/// name that is not known is an error wherever it stands.
final class Check {
    private static final Set<String> FUNCTIONS =
            Set.of(
                    "Ref",
                    "Condition",
                    "Fn::And",
                    "Fn::Base64",
                    "Fn::Equals",
                    "Fn::FindInMap",
                    "Fn::GetAZs",
                    "Fn::GetAtt",
                    "Fn::If",
                    "Fn::Join",
                    "Fn::Not",
                    "Fn::Or",
                    "Fn::Select",
                    "Fn::Split",
                    "Fn::Sub",
                    "Fn::Transform");
    private static final Set<String> PSEUDO_PARAMETERS =
            Set.of(
                    "AWS::AccountId",
                    "AWS::NoValue",
                    "AWS::Partition",
                    "AWS::Region",
                    "AWS::StackId",
                    "AWS::StackName",
                    "AWS::URLSuffix");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{\\s*([^!}][^}]*?)\\s*}");

    private final Template template;
    private final Scope scope;

    Check(Template template, Scope scope) {
        this.template = template;
        this.scope = scope;
    }

    void run() {
        template.conditions().values().forEach(this::check);
        for (var resource : template.resources().values()) {
            resource.condition().ifPresent(it -> condition(it, resource.place()));
            resource.dependsOn().forEach(it -> resource(it, resource.place()));
            check(resource.properties());
        }
        template.outputs().values().forEach(this::check);
        var parameters = scope.surroundings().parameters();
        template.parameters()
                .values()
                .forEach(it -> it.value(Optional.ofNullable(parameters.get(it.name()))));
    }

    private void check(Value value) {
        switch (value) {
            case Value.Text _ -> {}
            case Value.Nothing(var place) ->
                    throw new DocumentException(place, "null values are not allowed here");
            case Value.Listing(var items, var _) -> items.forEach(this::check);
            case Value.Mapping(var entries, var _) -> entries.values().forEach(this::check);
            case Value.Call call -> call(call);
        }
    }

    private void call(Value.Call call) {
        if (!FUNCTIONS.contains(call.function())) {
            throw new DocumentException(call.place(), call.function() + " is not supported");
        }
        check(call.argument());
        switch (call.function()) {
            case "Ref" -> texts(call.argument(), 0).ifPresent(it -> name(it, call.place()));
            case "Condition" ->
                    texts(call.argument(), 0).ifPresent(it -> condition(it, call.place()));
            case "Fn::If" -> texts(call.argument(), 0).ifPresent(it -> condition(it, call.place()));
            case "Fn::GetAtt" ->
                    texts(call.argument(), 0).ifPresent(it -> resource(it, call.place()));
            case "Fn::Sub" -> substitution(call);
            default -> {}
        }
    }

    private void substitution(Value.Call call) {
        var own =
                call.argument() instanceof Value.Listing(var items, var _)
                                && items.size() == 2
                                && items.get(1) instanceof Value.Mapping(var entries, var _)
                        ? entries.keySet()
                        : Set.<String>of();
        var text = texts(call.argument(), 0);
        if (text.isEmpty()) {
            return;
        }
        VARIABLE.matcher(text.get())
                .results()
                .map(it -> it.group(1))
                .filter(it -> !own.contains(it))
                .forEach(it -> variable(it, call.place()));
    }

    private void variable(String name, Place place) {
        boolean attribute = name.contains(".") && !name.endsWith(".Stage");
        name(attribute ? name.substring(0, name.indexOf('.')) : name, place);
    }

    private void name(String name, Place place) {
        if (!PSEUDO_PARAMETERS.contains(name) && !template.parameters().containsKey(name)) {
            resource(name, place);
        }
    }

    private void resource(String name, Place place) {
        if (!template.resources().containsKey(name)
                && scope.attributes().generated(name, template.resources()).isEmpty()) {
            throw new DocumentException(place, "there is no resource or parameter " + name);
        }
    }

    private void condition(String name, Place place) {
        if (!template.conditions().containsKey(name)) {
            throw new DocumentException(place, "there is no condition " + name);
        }
    }

    private static Optional<String> texts(Value argument, int index) {
        return switch (argument) {
            case Value.Text(var text, var _) -> Optional.of(text);
            case Value.Listing(var items, var _)
                    when items.size() > index
                            && items.get(index) instanceof Value.Text(var text, var _) ->
                    Optional.of(text);
            default -> Optional.empty();
        };
    }
}
