package dev.sluice.local.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.local.invoke.InvokeResult;
import dev.sluice.local.part.Part;
import dev.sluice.local.runtime.Loopback;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// API Gateway on this machine: one REST API under `/STAGE` on 127.0.0.1.
///
/// The port is taken when the gateway opens and answers when it is told what to serve, so that what
/// it serves can know its address.
public final class Gateway implements Part {
    private static final int MOST_EVENT = 6_291_556;
    private static final int MOST_SHOWN = 300;

    private final HttpServer server;
    private final ExecutorService invocations = Executors.newVirtualThreadPerTaskExecutor();
    private volatile Consumer<String> announcements = _ -> {};
    private boolean serving;

    private Gateway(HttpServer server) {
        this.server = server;
    }

    /// Takes the port.
    ///
    /// @param port 0 for any
    /// @throws BindException if another process has it
    public static Gateway open(int port) throws IOException {
        return new Gateway(Loopback.server(port));
    }

    /// `http://127.0.0.1:PORT`, without a stage.
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /// Reads a document as `serve` will: one that can't be honoured is a `DocumentException`.
    public static void check(RestApi api) {
        ApiDocument.read(api, InstantSource.system());
    }

    /// Starts to answer; a document that can't be honoured is a `DocumentException`. What a client
    /// is told nothing of, since it is the function's fault, is announced.
    public void serve(RestApi api, Backend backend, Consumer<String> announcements) {
        serve(api, backend, InstantSource.system(), announcements);
    }

    synchronized void serve(
            RestApi api, Backend backend, InstantSource clock, Consumer<String> announcements) {
        var contents = ApiDocument.read(api, clock);
        this.announcements = announcements;
        server.createContext(
                "/",
                it -> exchange(it, new Served(api, contents, backend, new Signature(api, clock))));
        server.start();
        serving = true;
    }

    @Override
    public synchronized void close() {
        if (!serving) {
            // a server that was never started does not give its port back by being stopped
            server.start();
        }
        server.stop(0);
        invocations.shutdownNow();
    }

    private record Served(
            RestApi api, ApiDocument.Contents contents, Backend backend, Signature signature) {}

    private void exchange(HttpExchange exchange, Served served) throws IOException {
        var contents = served.contents();
        try (exchange) {
            var ids = Call.Ids.draw();
            Answer answer;
            try {
                answer = answer(Call.read(exchange, ids), served);
            } catch (RefusedException refused) {
                answer = contents.responses().render(refused, ids.requestId());
            } catch (RuntimeException unexpected) {
                // a fault of ours, or a stop on the way: the client gets an answer all the same
                var refused = new RefusedException(ResponseType.INTERNAL_ERROR);
                answer = contents.responses().render(refused, ids.requestId());
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return;
            }
            send(exchange, answer.with(headers(ids)));
        }
    }

    private Answer answer(Call call, Served served) throws RefusedException, InterruptedException {
        var api = served.api();
        var backend = served.backend();
        var contents = served.contents();
        var inside = call.withPath(withoutStage(call.path(), api.stage()));
        var match =
                contents.routes()
                        .find(call.method(), inside.path())
                        .orElseThrow(() ->
                                new RefusedException(ResponseType.MISSING_AUTHENTICATION_TOKEN));
        var caller =
                switch (match.operation().access()) {
                    case Operation.Open _ -> Caller.NOBODY;
                    case Operation.Signed _ -> served.signature().check(call);
                    case Operation.Asked(var authorizer) ->
                            Caller.known(authorizer.authorize(inside, match, api, backend));
                };
        return switch (match.operation().integration()) {
            case Operation.Mock(var status, var headers, var body) ->
                    Answer.json(status, body).with(headers);
            case Operation.Proxy(var function) -> {
                var event = new ProxyEvent(api, inside, match).integrationEvent(caller);
                if (event.length > MOST_EVENT) {
                    throw new RefusedException(ResponseType.REQUEST_TOO_LARGE);
                }
                var payload = payload(function, event, api, backend);
                yield proxyAnswer(function, payload, contents.binaryMediaTypes(), inside);
            }
        };
    }

    private static String withoutStage(String path, String stage) throws RefusedException {
        var prefix = "/" + stage;
        if (path.equals(prefix)) {
            return "/";
        }
        if (!path.startsWith(prefix + "/")) {
            throw new RefusedException(ResponseType.FORBIDDEN);
        }
        return path.substring(prefix.length());
    }

    private byte[] payload(String function, byte[] event, RestApi api, Backend backend)
            throws RefusedException, InterruptedException {
        var invocation = invocations.submit(() -> backend.invoke(function, event));
        try {
            var limit = api.integrationTimeout().toMillis();
            return switch (invocation.get(limit, TimeUnit.MILLISECONDS)) {
                case InvokeResult.Success(var _, var payload, var _) -> payload;
                case InvokeResult.FunctionError _ ->
                        throw new RefusedException(ResponseType.DEFAULT_5XX);
                case InvokeResult.Throttled _ ->
                        throw new RefusedException(ResponseType.INTERNAL_ERROR);
            };
        } catch (TimeoutException late) {
            // the function goes on, as it does in AWS
            throw new RefusedException(ResponseType.INTEGRATION_TIMEOUT);
        } catch (ExecutionException failure) {
            throw new RefusedException(ResponseType.DEFAULT_5XX);
        }
    }

    private Answer proxyAnswer(
            String function, byte[] payload, List<String> binaryMediaTypes, Call call)
            throws RefusedException {
        try {
            var accepted = call.header("Accept").orElse("*/*");
            return ProxyAnswer.read(payload, binaryMediaTypes, accepted);
        } catch (IllegalArgumentException malformed) {
            announcements.accept(
                    "%s answered %s %s with what is no proxy answer (%s), so the client got 502: %s"
                            .formatted(
                                    function,
                                    call.method(),
                                    call.path(),
                                    malformed.getMessage(),
                                    beginning(payload)));
            throw new RefusedException(ResponseType.DEFAULT_5XX);
        }
    }

    private static String beginning(byte[] payload) {
        return new String(payload, 0, Math.min(MOST_SHOWN, payload.length), UTF_8);
    }

    private static Map<String, String> headers(Call.Ids ids) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("x-amzn-RequestId", ids.requestId());
        headers.put("x-amz-apigw-id", ids.extendedRequestId());
        headers.put("X-Amzn-Trace-Id", ids.traceId());
        return headers;
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        answer.headers().forEach(exchange.getResponseHeaders()::put);
        boolean bodiless = answer.status() == 204 || answer.status() == 304;
        if (bodiless) {
            exchange.getResponseHeaders().remove("Content-Type");
        }
        boolean silent =
                bodiless || answer.body().length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(answer.status(), silent ? -1 : answer.body().length);
        if (!silent) {
            exchange.getResponseBody().write(answer.body());
        }
    }
}
