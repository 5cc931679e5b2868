package dev.sluice.local.invoke;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.local.part.Part;
import dev.sluice.local.runtime.Loopback;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Lambda's Invoke API on 127.0.0.1: `POST /2015-03-31/functions/{name or ARN}/invocations`, and
/// the reserved concurrency of a function: `PUT` and `DELETE
/// /2017-10-31/functions/{…}/concurrency`, `GET /2019-09-30/functions/{…}/concurrency`.
///
/// A request that is signed must be signed with the access key of this stack; the signature itself
/// is not verified. One that is not signed is taken too, unless a web page sent it.
public final class InvokeApi implements Part {
    private static final int MAX_SYNC_BYTES = 6 << 20;
    private static final int MAX_ASYNC_BYTES = 1 << 20;
    private static final Pattern PATH =
            Pattern.compile("/2015-03-31/functions/([^/]+)/invocations/?");
    // PutFunctionConcurrency and DeleteFunctionConcurrency, and GetFunctionConcurrency
    private static final Pattern CONCURRENCY_PATH =
            Pattern.compile("/(2017-10-31|2019-09-30)/functions/([^/]+)/concurrency/?");
    private static final int MAX_SETTING_BYTES = 1_000;
    private static final Pattern CREDENTIAL = Pattern.compile("Credential=([^/,]+)/");

    private final HttpServer server;
    private final Functions functions;
    private final String accessKeyId;

    private InvokeApi(HttpServer server, Functions functions, String accessKeyId) {
        this.server = server;
        this.functions = functions;
        this.accessKeyId = accessKeyId;
    }

    /// Serves these functions.
    ///
    /// @param preferredPort 0 for any; any other is taken if it is free, else any
    public static InvokeApi start(Functions functions, String accessKeyId, int preferredPort)
            throws IOException {
        var server = bind(preferredPort);
        var api = new InvokeApi(server, functions, accessKeyId);
        server.createContext("/", api::handle);
        server.start();
        return api;
    }

