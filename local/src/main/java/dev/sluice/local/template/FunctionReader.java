package dev.sluice.local.template;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads `AWS::Serverless::Function`.
final class FunctionReader {
    private static final int SIX_HOURS = 21_600;

    private final Scope scope;
    private final Assembly assembly;

    FunctionReader(Scope scope, Assembly assembly) {
        this.scope = scope;
        this.assembly = assembly;
    }

    void read(Resource resource) {
        var fields =
                assembly.properties(
                        resource,
                        "Architectures",
                        "AssumeRolePolicyDocument",
                        "Description",
                        // the files that the image was built from are at hand
                        "ImageUri",
                        "KmsKeyArn",
                        "LoggingConfig",
                        "PermissionsBoundary",
                        "Policies",
                        "PropagateTags",
                        "Role",
                        "RolePath",
                        "Tags",
                        "Tracing",
                        "VpcConfig");
        if (!fields.text("PackageType").orElse("Zip").equals("Image")) {
            throw new DocumentException(
                    fields.place("PackageType"),
                    fields.name() + ": only functions with PackageType: Image are supported");
        }
        fields.text("FunctionName");
        var name = scope.attributes().name(resource);
        assembly.add(function(resource.logicalId(), name, fields));
        new EventReader(scope, assembly).events(resource.logicalId(), name, fields);
        fields.finish();
    }

    private Stack.Function function(String logicalId, String name, Fields fields) {
        var image = fields.inner("ImageConfig");
        var asynchronous = fields.inner("EventInvokeConfig");
        int timeout = fields.number("Timeout", 1, 900).orElse(3);
        var reserved = fields.number("ReservedConcurrentExecutions", 0, 1_000);
        return new Stack.Function(
                logicalId,
                name,
                image.map(it -> it.texts("EntryPoint")).orElse(List.of()),
                image.map(it -> it.texts("Command")).orElse(List.of()),
                image.flatMap(it -> it.text("WorkingDirectory")),
                fields.inner("Environment").map(it -> it.textMap("Variables")).orElseGet(Map::of),
                fields.number("MemorySize", 128, 10_240).orElse(128),
                Duration.ofSeconds(timeout),
                reserved.map(OptionalInt::of).orElse(OptionalInt.empty()),
                fields.inner("EphemeralStorage")
                        .flatMap(it -> it.number("Size", 512, 10_240))
                        .orElse(512),
                mounts(fields),
                asynchronous.flatMap(it -> it.number("MaximumRetryAttempts", 0, 2)).orElse(2),
                Duration.ofSeconds(
                        asynchronous
                                .flatMap(it -> it.number("MaximumEventAgeInSeconds", 60, SIX_HOURS))
                                .orElse(SIX_HOURS)),
                asynchronous.flatMap(this::onFailure));
    }

    private Optional<String> onFailure(Fields asynchronous) {
        return asynchronous
                .inner("DestinationConfig")
                .flatMap(it -> it.inner("OnFailure"))
                .map(this::queueName);
    }

    private String queueName(Fields onFailure) {
        onFailure.oneOf("Type", "SQS");
        var arn = onFailure.requiredText("Destination");
        var place = onFailure.place("Destination");
        assembly.link(() -> assembly.queue(arn, place));
        return arn.substring(arn.lastIndexOf(':') + 1);
    }

    private List<Stack.Mount> mounts(Fields fields) {
        var mounts = new ArrayList<Stack.Mount>();
        for (var each : fields.each("FileSystemConfigs")) {
            var path = each.requiredText("LocalMountPath");
            var arn = each.requiredText("Arn");
            mounts.add(
                    new Stack.Mount(
                            path, new AccessPoints(scope).mayWrite(arn, each.place("Arn"))));
        }
        return mounts;
    }
}
