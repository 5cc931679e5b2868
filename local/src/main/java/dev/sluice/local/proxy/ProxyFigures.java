package dev.sluice.local.proxy;

import java.time.Duration;
import java.util.List;

/// What a proxy has seen since its start.
///
/// @param servers connections to the database, busy and idle
/// @param borrowed those that a client holds now
/// @param waits how often a client had to wait for a connection
/// @param timeouts how often it waited in vain
/// @param cancels cancel requests, all of them ignored
/// @param refused clients that were not let in
/// @param pins the first of them, in the order they came
/// @param pinned how many there were
public record ProxyFigures(
        int clients,
        int mostClients,
        int servers,
        int mostServers,
        int borrowed,
        long waits,
        Duration longestWait,
        long timeouts,
        long cancels,
        long refused,
        List<Pin> pins,
        long pinned) {
    public ProxyFigures {
        pins = List.copyOf(pins);
    }

    /// One line for people.
    @Override
    public String toString() {
        return "%d clients at once over %d database connections, %s, %d pin%s"
                .formatted(mostClients, mostServers, waiting(), pinned, pinned == 1 ? "" : "s");
    }

    private String waiting() {
        return waits == 0
                ? "no waits"
                : "%d waits (the longest %d ms, %d in vain)"
                        .formatted(waits, longestWait.toMillis(), timeouts);
    }
}
