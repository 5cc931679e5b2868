package dev.sluice.local;

import dev.sluice.local.postgres.Postgres;
import dev.sluice.local.proxy.Pin;
import dev.sluice.local.proxy.Proxy;
import dev.sluice.local.proxy.ProxySettings;
import dev.sluice.local.template.Stack;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// Starts the template's database proxy on the database's port of another loopback address: a
/// template knows one port for both, the database's.
final class ProxyBesideDatabase {
    private static final int FIRST = 2;
    static final int LAST = 9;

    private final Consumer<String> announcements;
    private final Set<String> announced = ConcurrentHashMap.newKeySet();

    private ProxyBesideDatabase(Consumer<String> announcements) {
        this.announcements = announcements;
    }

    /// @param maxConnections what the database takes in all
    /// @param doors says who gets in and how
    static Proxy start(
            Stack.DatabaseProxy proxy,
            Postgres database,
            int maxConnections,
            UnaryOperator<ProxySettings> doors,
            Consumer<String> announcements)
            throws IOException {
        var here = new ProxyBesideDatabase(announcements);
        for (int last = FIRST; ; last++) {
            var address = InetAddress.ofLiteral("127.0.0." + last);
            try {
                return Proxy.start(
                        doors.apply(
                                here.settings(
                                        proxy,
                                        new InetSocketAddress(address, database.port()),
                                        new InetSocketAddress(
                                                InetAddress.ofLiteral(database.host()),
                                                database.port()),
                                        maxConnections)));
            } catch (BindException taken) {
                if (last == LAST) {
                    throw taken;
                }
            }
        }
    }

    private ProxySettings settings(
            Stack.DatabaseProxy proxy,
            InetSocketAddress listen,
            InetSocketAddress database,
            int maxConnections) {
        var pool = proxy.pool();
        int most = Math.max(1, maxConnections * pool.maxConnectionsPercent() / 100);
        return new ProxySettings(
                listen,
                database,
                most,
                Math.min(most, maxConnections * pool.maxIdleConnectionsPercent() / 100),
                pool.borrowTimeout(),
                proxy.idleClientTimeout(),
                this::announce,
                InstantSource.system());
    }

    // A function says the same many times; once is enough to mend it.
    private void announce(Pin pin) {
        if (announced.add(pin.toString())) {
            announcements.accept("Warning: " + pin + " (AWS: the proxy no longer shares it)");
        }
    }
}
