package dev.sluice.local.proxy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/// How a proxy stands between its clients and a database.
///
/// @param listen where clients connect; port 0 for any
/// @param maxConnections to the database, all users together
/// @param maxIdle of them kept while nobody uses them
/// @param borrowTimeout how long a client waits for one
/// @param idleClientTimeout how long a client may ask for nothing
/// @param pins told of every statement that pins, at once
/// @param tls what encrypts for clients that ask for it
/// @param requireTls whether others are refused
/// @param tokens the check of those who sign in by IAM; without it anyone is who it says
public record ProxySettings(
        InetSocketAddress listen,
        InetSocketAddress database,
        int maxConnections,
        int maxIdle,
        Duration borrowTimeout,
        Duration idleClientTimeout,
        Consumer<Pin> pins,
        InstantSource clock,
        Optional<SSLContext> tls,
        boolean requireTls,
        Optional<IamTokens> tokens) {
    public ProxySettings {
        if ((requireTls || tokens.isPresent()) && tls.isEmpty()) {
            throw new IllegalArgumentException("TLS is required and not to be had");
        }
        if (maxConnections < 1 || maxIdle < 0 || maxIdle > maxConnections) {
            throw new IllegalArgumentException(
                    "not a number of connections: %d, %d idle".formatted(maxConnections, maxIdle));
        }
        requirePositive(borrowTimeout);
        requirePositive(idleClientTimeout);
    }

    /// Without encryption, for clients that are trusted.
    public ProxySettings(
            InetSocketAddress listen,
            InetSocketAddress database,
            int maxConnections,
            int maxIdle,
            Duration borrowTimeout,
            Duration idleClientTimeout,
            Consumer<Pin> pins,
            InstantSource clock) {
        this(
                listen,
                database,
                maxConnections,
                maxIdle,
                borrowTimeout,
                idleClientTimeout,
                pins,
                clock,
                Optional.empty(),
                /* requireTls= */ false,
                Optional.empty());
    }

    public ProxySettings withTls(SSLContext context, boolean required) {
        return new ProxySettings(
                listen,
                database,
                maxConnections,
                maxIdle,
                borrowTimeout,
                idleClientTimeout,
                pins,
                clock,
                Optional.of(context),
                required,
                tokens);
    }

    public ProxySettings withTokens(IamTokens check) {
        return new ProxySettings(
                listen,
                database,
                maxConnections,
                maxIdle,
                borrowTimeout,
                idleClientTimeout,
                pins,
                clock,
                tls,
                requireTls,
                Optional.of(check));
    }

    private static void requirePositive(Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException("not a limit: " + duration);
        }
    }
}
