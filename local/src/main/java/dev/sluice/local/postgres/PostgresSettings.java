package dev.sluice.local.postgres;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/// Where a PostgreSQL lives, whose database it holds, and how its server is set.
///
/// `preferredPort` 0 means any; a taken one gives way to any. `server` are lines of
/// postgresql.conf, `max_connections` for one. `announcements` hears of what a user should know.
public record PostgresSettings(
        Path dataDirectory,
        String owner,
        String database,
        int preferredPort,
        Map<String, String> server,
        Consumer<String> announcements) {
    public PostgresSettings {
        requireName(owner);
        requireName(database);
        server = Map.copyOf(server);
    }

    private static void requireName(String name) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("not a name for a role or a database: " + name);
        }
    }
}
