package dev.sluice.local.proxy;

import java.time.Instant;

/// A statement after which a session keeps its database connection for itself.
///
/// @param application what the client calls itself
/// @param statement its beginning
public record Pin(Instant at, String user, String application, String reason, String statement) {
    private static final int STATEMENT_SHOWN = 500;

    public Pin {
        statement = statement.strip().replaceAll("\\s+", " ");
        if (statement.length() > STATEMENT_SHOWN) {
            statement = statement.substring(0, STATEMENT_SHOWN) + " …";
        }
    }

    /// One sentence for the log.
    @Override
    public String toString() {
        return "%s pinned a session of %s (%s): %s".formatted(reason, user, application, statement);
    }
}
