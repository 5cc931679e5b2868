package dev.sluice.local.deploy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The custom resources that earlier runs made, kept in a file.
///
/// Not thread-safe.
public final class DeployedResources {
    private final Path file;
    private final Map<String, Deployed> resources;

    private DeployedResources(Path file, Map<String, Deployed> resources) {
        this.file = file;
        this.resources = resources;
    }

    /// One resource as it was made last.
    record Deployed(String physicalResourceId, Map<String, Object> properties) {}

    /// Opens what earlier runs kept in `directory`.
    public static DeployedResources open(Path directory) throws IOException {
        var file = directory.resolve("custom-resources.json");
        var resources = new TreeMap<String, Deployed>();
        if (Files.exists(file)) {
            for (var entry : JSON.std.mapFrom(Files.readString(file)).entrySet()) {
                if (entry.getValue() instanceof Map<?, ?> map
                        && map.get("id") instanceof String id
                        && map.get("properties") instanceof Map<?, ?> properties) {
                    var kept = new LinkedHashMap<String, Object>();
                    properties.forEach((key, value) -> kept.put(key.toString(), value));
                    resources.put(entry.getKey(), new Deployed(id, kept));
                }
            }
        }
        return new DeployedResources(file, resources);
    }

    Optional<Deployed> find(String logicalId) {
        return Optional.ofNullable(resources.get(logicalId));
    }

    void put(String logicalId, Deployed resource) {
        resources.put(logicalId, resource);
        var document = new TreeMap<String, Object>();
        resources.forEach((name, each) ->
                document.put(
                        name,
                        Map.of("id", each.physicalResourceId(), "properties", each.properties())));
        try {
            var next = file.resolveSibling("custom-resources.json.next");
            Files.writeString(next, JSON.std.asString(document));
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException("Can't keep the custom resources in " + file, failure);
        }
    }
}
