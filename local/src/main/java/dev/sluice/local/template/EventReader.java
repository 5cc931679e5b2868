package dev.sluice.local.template;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Place;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads what makes functions run: SAM's `Events`, event source mappings, rules, notifications.
final class EventReader {
    private final Scope scope;
    private final Assembly assembly;

    EventReader(Scope scope, Assembly assembly) {
        this.scope = scope;
        this.assembly = assembly;
    }

    /// The `Events` of a function.
    void events(String logicalId, String function, Fields fields) {
        var events = fields.inner("Events");
        if (events.isEmpty()) {
            return;
        }
        for (var name : events.get().keys()) {
            event(logicalId + name, function, events.get().inner(name).orElseThrow());
        }
    }

    private void event(String name, String function, Fields event) {
        var type = event.requiredText("Type");
        var properties = event.inner("Properties").orElseThrow(() -> event.missing("Properties"));
        switch (type) {
            case "S3" -> objects(name, function, properties);
            case "SQS" -> queue(properties.requiredText("Queue"), function, properties);
            case "Schedule" -> schedule(name, function, properties);
            default ->
                    throw new DocumentException(
                            event.place("Type"),
                            "%s: the event type %s is not supported".formatted(event.name(), type));
        }
    }

    private void objects(String id, String function, Fields fields) {
        var bucket = fields.requiredText("Bucket");
        var place = fields.place("Bucket");
        assembly.link(() -> assembly.bucket(bucket, place));
        var key = fields.inner("Filter").flatMap(it -> it.inner("S3Key"));
        assembly.add(notification(id, bucket, events(fields, "Events"), key, function));
    }

    /// A bucket's own `NotificationConfiguration`.
    void notifications(String logicalId, String bucket, Fields configuration) {
        for (var each : configuration.each("LambdaConfigurations")) {
            var arn = each.requiredText("Function");
            var place = each.place("Function");
            var function = arn.substring(arn.lastIndexOf(':') + 1);
            assembly.link(() -> assembly.function(arn, place));
            var key = each.inner("Filter").flatMap(it -> it.inner("S3Key"));
            assembly.add(notification(logicalId, bucket, events(each, "Event"), key, function));
        }
    }

    private static List<String> events(Fields fields, String key) {
        var events = fields.texts(key);
        for (var event : events) {
            if (!event.matches("s3:Object(Created|Removed):(\\*|[A-Za-z]+)")) {
                throw new DocumentException(
                        fields.place(key), "the notification of " + event + " is not supported");
            }
        }
        if (events.isEmpty()) {
            throw fields.missing(key);
        }
        return events;
    }

    private static Stack.Notification notification(
            String id, String bucket, List<String> events, Optional<Fields> key, String function) {
        String prefix = "";
        String suffix = "";
        for (var rule : key.map(it -> it.each("Rules")).orElse(List.of())) {
            var value = rule.text("Value").orElse("");
            if (rule.oneOf("Name", "prefix", "suffix").equals(Optional.of("prefix"))) {
                prefix = value;
            } else {
                suffix = value;
            }
        }
        return new Stack.Notification(id, bucket, events, prefix, suffix, function);
    }

    /// `AWS::Lambda::EventSourceMapping`.
    void mapping(Resource resource) {
        var fields = assembly.properties(resource, "Tags", "KmsKeyArn");
        var function = fields.requiredText("FunctionName");
        var name = function.substring(function.lastIndexOf(':') + 1);
        queue(fields.requiredText("EventSourceArn"), name, fields);
        fields.finish();
    }

    private void queue(String arn, String function, Fields fields) {
        var place = fields.place();
        int batchSize = fields.number("BatchSize", 1, 10_000).orElse(10);
        int window = fields.number("MaximumBatchingWindowInSeconds", 0, 300).orElse(0);
        if (batchSize > 10 && window < 1) {
            throw new DocumentException(
                    fields.place("BatchSize"),
                    "a BatchSize over 10 needs a MaximumBatchingWindowInSeconds of at least 1");
        }
        var concurrency =
                fields.inner("ScalingConfig")
                        .flatMap(it -> it.number("MaximumConcurrency", 2, 1_000));
        var responses = fields.texts("FunctionResponseTypes");
        if (!List.of("ReportBatchItemFailures").containsAll(responses)) {
            throw new DocumentException(
                    fields.place("FunctionResponseTypes"),
                    "FunctionResponseTypes %s is not supported".formatted(responses));
        }
        assembly.add(
                new Stack.Mapping(
                        arn.substring(arn.lastIndexOf(':') + 1),
                        function,
                        batchSize,
                        Duration.ofSeconds(window),
                        !responses.isEmpty(),
                        concurrency.map(OptionalInt::of).orElse(OptionalInt.empty()),
                        fields.flag("Enabled", true)));
        assembly.link(() -> checkVisibility(arn, function, place));
    }

    /// As Lambda itself does when a mapping is made.
    private void checkVisibility(String arn, String function, Place place) {
        var queue = assembly.queue(arn, place);
        var timeout = assembly.function(function, place).timeout();
        if (queue.visibilityTimeout().compareTo(timeout) < 0) {
            throw new DocumentException(
                    place,
                    "the visibility timeout of %s (%d s) is less than the timeout of %s (%d s)"
                            .formatted(
                                    queue.name(),
                                    queue.visibilityTimeout().toSeconds(),
                                    function,
                                    timeout.toSeconds()));
        }
    }

    private void schedule(String name, String function, Fields fields) {
        fields.without("Description");
        boolean enabled =
                fields.flag("Enabled", true)
                        && !fields.oneOf("State", "ENABLED", "DISABLED")
                                .equals(Optional.of("DISABLED"));
        assembly.add(
                new Stack.Schedule(
                        fields.text("Name").orElse(scope.surroundings().stackName() + "-" + name),
                        rate(fields, "Schedule"),
                        function,
                        fields.text("Input"),
                        enabled));
    }

    /// `AWS::Events::Rule` with a schedule.
    void rule(Resource resource) {
        var fields = assembly.properties(resource, "Description", "Tags");
        fields.text("Name");
        var expression = rate(fields, "ScheduleExpression");
        boolean enabled =
                !fields.oneOf("State", "ENABLED", "DISABLED").equals(Optional.of("DISABLED"));
        for (var target : fields.each("Targets")) {
            target.requiredText("Id");
            var arn = target.requiredText("Arn");
            var place = target.place("Arn");
            assembly.link(() -> assembly.function(arn, place));
            assembly.add(
                    new Stack.Schedule(
                            scope.attributes().name(resource),
                            expression,
                            arn.substring(arn.lastIndexOf(':') + 1),
                            target.text("Input"),
                            enabled));
        }
        fields.finish();
    }

    private static String rate(Fields fields, String key) {
        var expression = fields.requiredText(key);
        if (!expression.matches("rate\\((1 (minute|hour|day)|[1-9]\\d* (minutes|hours|days))\\)")) {
            throw new DocumentException(
                    fields.place(key), "the schedule " + expression + " is not supported");
        }
        return expression;
    }
}