    /// `http://127.0.0.1:port`.
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static HttpServer bind(int preferredPort) throws IOException {
        try {
            return Loopback.server(preferredPort);
        } catch (BindException _) {
            return Loopback.server(0);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply;
            try {
                reply = answer(exchange);
            } catch (RuntimeException failure) {
                reply = Reply.error(500, "ServiceException", "Service", failure.toString());
            }
            send(exchange, reply);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Reply answer(HttpExchange exchange) throws IOException, InterruptedException {
        // The raw path: an ARN comes percent-encoded, and its decoded colons are not separators.
        var raw = exchange.getRequestURI().getRawPath();
        var refusal = refuse(exchange);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        var path = PATH.matcher(raw);
        var concurrency = CONCURRENCY_PATH.matcher(raw);
        try {
            if (path.matches() && exchange.getRequestMethod().equals("POST")) {
                return invoke(exchange, functions.find(decoded(path.group(1))).name());
            }
            if (concurrency.matches()) {
                return concurrency(
                        exchange,
                        concurrency.group(1),
                        functions.find(decoded(concurrency.group(2))).name());
            }
        } catch (NoSuchFunctionException missing) {
            return Reply.error(404, "ResourceNotFoundException", "User", missing.getMessage());
        }
        return noSuchOperation();
    }

    private static Reply noSuchOperation() {
        return Reply.error(404, "ResourceNotFoundException", "User", "No such operation");
    }

    private static String decoded(String pathSegment) {
        return java.net.URLDecoder.decode(pathSegment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private Reply concurrency(HttpExchange exchange, String version, String name)
            throws IOException {
        var method = exchange.getRequestMethod();
        if (version.equals("2019-09-30")) {
            return method.equals("GET") ? reservation(name) : noSuchOperation();
        }
        return switch (method) {
            case "PUT" -> reserve(name, exchange.getRequestBody().readNBytes(MAX_SETTING_BYTES));
            case "DELETE" -> {
                functions.reserve(name, OptionalInt.empty());
                yield new Reply(204, UUID.randomUUID().toString(), Map.of(), new byte[0]);
            }
            default -> noSuchOperation();
        };
    }

    private Reply reserve(String name, byte[] request) {
        var wanted = Json.wholeNumber(request, "ReservedConcurrentExecutions");
        if (wanted.isEmpty() || wanted.getAsInt() < 0) {
            return refusedSetting("ReservedConcurrentExecutions must be 0 or more");
        }
        try {
            functions.reserve(name, wanted);
        } catch (IllegalArgumentException tooMuch) {
            return refusedSetting(tooMuch.getMessage());
        }
        return reservation(name);
    }

    private static Reply refusedSetting(@Nullable String why) {
        return Reply.error(400, "InvalidParameterValueException", "User", why);
    }

    private Reply reservation(String name) {
        var document = new LinkedHashMap<String, Integer>();
        functions
                .reservation(name)
                .ifPresent(it -> document.put("ReservedConcurrentExecutions", it));
        return new Reply(200, UUID.randomUUID().toString(), Map.of(), Json.bytes(document));
    }

    private Optional<Reply> refuse(HttpExchange exchange) {
        var authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization == null) {
            // No signature to forge, then: what a browser sends in a user's name says so.
            return exchange.getRequestHeaders().containsKey("Origin")
                    ? Optional.of(
                            Reply.error(
                                    403,
                                    "MissingAuthenticationTokenException",
                                    null,
                                    "Missing Authentication Token"))
                    : Optional.empty();
        }
        var credential = CREDENTIAL.matcher(authorization);
        if (credential.find() && credential.group(1).equals(accessKeyId)) {
            return Optional.empty();
        }
        return Optional.of(
                Reply.error(
                        403,
                        "UnrecognizedClientException",
                        null,
                        "The security token included in the request is invalid."));
    }

    private Reply invoke(HttpExchange exchange, String name)
            throws IOException, InterruptedException {
        var type =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-Amz-Invocation-Type"))
                        .orElse("RequestResponse");
        int limit = type.equals("Event") ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES;
        var body = exchange.getRequestBody().readNBytes(limit + 1);
        if (body.length > limit) {
            exchange.getRequestBody().transferTo(java.io.OutputStream.nullOutputStream());
            return tooLarge(type, limit);
        }
        var event = body.length == 0 ? "{}".getBytes(StandardCharsets.UTF_8) : body;
        if (!Json.isValid(event)) {
            return Reply.error(
                    400,
                    "InvalidRequestContentException",
                    "User",
                    "Could not parse request body into json");
        }
        return switch (type) {
            case "RequestResponse" -> reply(exchange, functions.invoke(name, event));
            case "Event" -> Reply.accepted(functions.invokeAsync(name, event));
            case "DryRun" -> new Reply(204, UUID.randomUUID().toString(), Map.of(), new byte[0]);
            default ->
                    Reply.error(
                            400,
                            "InvalidParameterValueException",
                            "User",
                            "Invalid invocation type: " + type);
        };
    }

    private static Reply tooLarge(String type, int limit) {
        return Reply.error(
                413,
                "RequestTooLargeException",
                "User",
                "Request must be smaller than %d bytes for the %s invocation type"
                        .formatted(limit, type));
    }

    private static Reply reply(HttpExchange exchange, InvokeResult result) {
        return switch (result) {
            case InvokeResult.Success(var id, byte[] payload, var logTail) ->
                    new Reply(200, id, headers(exchange, logTail), payload);
            case InvokeResult.FunctionError(var id, byte[] payload, var logTail) -> {
                var headers = headers(exchange, logTail);
                headers.put("X-Amz-Function-Error", "Unhandled");
                yield new Reply(200, id, headers, payload);
            }
            case InvokeResult.Throttled throttled -> throttled(throttled);
        };
    }

    private static Map<String, String> headers(HttpExchange exchange, String logTail) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("X-Amz-Executed-Version", "$LATEST");
        if ("Tail".equals(exchange.getRequestHeaders().getFirst("X-Amz-Log-Type"))) {
            headers.put(
                    "X-Amz-Log-Result",
                    Base64.getEncoder().encodeToString(logTail.getBytes(StandardCharsets.UTF_8)));
        }
        return headers;
    }

    private static Reply throttled(InvokeResult.Throttled throttled) {
        var document = new LinkedHashMap<String, String>();
        document.put("Reason", throttled.reason().wireName());
        document.put("Type", "User");
        document.put("message", "Rate Exceeded.");
        var headers = Map.of("x-amzn-errortype", "TooManyRequestsException", "Retry-After", "0");
        return new Reply(429, throttled.requestId(), headers, Json.bytes(document));
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("x-amzn-RequestId", reply.requestId);
        reply.headers.forEach(headers::set);
        if (reply.body.length == 0) {
            exchange.sendResponseHeaders(reply.status, -1);
            return;
        }
        headers.set("Content-Type", "application/json");
        exchange.sendResponseHeaders(reply.status, reply.body.length);
        exchange.getResponseBody().write(reply.body);
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Reply(int status, String requestId, Map<String, String> headers, byte[] body) {
        static Reply accepted(String requestId) {
            return new Reply(202, requestId, Map.of(), new byte[0]);
        }

        static Reply error(
                int status, String error, @Nullable String type, @Nullable String message) {
            var document = new LinkedHashMap<String, String>();
            if (type != null) {
                document.put("Type", type);
            }
            // Lambda's members are not all called alike.
            document.put(status == 404 ? "Message" : "message", String.valueOf(message));
            return new Reply(
                    status,
                    UUID.randomUUID().toString(),
                    Map.of("x-amzn-errortype", error),
                    Json.bytes(document));
        }
    }
}
