package dev.sluice.local;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The ports of the last run in a data directory, so that addresses stay the same where they can.
record Ports(int api, int s3, int sqs, int lambda, int database) {
    private static final String FILE = "ports.json";

    static Ports read(Path directory) throws IOException {
        var file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return new Ports(0, 0, 0, 0, 0);
        }
        var ports = JSON.std.mapFrom(Files.readString(file));
        return new Ports(
                port(ports.get("api")),
                port(ports.get("s3")),
                port(ports.get("sqs")),
                port(ports.get("lambda")),
                port(ports.get("database")));
    }

    void write(Path directory) throws IOException {
        var ports = new TreeMap<String, Object>();
        ports.put("api", api);
        ports.put("s3", s3);
        ports.put("sqs", sqs);
        ports.put("lambda", lambda);
        ports.put("database", database);
        Files.writeString(directory.resolve(FILE), JSON.std.asString(ports));
    }

    private static int port(@Nullable Object value) {
        return value instanceof Integer port && port > 0 && port <= 65_535 ? port : 0;
    }
}
