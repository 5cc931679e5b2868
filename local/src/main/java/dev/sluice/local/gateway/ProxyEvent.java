package dev.sluice.local.gateway;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request as the event of a Lambda proxy integration, version 1.0.
final class ProxyEvent {
    private static final DateTimeFormatter REQUEST_TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final List<String> IDENTITY =
            List.of(
                    "cognitoIdentityPoolId",
                    "accountId",
                    "cognitoIdentityId",
                    "caller",
                    "principalOrgId",
                    "accessKey",
                    "cognitoAuthenticationType",
                    "cognitoAuthenticationProvider",
                    "userArn",
                    "user");

    private final RestApi api;
    private final Call call;
    private final Routes.Match match;

    ProxyEvent(RestApi api, Call call, Routes.Match match) {
        this.api = api;
        this.call = call;
        this.match = match;
    }

    byte[] integrationEvent(Caller caller) {
        var event = request();
        event.put("requestContext", context(caller));
        boolean binary = call.header("Content-Type").map(this::isBinary).orElse(false);
        event.put("body", body(binary));
        event.put("isBase64Encoded", binary && call.body().length > 0);
        return Json.bytes(event);
    }

    byte[] authorizerEvent(String methodArn) {
        var event = new LinkedHashMap<String, @Nullable Object>();
        event.put("type", "REQUEST");
        event.put("methodArn", methodArn);
        event.putAll(request());
        event.put("requestContext", context(Caller.NOBODY));
        return Json.bytes(event);
    }

    boolean isBinary(String mediaType) {
        return MediaTypes.matchesAny(api.binaryMediaTypes(), mediaType);
    }

    private Map<String, @Nullable Object> request() {
        var event = new LinkedHashMap<String, @Nullable Object>();
        event.put("resource", match.operation().resourcePath());
        event.put("path", call.path());
        event.put("httpMethod", call.method());
        event.put("headers", last(call.headers()));
        event.put("multiValueHeaders", call.headers());
        event.put("queryStringParameters", orNull(last(call.query())));
        event.put("multiValueQueryStringParameters", orNull(call.query()));
        event.put("pathParameters", orNull(match.pathParameters()));
        event.put("stageVariables", orNull(api.stageVariables()));
        return event;
    }

    private Map<String, @Nullable Object> context(Caller caller) {
        var context = new LinkedHashMap<String, @Nullable Object>();
        var resourcePath = match.operation().resourcePath();
        var host = call.header("Host").orElse("127.0.0.1");
        context.put("resourceId", HexFormat.of().toHexDigits(resourcePath.hashCode()));
        caller.principal().ifPresent(it -> context.put("authorizer", authorizer(it)));
        context.put("resourcePath", resourcePath);
        context.put("httpMethod", call.method());
        context.put("extendedRequestId", call.extendedRequestId());
        context.put("requestTime", REQUEST_TIME.format(call.time()));
        context.put("path", "/" + api.stage() + call.path());
        context.put("accountId", api.accountId());
        context.put("protocol", "HTTP/1.1");
        context.put("stage", api.stage());
        context.put("domainPrefix", api.id());
        context.put("requestTimeEpoch", call.time().toEpochMilli());
        context.put("requestId", call.requestId());
        context.put("identity", identity(caller));
        context.put("domainName", host);
        context.put("deploymentId", "local0");
        context.put("apiId", api.id());
        return context;
    }

    private static Map<String, String> authorizer(Principal principal) {
        var authorizer = new LinkedHashMap<>(principal.context());
        authorizer.put("principalId", principal.principalId());
        return authorizer;
    }

    private Map<String, @Nullable Object> identity(Caller caller) {
        var identity = new LinkedHashMap<String, @Nullable Object>();
        IDENTITY.forEach(it -> identity.put(it, null));
        identity.put("sourceIp", call.sourceIp());
        identity.put("userAgent", call.header("User-Agent").orElse(null));
        caller.principal()
                .flatMap(Principal::usageIdentifierKey)
                .ifPresent(it -> identity.put("apiKey", it));
        caller.accessKeyId().ifPresent(it -> putOwner(identity, it));
        return identity;
    }

    /// The access key is the account's own.
    private void putOwner(Map<String, @Nullable Object> identity, String accessKeyId) {
        identity.put("accessKey", accessKeyId);
        identity.put("accountId", api.accountId());
        identity.put("caller", api.accountId());
        identity.put("user", api.accountId());
        identity.put("userArn", "arn:aws:iam::%s:root".formatted(api.accountId()));
    }

    private @Nullable String body(boolean binary) {
        if (call.body().length == 0) {
            return null;
        }
        return binary
                ? Base64.getEncoder().encodeToString(call.body())
                : new String(call.body(), StandardCharsets.UTF_8);
    }

    private static Map<String, String> last(Map<String, List<String>> values) {
        var last = new LinkedHashMap<String, String>();
        values.forEach((name, each) -> last.put(name, each.getLast()));
        return last;
    }

    private static @Nullable Object orNull(Map<String, ?> values) {
        return values.isEmpty() ? null : values;
    }
}
