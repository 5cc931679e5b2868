package dev.sluice.local.gateway;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.invoke.InvokeResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// Functions that answer from this process and remember what they were asked.
final class TestingBackend implements Backend {
    private final Map<String, Function<Map<String, Object>, InvokeResult>> functions;
    private final List<Map<String, Object>> events = new CopyOnWriteArrayList<>();

    TestingBackend(Map<String, Function<Map<String, Object>, InvokeResult>> functions) {
        this.functions = functions;
    }

    static InvokeResult success(String json) {
        return new InvokeResult.Success("id", json.getBytes(StandardCharsets.UTF_8), "");
    }

    static InvokeResult failure(String message) {
        var json = "{\"errorMessage\":\"" + message + "\",\"errorType\":\"java.lang.Exception\"}";
        return new InvokeResult.FunctionError("id", json.getBytes(StandardCharsets.UTF_8), "");
    }

    @Override
    public InvokeResult invoke(String function, byte[] payload) {
        try {
            var event = JSON.std.mapFrom(new String(payload, StandardCharsets.UTF_8));
            events.add(event);
            return Objects.requireNonNull(functions.get(function)).apply(event);
        } catch (IOException notJson) {
            throw new UncheckedIOException(notJson);
        }
    }

    List<Map<String, Object>> events() {
        return events;
    }
}
