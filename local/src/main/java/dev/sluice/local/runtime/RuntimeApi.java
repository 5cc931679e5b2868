package dev.sluice.local.runtime;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The Lambda Runtime API (2018-06-01) of one execution environment, on a port of its own: a
/// runtime is given a host and a port and nothing to tell itself apart by.
final class RuntimeApi implements AutoCloseable {
    static final int MAX_RESPONSE_BYTES = (6 << 20) + 100;

    private static final String PREFIX = "/2018-06-01/runtime/";
    private static final Pattern REPORT = Pattern.compile("invocation/([^/]+)/(response|error)");
    private static final Pattern ERROR_TYPE =
            Pattern.compile("(Runtime|Function)\\.[A-Z][a-zA-Z]+");
    private static final String ERROR_TYPE_HEADER = "Lambda-Runtime-Function-Error-Type";
    private static final Turn NO_MORE = new Turn("", new byte[0], "", java.time.Instant.EPOCH);

    private final HttpServer server;
    private final BlockingDeque<Turn> turns = new LinkedBlockingDeque<>();
    private final CompletableFuture<Init> init = new CompletableFuture<>();
    private @Nullable Turn current;

    private RuntimeApi(HttpServer server) {
        this.server = server;
    }

    static RuntimeApi start() throws IOException {
        var server = Loopback.server(0);
        var api = new RuntimeApi(server);
        server.createContext("/", api::handle);
        server.start();
        return api;
    }

    /// What a runtime needs as `AWS_LAMBDA_RUNTIME_API`.
    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /// How the initialisation ended: completed by the runtime's first word, or by whoever sees that
    /// there will be none.
    CompletableFuture<Init> init() {
        return init;
    }

    /// Gives the runtime this event when it asks for one.
    void submit(Turn turn) {
        turns.add(turn);
    }

    @Override
    public void close() {
        // Whoever waits in `next` is let go first: stopping does not wake it.
        turns.addFirst(NO_MORE);
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            if (!path.startsWith(PREFIX)) {
                refuse(exchange, 404, "NotFound", "No such resource: " + path);
                return;
            }
            route(exchange, path.substring(PREFIX.length()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void route(HttpExchange exchange, String path)
            throws IOException, InterruptedException {
        var call = exchange.getRequestMethod() + " " + path;
        if (call.equals("GET invocation/next")) {
            next(exchange);
            return;
        }
        if (call.equals("POST init/error")) {
            initError(exchange);
            return;
        }
        var report = REPORT.matcher(path);
        if (exchange.getRequestMethod().equals("POST") && report.matches()) {
            report(exchange, report.group(1), report.group(2).equals("error"));
            return;
        }
        refuse(exchange, 404, "NotFound", "No such resource: " + path);
    }

    private void next(HttpExchange exchange) throws IOException, InterruptedException {
        if (!ready()) {
            refuse(exchange, 403, "InvalidStateTransition", "The invocation has no answer yet");
            return;
        }
        var turn = turns.take();
        if (turn == NO_MORE) {
            turns.addFirst(NO_MORE);
            return;
        }
        synchronized (this) {
            current = turn;
        }
        turn.markDelivered();
        deliver(exchange, turn);
    }

    private synchronized boolean ready() {
        var last = current;
        if (last != null && !last.outcome.isDone()) {
            return false;
        }
        init.complete(Init.READY);
        if (last != null) {
            last.over.complete(null);
        }
        return true;
    }

    private static void deliver(HttpExchange exchange, Turn turn) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "application/json");
        headers.set("Lambda-Runtime-Aws-Request-Id", turn.requestId);
        headers.set("Lambda-Runtime-Deadline-Ms", Long.toString(turn.deadline.toEpochMilli()));
        headers.set("Lambda-Runtime-Invoked-Function-Arn", turn.functionArn);
        headers.set("Lambda-Runtime-Trace-Id", traceId());
        exchange.sendResponseHeaders(200, turn.event.length == 0 ? -1 : turn.event.length);
        exchange.getResponseBody().write(turn.event);
    }

    private void initError(HttpExchange exchange) throws IOException {
        var type = errorType(exchange);
        var document = readBody(exchange);
        if (!init.complete(new Init.Failed(new Outcome.Failure(type, document.orTooLarge())))) {
            refuse(exchange, 403, "InvalidStateTransition", "The initialisation is over");
            return;
        }
        accept(exchange);
    }

    private void report(HttpExchange exchange, String requestId, boolean error) throws IOException {
        var body = readBody(exchange);
        Turn turn;
        synchronized (this) {
            turn = current;
        }
        if (turn == null || !turn.requestId.equals(requestId)) {
            refuse(exchange, 400, "InvalidRequestID", "Invalid request ID");
            return;
        }
        if (body.tooLarge() && !error) {
            turn.outcome.complete(Failures.tooLarge());
            refuse(
                    exchange,
                    413,
                    "RequestEntityTooLarge",
                    "Exceeded maximum allowed payload size (" + MAX_RESPONSE_BYTES + " bytes).");
            return;
        }
        Outcome outcome =
                error
                        ? new Outcome.Failure(errorType(exchange), body.orTooLarge())
                        : new Outcome.Answer(body.bytes());
        // A runtime whose answer was too large reports an error after it: heard, and not needed.
        if (!turn.outcome.complete(outcome) && !error) {
            refuse(exchange, 403, "InvalidStateTransition", "The invocation has its answer");
            return;
        }
        accept(exchange);
    }

    private static String errorType(HttpExchange exchange) {
        var type = exchange.getRequestHeaders().getFirst(ERROR_TYPE_HEADER);
        return type != null && ERROR_TYPE.matcher(type).matches() ? type : "Runtime.Unknown";
    }

    // The rest is read even when it is too much: a client that is still sending does not listen.
    private static Body readBody(HttpExchange exchange) throws IOException {
        var in = exchange.getRequestBody();
        var bytes = in.readNBytes(MAX_RESPONSE_BYTES);
        boolean more = in.read() != -1;
        if (more) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return new Body(bytes, more);
    }

    private static void accept(HttpExchange exchange) throws IOException {
        send(exchange, 202, "{\"status\":\"OK\"}\n".getBytes(StandardCharsets.UTF_8));
    }

    private static void refuse(HttpExchange exchange, int status, String type, String message)
            throws IOException {
        var document = new LinkedHashMap<String, String>();
        document.put("errorMessage", message);
        document.put("errorType", type);
        send(exchange, status, Failures.json(document));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static String traceId() {
        var random = ThreadLocalRandom.current();
        var hex = HexFormat.of();
        var seconds = (int) (System.currentTimeMillis() / 1000);
        return "Root=1-"
                + hex.toHexDigits(seconds)
                + "-"
                + hex.toHexDigits(random.nextLong())
                + hex.toHexDigits(random.nextInt())
                + ";Parent="
                + hex.toHexDigits(random.nextLong())
                + ";Sampled=0";
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Body(byte[] bytes, boolean tooLarge) {
        byte[] orTooLarge() {
            return tooLarge ? Failures.tooLarge().payload() : bytes;
        }
    }
}
