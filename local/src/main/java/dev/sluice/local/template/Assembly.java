package dev.sluice.local.template;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Place;
import dev.sluice.local.document.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Puts a stack together, resource by resource.
///
/// Not thread-safe, used once.
final class Assembly {
    private final Scope scope;
    private final Counterparts counterparts = new Counterparts();
    private final List<Stack.Function> functions = new ArrayList<>();
    private final List<Stack.Bucket> buckets = new ArrayList<>();
    private final List<Stack.Queue> queues = new ArrayList<>();
    private final List<Stack.Notification> notifications = new ArrayList<>();
    private final List<Stack.Mapping> mappings = new ArrayList<>();
    private final List<Stack.Schedule> schedules = new ArrayList<>();
    private final List<Stack.Api> apis = new ArrayList<>();
    private final List<Stack.Database> databases = new ArrayList<>();
    private final List<Stack.DatabaseProxy> databaseProxies = new ArrayList<>();
    private final List<Stack.CustomResource> customResources = new ArrayList<>();
    private final List<Runnable> links = new ArrayList<>();

    Assembly(Scope scope) {
        this.scope = scope;
    }

    Stack stack() {
        for (var resource : scope.template().resources().values()) {
            if (isThere(resource)) {
                add(resource);
            }
        }
        links.forEach(Runnable::run);
        return new Stack(
                List.copyOf(functions),
                List.copyOf(buckets),
                List.copyOf(queues),
                List.copyOf(notifications),
                List.copyOf(mappings),
                List.copyOf(schedules),
                apis.stream().findFirst(),
                databases.stream().findFirst(),
                databaseProxies.stream().findFirst(),
                new CustomResourceOrder(scope.template(), customResources).ordered(),
                outputs(),
                counterparts.announcements());
    }

    private boolean isThere(Resource resource) {
        return resource.condition().map(it -> scope.condition(it, resource.place())).orElse(true);
    }

    private void add(Resource resource) {
        if (Counterparts.none(resource.type())) {
            counterparts.leaveOut(resource.type());
            return;
        }
        var stores = new StoreReader(scope, this);
        switch (resource.type()) {
            case "AWS::Serverless::Function" -> new FunctionReader(scope, this).read(resource);
            case "AWS::Serverless::Api" -> new ApiReader(scope, this).read(resource);
            case "AWS::S3::Bucket" -> stores.bucket(resource);
            case "AWS::SQS::Queue" -> stores.queue(resource);
            case "AWS::RDS::DBInstance" -> stores.database(resource);
            case "AWS::RDS::DBProxy" -> stores.databaseProxy(resource);
            case "AWS::RDS::DBProxyTargetGroup" -> stores.databaseProxyTargets(resource);
            case "AWS::EFS::FileSystem" -> stores.fileSystem(resource);
            case "AWS::EFS::AccessPoint" -> stores.accessPoint(resource);
            case "AWS::SecretsManager::Secret" -> stores.secret(resource);
            case "AWS::Lambda::EventSourceMapping" ->
                    new EventReader(scope, this).mapping(resource);
            case "AWS::Events::Rule" -> new EventReader(scope, this).rule(resource);
            default -> other(resource);
        }
    }

    private void other(Resource resource) {
        if (!resource.isCustom()) {
            throw new DocumentException(
                    resource.place(),
                    "%s: the type %s is not supported"
                            .formatted(resource.logicalId(), resource.type()));
        }
        customResources.add(new CustomResourceReader(scope, this).read(resource));
    }

    private Map<String, String> outputs() {
        var outputs = new LinkedHashMap<String, String>();
        scope.template()
                .outputs()
                .forEach((name, value) -> {
                    if (wanted(value)) {
                        outputs.put(name, output(name, value));
                    }
                });
        return outputs;
    }

    private boolean wanted(Value output) {
        return !(output instanceof Value.Mapping mapping)
                || mapping.get("Condition")
                        .map(it -> scope.condition(scope.text(it), it.place()))
                        .orElse(true);
    }

    private String output(String name, Value value) {
        var fields = Fields.of(scope.resolve(value), "Outputs." + name);
        fields.without("Description", "Export", "Condition");
        var text = fields.requiredText("Value");
        fields.finish();
        return text;
    }

    Fields properties(Resource resource, String... withoutCounterpart) {
        var kept = new LinkedHashMap<>(resource.properties().entries());
        var leftOut = List.of(withoutCounterpart);
        // not even looked at: what they point to may not be there
        var present = leftOut.stream().filter(kept::containsKey).toList();
        present.forEach(kept::remove);
        counterparts.leaveOut(resource.type(), present);
        var properties = new Value.Mapping(kept, resource.place());
        return Fields.of(scope.resolve(properties), resource.logicalId());
    }

    Counterparts counterparts() {
        return counterparts;
    }

    /// Run when all resources are read: what ties two of them together.
    void link(Runnable link) {
        links.add(link);
    }

    void add(Stack.Function function) {
        functions.add(function);
    }

    void add(Stack.Bucket bucket) {
        buckets.add(bucket);
    }

    void add(Stack.Queue queue) {
        queues.add(queue);
    }

    void add(Stack.Notification notification) {
        notifications.add(notification);
    }

    void add(Stack.Mapping mapping) {
        mappings.add(mapping);
    }

    void add(Stack.Schedule schedule) {
        schedules.add(schedule);
    }

    void add(Stack.Api api, Place place) {
        if (!apis.isEmpty()) {
            throw new DocumentException(place, "a second AWS::Serverless::Api is not supported");
        }
        apis.add(api);
    }

    void add(Stack.Database database, Place place) {
        if (!databases.isEmpty()) {
            throw new DocumentException(place, "a second AWS::RDS::DBInstance is not supported");
        }
        databases.add(database);
    }

    void add(Stack.DatabaseProxy proxy, Place place) {
        if (!databaseProxies.isEmpty()) {
            throw new DocumentException(place, "a second AWS::RDS::DBProxy is not supported");
        }
        databaseProxies.add(proxy);
    }

    void set(Stack.ConnectionPool pool) {
        databaseProxies.replaceAll(it -> it.with(pool));
    }

    /// The name of a declared queue by its name, URL or ARN.
    Stack.Queue queue(String reference, Place place) {
        var name =
                reference.substring(
                        Math.max(reference.lastIndexOf(':'), reference.lastIndexOf('/')) + 1);
        return find(
                queues.stream().filter(it -> it.name().equals(name)).findFirst(), reference, place);
    }

    /// A declared function by its name or ARN.
    Stack.Function function(String reference, Place place) {
        var name = reference.replaceFirst("^arn:aws:lambda:[^:]*:[^:]*:function:", "");
        return find(
                functions.stream().filter(it -> it.name().equals(name)).findFirst(),
                reference,
                place);
    }

    Stack.Bucket bucket(String name, Place place) {
        return find(buckets.stream().filter(it -> it.name().equals(name)).findFirst(), name, place);
    }

    private static <T> T find(Optional<T> found, String reference, Place place) {
        return found.orElseThrow(() ->
                new DocumentException(place, "the template declares nothing that is " + reference));
    }
}
