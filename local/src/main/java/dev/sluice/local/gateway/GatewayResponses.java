package dev.sluice.local.gateway;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The answers that the gateway gives by itself, as the document shapes them.
final class GatewayResponses {
    private static final Pattern VARIABLE =
            Pattern.compile(
                    "\\$context\\.(error\\.(?:messageString|message|responseType)|requestId)");
    private static final Set<String> TYPES =
            Set.of(
                    "ACCESS_DENIED",
                    "API_CONFIGURATION_ERROR",
                    "AUTHORIZER_CONFIGURATION_ERROR",
                    "AUTHORIZER_FAILURE",
                    "BAD_REQUEST_BODY",
                    "BAD_REQUEST_PARAMETERS",
                    "DEFAULT_4XX",
                    "DEFAULT_5XX",
                    "EXPIRED_TOKEN",
                    "INTEGRATION_FAILURE",
                    "INTEGRATION_TIMEOUT",
                    "INVALID_API_KEY",
                    "INVALID_SIGNATURE",
                    "MISSING_AUTHENTICATION_TOKEN",
                    "QUOTA_EXCEEDED",
                    "REQUEST_TOO_LARGE",
                    "RESOURCE_NOT_FOUND",
                    "THROTTLED",
                    "UNAUTHORIZED",
                    "UNSUPPORTED_MEDIA_TYPE",
                    "WAF_FILTERED");

    private final Map<String, Shape> shapes;

    private GatewayResponses(Map<String, Shape> shapes) {
        this.shapes = shapes;
    }

    private record Shape(
            Optional<Integer> status, Map<String, String> headers, Optional<String> template) {}

    static GatewayResponses read(Optional<Fields> section) {
        var shapes = new LinkedHashMap<String, Shape>();
        for (var name : section.map(Fields::keys).orElse(Set.of())) {
            var fields = section.orElseThrow();
            if (!TYPES.contains(name)) {
                throw new DocumentException(
                        fields.place(name), "there is no gateway response " + name);
            }
            shapes.put(name, shape(fields.inner(name).orElseThrow()));
        }
        return new GatewayResponses(shapes);
    }

    private static Shape shape(Fields fields) {
        var headers = new LinkedHashMap<String, String>();
        fields.inner("responseParameters")
                .ifPresent(it ->
                        it.keys()
                                .forEach(
                                        key -> headers.put(header(it, key), Literals.of(it, key))));
        var template = fields.inner("responseTemplates").flatMap(it -> it.text("application/json"));
        template.ifPresent(it -> refuseUnknown(it, fields));
        return new Shape(fields.number("statusCode", 400, 599), headers, template);
    }

    private static String header(Fields fields, String key) {
        var prefix = "gatewayresponse.header.";
        if (!key.startsWith(prefix)) {
            throw new DocumentException(fields.place(key), key + " is not supported");
        }
        return key.substring(prefix.length());
    }

    private static void refuseUnknown(String template, Fields fields) {
        if (VARIABLE.matcher(template).replaceAll("").matches("(?s).*[$#].*")) {
            throw new DocumentException(
                    fields.place("responseTemplates"),
                    "only $context.error.* and $context.requestId are supported here");
        }
    }

    Answer render(RefusedException refused, String requestId) {
        var type = refused.type();
        var shape =
                Optional.ofNullable(
                        shapes.getOrDefault(type.name(), shapes.get(type.family().name())));
        var body =
                shape.flatMap(Shape::template)
                        .map(it -> fill(it, type, refused.getMessage(), requestId))
                        .orElseGet(() -> body(type, refused.getMessage()));
        return Answer.json(shape.flatMap(Shape::status).orElse(type.status()), body)
                .with(Map.of("x-amzn-ErrorType", type.errorType()))
                .with(shape.map(Shape::headers).orElse(Map.of()));
    }

    private static String body(ResponseType type, @Nullable String message) {
        var name = type == ResponseType.ACCESS_DENIED ? "Message" : "message";
        return "{\"" + name + "\":" + Json.text(message) + "}";
    }

    private static String fill(
            String template, ResponseType type, @Nullable String message, String requestId) {
        return VARIABLE.matcher(template)
                .replaceAll(it ->
                        Matcher.quoteReplacement(
                                switch (it.group(1)) {
                                    case "error.messageString" -> Json.text(message);
                                    case "error.message" -> String.valueOf(message);
                                    case "error.responseType" -> type.name();
                                    default -> requestId;
                                }));
    }
}
