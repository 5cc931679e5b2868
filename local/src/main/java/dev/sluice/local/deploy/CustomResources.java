package dev.sluice.local.deploy;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.local.invoke.InvokeResult;
import dev.sluice.local.part.Part;
import dev.sluice.local.runtime.Loopback;
import dev.sluice.local.template.Reach;
import dev.sluice.local.template.Stack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// CloudFormation's side of custom resources: sends a function the request and waits for what it
/// puts to the response URL.
///
/// A resource is created at the first start and updated at each later one.
public final class CustomResources implements Part {
    private final HttpServer server;
    private final DeployedResources deployed;
    private final String stackId;
    private final Duration grace;
    private final ExecutorService invocations = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, CompletableFuture<Map<String, Object>>> awaited =
            new ConcurrentHashMap<>();

    private CustomResources(
            HttpServer server, DeployedResources deployed, String stackId, Duration grace) {
        this.server = server;
        this.deployed = deployed;
        this.stackId = stackId;
        this.grace = grace;
    }

    /// The functions that make custom resources, invoked by name.
    @FunctionalInterface
    public interface Backend {
        InvokeResult invoke(String function, byte[] payload) throws InterruptedException;
    }

    /// Opens the response URL's server.
    ///
    /// @param grace how long an answer may come after its function is done
    public static CustomResources start(DeployedResources deployed, String stackId, Duration grace)
            throws IOException {
        var server = Loopback.server(0);
        var resources = new CustomResources(server, deployed, stackId, grace);
        server.createContext("/", resources::receive);
        server.start();
        return resources;
    }

    /// Creates or updates a resource.
    ///
    /// @throws DeployException with the reason, if its function says FAILED or nothing
    public Reach.Answer deploy(Stack.CustomResource resource, Backend backend)
            throws DeployException, InterruptedException {
        var old = deployed.find(resource.logicalId());
        var request = request(resource, old.isPresent() ? "Update" : "Create");
        old.ifPresent(it -> {
            request.put("PhysicalResourceId", it.physicalResourceId());
            request.put("OldResourceProperties", it.properties());
        });
        var response = exchange(resource, request, backend);
        if (!"SUCCESS".equals(response.get("Status"))) {
            throw new DeployException(
                    resource.logicalId(),
                    Objects.toString(response.get("Reason"), "its function gave no reason"));
        }
        if (!(response.get("PhysicalResourceId") instanceof String physicalResourceId)) {
            throw new DeployException(
                    resource.logicalId(), "its function answered without a PhysicalResourceId");
        }
        deployed.put(
                resource.logicalId(),
                new DeployedResources.Deployed(physicalResourceId, resource.properties()));
        if (old.isPresent() && !old.get().physicalResourceId().equals(physicalResourceId)) {
            delete(resource, old.get(), backend);
        }
        return new Reach.Answer(physicalResourceId, data(response));
    }

    @Override
    public void close() {
        server.stop(0);
        invocations.shutdownNow();
    }

    /// A resource with another physical id replaces the old one, which goes.
    private void delete(
            Stack.CustomResource resource, DeployedResources.Deployed old, Backend backend)
            throws DeployException, InterruptedException {
        var request = request(resource, "Delete");
        request.put("PhysicalResourceId", old.physicalResourceId());
        request.put("ResourceProperties", old.properties());
        exchange(resource, request, backend);
    }

    private Map<String, Object> request(Stack.CustomResource resource, String type) {
        var requestId = UUID.randomUUID().toString();
        var request = new LinkedHashMap<String, Object>();
        request.put("RequestType", type);
        request.put("ServiceToken", resource.serviceToken());
        request.put(
                "ResponseURL",
                "http://127.0.0.1:" + server.getAddress().getPort() + "/" + requestId);
        request.put("StackId", stackId);
        request.put("RequestId", requestId);
        request.put("LogicalResourceId", resource.logicalId());
        request.put("ResourceType", resource.type());
        request.put("ResourceProperties", resource.properties());
        return request;
    }

    private Map<String, Object> exchange(
            Stack.CustomResource resource, Map<String, Object> request, Backend backend)
            throws DeployException, InterruptedException {
        var requestId = String.valueOf(request.get("RequestId"));
        var answer = new CompletableFuture<Map<String, Object>>();
        awaited.put(requestId, answer);
        try {
            var payload = JSON.std.asString(request).getBytes(StandardCharsets.UTF_8);
            var invocation = invocations.submit(() -> backend.invoke(resource.function(), payload));
            return await(resource, invocation, answer);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            awaited.remove(requestId);
        }
    }

    private Map<String, Object> await(
            Stack.CustomResource resource,
            Future<InvokeResult> invocation,
            CompletableFuture<Map<String, Object>> answer)
            throws DeployException, InterruptedException {
        var name = resource.logicalId();
        try {
            switch (invocation.get(resource.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
                case InvokeResult.Success _ -> {}
                case InvokeResult.FunctionError(var _, var payload, var _) when !answer.isDone() ->
                        throw new DeployException(name, failure(resource, payload));
                case InvokeResult.FunctionError _ -> {}
                case InvokeResult.Throttled _ ->
                        throw new DeployException(
                                name, resource.function() + " has no concurrency to run with");
            }
            return answer.get(grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            invocation.cancel(true);
            throw new DeployException(
                    name, resource.function() + " did not answer at the response URL in time");
        } catch (ExecutionException failure) {
            throw new DeployException(name, String.valueOf(failure.getCause()));
        }
    }

    private static String failure(Stack.CustomResource resource, byte[] payload) {
        var text = new String(payload, StandardCharsets.UTF_8);
        try {
            var message = JSON.std.mapFrom(text).get("errorMessage");
            return resource.function() + " failed: " + message;
        } catch (IOException notJson) {
            return resource.function() + " failed: " + text;
        }
    }

    private static Map<String, String> data(Map<String, Object> response) {
        var data = new LinkedHashMap<String, String>();
        if (response.get("Data") instanceof Map<?, ?> map) {
            map.forEach((key, value) -> data.put(key.toString(), String.valueOf(value)));
        }
        return data;
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            var requestId = exchange.getRequestURI().getPath().substring(1);
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var answer = Optional.ofNullable(awaited.get(requestId));
            boolean wanted = exchange.getRequestMethod().equals("PUT") && answer.isPresent();
            if (wanted) {
                // before its function hears of it: that may end at once, and the grace begin
                answer.get().complete(document(body));
            }
            exchange.sendResponseHeaders(wanted ? 200 : 403, -1);
        }
    }

    private static Map<String, Object> document(String body) {
        try {
            return JSON.std.mapFrom(body);
        } catch (IOException notJson) {
            return Map.of("Status", "FAILED", "Reason", "its function did not answer with JSON");
        }
    }
}
