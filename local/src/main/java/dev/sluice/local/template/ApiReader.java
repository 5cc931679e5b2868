package dev.sluice.local.template;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Documents;
import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Value;

/// Reads `AWS::Serverless::Api` with its OpenAPI document.
final class ApiReader {
    private final Scope scope;
    private final Assembly assembly;

    ApiReader(Scope scope, Assembly assembly) {
        this.scope = scope;
        this.assembly = assembly;
    }

    void read(Resource resource) {
        var fields =
                assembly.properties(
                        resource,
                        "AccessLogSetting",
                        "AlwaysDeploy",
                        "Description",
                        "EndpointConfiguration",
                        "FailOnWarnings",
                        "MethodSettings",
                        "MinimumCompressionSize",
                        "OpenApiVersion",
                        "Tags",
                        "TracingEnabled");
        fields.text("Name");
        var api =
                new Stack.Api(
                        resource.logicalId(),
                        scope.attributes().apiId(resource),
                        fields.requiredText("StageName"),
                        document(fields),
                        fields.textMap("Variables"),
                        fields.texts("BinaryMediaTypes").stream()
                                .map(it -> it.replace("~1", "/"))
                                .toList());
        assembly.add(api, resource.place());
        fields.finish();
    }

    private Value document(Fields fields) {
        var body = fields.value("DefinitionBody");
        var uri = fields.text("DefinitionUri");
        if (body.isPresent() == uri.isPresent()) {
            throw new DocumentException(
                    fields.place(), fields.name() + " wants DefinitionBody or DefinitionUri");
        }
        return body.orElseGet(
                () -> Documents.read(scope.template().file().resolveSibling(uri.orElseThrow())));
    }
}
