package dev.sluice.local.gateway;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Place;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Reads an OpenAPI document with API Gateway's extensions; what it can't honour is an error.
final class ApiDocument {
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final String ANY = "x-amazon-apigateway-any-method";
    private static final Pattern INVOCATION =
            Pattern.compile(
                    "arn:aws:apigateway:[^:]*:lambda:path/2015-03-31/functions/"
                            + "(?:arn:aws:lambda:[^:]*:[^:]*:function:)?([^:/]+)/invocations");

    private final RestApi api;
    private final InstantSource clock;
    private final Fields document;
    private final Map<String, Operation.Access> schemes = new LinkedHashMap<>();

    private ApiDocument(RestApi api, InstantSource clock) {
        this.api = api;
        this.clock = clock;
        this.document = Fields.of(api.document(), "the API");
    }

    /// A document with nothing left to read.
    record Contents(Routes routes, GatewayResponses responses, List<String> binaryMediaTypes) {}

    static Contents read(RestApi api, InstantSource clock) {
        return new ApiDocument(api, clock).read();
    }

    private Contents read() {
        document.requiredText("openapi");
        document.without("info", "tags", "servers", "externalDocs", "components");
        var responses =
                GatewayResponses.read(document.inner("x-amazon-apigateway-gateway-responses"));
        var operations = new ArrayList<Operation>();
        var paths = document.inner("paths").orElseThrow(() -> document.missing("paths"));
        for (var path : paths.keys()) {
            operations.addAll(operations(path, paths.inner(path).orElseThrow()));
        }
        var binaryMediaTypes = new ArrayList<>(api.binaryMediaTypes());
        binaryMediaTypes.addAll(document.texts("x-amazon-apigateway-binary-media-types"));
        document.finish();
        return new Contents(new Routes(operations), responses, List.copyOf(binaryMediaTypes));
    }

    private List<Operation> operations(String path, Fields item) {
        item.without("summary", "description", "parameters");
        var operations = new ArrayList<Operation>();
        for (var method : item.keys()) {
            if (METHODS.contains(method) || method.equals(ANY)) {
                operations.add(operation(path, method, item.inner(method).orElseThrow()));
            }
        }
        return operations;
    }

    private Operation operation(String path, String method, Fields fields) {
        fields.without(
                "callbacks",
                "deprecated",
                "description",
                "externalDocs",
                "operationId",
                "parameters",
                "requestBody",
                "responses",
                "summary",
                "tags");
        var integration =
                fields.inner("x-amazon-apigateway-integration")
                        .orElseThrow(() -> fields.missing("x-amazon-apigateway-integration"));
        return new Operation(
                path,
                method.equals(ANY) ? Routes.ANY : method.toUpperCase(Locale.ROOT),
                access(fields),
                integration(integration));
    }

    private Operation.Integration integration(Fields fields) {
        // what these say is about payloads that no aws_proxy and no constant mock has
        fields.without("passthroughBehavior", "contentHandling", "timeoutInMillis", "credentials");
        var type = fields.requiredText("type").toLowerCase(Locale.ROOT);
        return switch (type) {
            case "aws_proxy" -> proxy(fields);
            case "mock" -> mock(fields);
            default ->
                    throw new DocumentException(
                            fields.place("type"), "the integration " + type + " is not supported");
        };
    }

    private Operation.Proxy proxy(Fields fields) {
        var method = fields.requiredText("httpMethod");
        if (!method.equals("POST")) {
            throw new DocumentException(
                    fields.place("httpMethod"), "a function is invoked by POST, not " + method);
        }
        return new Operation.Proxy(function(fields.requiredText("uri"), fields.place("uri")));
    }

    private String function(String uri, Place place) {
        var invocation = INVOCATION.matcher(uri);
        if (!invocation.matches()) {
            throw new DocumentException(place, "this is not the invocation of a function: " + uri);
        }
        var name = invocation.group(1);
        if (!api.functions().contains(name)) {
            throw new DocumentException(place, "there is no function " + name);
        }
        return name;
    }

    private Operation.Mock mock(Fields fields) {
        var request =
                fields.inner("requestTemplates")
                        .flatMap(it -> it.text("application/json"))
                        .orElseThrow(() -> fields.missing("requestTemplates"));
        int chosen = statusCode(request, fields.place("requestTemplates"));
        var responses = fields.inner("responses").orElseThrow(() -> fields.missing("responses"));
        Optional<Fields> response = Optional.empty();
        for (var pattern : responses.keys()) {
            var each = responses.inner(pattern).orElseThrow();
            each.requiredText("statusCode");
            each.without("contentHandling");
            boolean fits = Integer.toString(chosen).matches(pattern);
            if (fits || (pattern.equals("default") && response.isEmpty())) {
                response = Optional.of(each);
            }
            headers(each);
            body(each);
        }
        var fitting = response.orElseThrow(() -> responses.missing("default"));
        return new Operation.Mock(
                fitting.number("statusCode", 200, 599).orElseThrow(),
                headers(fitting),
                body(fitting));
    }

