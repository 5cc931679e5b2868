package dev.sluice.local.proxy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;

/// How a proxy stands between its clients and a database.
///
/// @param listen where clients connect; port 0 for any
/// @param maxConnections to the database, all users together
/// @param maxIdle of them kept while nobody uses them
/// @param borrowTimeout how long a client waits for one
/// @param idleClientTimeout how long a client may ask for nothing
/// @param pins told of every statement that pins, at once
public record ProxySettings(
        InetSocketAddress listen,
        InetSocketAddress database,
        int maxConnections,
        int maxIdle,
        Duration borrowTimeout,
        Duration idleClientTimeout,
        Consumer<Pin> pins,
        InstantSource clock) {
    public ProxySettings {
        if (maxConnections < 1 || maxIdle < 0 || maxIdle > maxConnections) {
            throw new IllegalArgumentException(
                    "not a number of connections: %d, %d idle".formatted(maxConnections, maxIdle));
        }
        requirePositive(borrowTimeout);
        requirePositive(idleClientTimeout);
    }

    private static void requirePositive(Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException("not a limit: " + duration);
        }
    }
}
