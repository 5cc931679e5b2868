package dev.sluice.local.postgres;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/// Where a PostgreSQL lives, whose database it holds, and how its server is set.
///
/// `preferredPort` 0 means any; a taken one gives way to any. `server` are lines of
/// postgresql.conf, `max_connections` for one.
public record PostgresSettings(
        Path dataDirectory,
        String owner,
        String database,
        int preferredPort,
        Map<String, String> server,
        Consumer<String> announcements) {
    public PostgresSettings {
        server = Map.copyOf(server);
    }
}