    private static int statusCode(String template, Place place) {
        try {
            refuseVariables(template, place);
            if (JSON.std.mapFrom(template).get("statusCode") instanceof Integer status) {
                return status;
            }
        } catch (IOException notJson) {
            // said below
        }
        throw new DocumentException(place, "a mock wants {\"statusCode\": NUMBER}");
    }

    private static Map<String, String> headers(Fields response) {
        var headers = new LinkedHashMap<String, String>();
        var parameters = response.inner("responseParameters");
        for (var key : parameters.map(Fields::keys).orElse(Set.of())) {
            var prefix = "method.response.header.";
            if (!key.startsWith(prefix)) {
                throw new DocumentException(
                        parameters.orElseThrow().place(key), key + " is not supported");
            }
            headers.put(key.substring(prefix.length()), Literals.of(parameters.orElseThrow(), key));
        }
        return headers;
    }

    private static String body(Fields response) {
        var template =
                response.inner("responseTemplates")
                        .flatMap(it -> it.text("application/json"))
                        .orElse("");
        refuseVariables(template, response.place("responseTemplates"));
        return template;
    }

    private static void refuseVariables(String template, Place place) {
        if (template.matches("(?s).*(\\$[a-zA-Z{!]|#[a-zA-Z#{]).*")) {
            throw new DocumentException(place, "a template with variables is not supported");
        }
    }

    private Operation.Access access(Fields operation) {
        var security = operation.each("security");
        if (security.isEmpty()) {
            return new Operation.Open();
        }
        if (security.size() > 1 || security.getFirst().keys().size() != 1) {
            throw new DocumentException(
                    operation.place("security"), "more than one security scheme is not supported");
        }
        var scheme = security.getFirst().keys().iterator().next();
        security.getFirst().without(scheme);
        var place = operation.place("security");
        return schemes.computeIfAbsent(scheme, it -> scheme(it, place));
    }

    private Operation.Access scheme(String name, Place place) {
        var scheme =
                document.value("components")
                        .flatMap(it -> Fields.of(it, "components").value("securitySchemes"))
                        .flatMap(it -> Fields.of(it, "securitySchemes").value(name))
                        .map(it -> Fields.of(it, name))
                        .orElseThrow(() ->
                                new DocumentException(
                                        place, "there is no security scheme " + name));
        var header = scheme.requiredText("name");
        scheme.without("description", "in");
        scheme.oneOf("type", "apiKey");
        var kind = scheme.oneOf("x-amazon-apigateway-authtype", "custom", "awsSigv4");
        if (kind.equals(Optional.of("awsSigv4"))) {
            scheme.finish();
            return new Operation.Signed();
        }
        var authorizer =
                scheme.inner("x-amazon-apigateway-authorizer")
                        .orElseThrow(() -> scheme.missing("x-amazon-apigateway-authorizer"));
        var settings = settings(authorizer, header);
        scheme.finish();
        return new Operation.Asked(new LambdaAuthorizer(settings, clock));
    }

    private LambdaAuthorizer.Settings settings(Fields fields, String header) {
        fields.without("authorizerCredentials");
        boolean token = fields.oneOf("type", "token", "request").equals(Optional.of("token"));
        var place = fields.place("identitySource");
        var sources = new ArrayList<LambdaAuthorizer.IdentitySource>();
        for (var source : fields.text("identitySource").orElse("").split(",", -1)) {
            if (!source.isBlank()) {
                sources.add(source(source.strip(), place));
            }
        }
        if (sources.isEmpty() && token) {
            sources.add(source("method.request.header." + header, place));
        }
        int timeToLive = fields.number("authorizerResultTtlInSeconds", 0, 3_600).orElse(300);
        if (sources.isEmpty() && timeToLive > 0) {
            throw fields.missing("identitySource");
        }
        var uri = fields.requiredText("authorizerUri");
        return new LambdaAuthorizer.Settings(
                function(uri, fields.place("authorizerUri")),
                token,
                sources,
                fields.text("identityValidationExpression")
                        .map(it -> pattern(it, fields.place("identityValidationExpression"))),
                Duration.ofSeconds(timeToLive));
    }

    private static Pattern pattern(String text, Place place) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException malformed) {
            throw new DocumentException(
                    place, "not a regular expression: " + malformed.getDescription());
        }
    }

    private static LambdaAuthorizer.IdentitySource source(String text, Place place) {
        for (var kind : LambdaAuthorizer.IdentitySource.Kind.values()) {
            var prefix =
                    switch (kind) {
                        case HEADER -> "method.request.header.";
                        case QUERY -> "method.request.querystring.";
                        case STAGE_VARIABLE -> "stageVariables.";
                    };
            if (text.startsWith(prefix)) {
                return new LambdaAuthorizer.IdentitySource(kind, text.substring(prefix.length()));
            }
        }
        throw new DocumentException(place, "the identity source " + text + " is not supported");
    }
}
