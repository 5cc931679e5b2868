package dev.sluice.local.proxy;

import dev.sluice.local.part.Part;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What RDS Proxy is in AWS: many clients share few database connections, each for a transaction at
/// a time, and every statement that would pin a session there is reported and pins it here.
///
/// Thread-safe.
public final class Proxy implements Part {
    private static final int BACKLOG = 1024;
    private static final int MOST_PINS_KEPT = 1000;
    private static final Duration SLOWEST_LOOK = Duration.ofSeconds(1);

    private final ProxySettings settings;
    private final ServerSocket socket;
    private final ServerConnections servers;
    private final Verdicts verdicts = new Verdicts();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger mostClients = new AtomicInteger();
    private final AtomicLong cancels = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong pinned = new AtomicLong();
    private final List<Pin> pins = new ArrayList<>();

    private Proxy(ProxySettings settings, ServerSocket socket) {
        this.settings = settings;
        this.socket = socket;
        this.servers = new ServerConnections(settings);
    }

    /// Takes clients when it returns; the database need not be up yet.
    public static Proxy start(ProxySettings settings) throws IOException {
        var socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(settings.listen(), BACKLOG);
        } catch (IOException taken) {
            socket.close();
            throw taken;
        }
        var proxy = new Proxy(settings, socket);
        Thread.ofVirtual().name("proxy-accept").start(proxy::accept);
        Thread.ofVirtual().name("proxy-watch").start(proxy::watch);
        return proxy;
    }

    public String host() {
        return settings.listen().getAddress().getHostAddress();
    }

    public int port() {
        return socket.getLocalPort();
    }

    Verdicts verdicts() {
        return verdicts;
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(settings.listen().getAddress(), port());
    }

    public ProxyFigures figures() {
        var now = servers.figures();
        List<Pin> seen;
        synchronized (pins) {
            seen = List.copyOf(pins);
        }
        return new ProxyFigures(
                sessions.size(),
                mostClients.get(),
                now.open(),
                now.most(),
                now.borrowed(),
                now.waits(),
                now.longestWait(),
                now.timeouts(),
                cancels.get(),
                refused.get(),
                seen,
                pinned.get());
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        try {
            socket.close();
        } finally {
            sessions.forEach(Session::end);
            servers.close();
        }
    }

    private void accept() {
        while (closed.getCount() > 0) {
            try {
                serve(socket.accept());
            } catch (IOException _) {
                // closed, or one client that went at once
            }
        }
    }

    private void serve(Socket client) {
        var session = new Session(this, client, numbers.incrementAndGet());
        sessions.add(session);
        mostClients.accumulateAndGet(sessions.size(), Math::max);
        Thread.ofPlatform().daemon().name("proxy-client").start(session);
    }

    private void watch() {
        long limit = settings.idleClientTimeout().toMillis();
        long pause = Math.clamp(limit / 4, 1, SLOWEST_LOOK.toMillis());
        try {
            while (!closed.await(pause, TimeUnit.MILLISECONDS)) {
                sessions.forEach(it -> it.endIfIdle(settings.idleClientTimeout()));
                servers.tidy();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    // ------------------------------------------------------------ for its sessions

    ProxySettings settings() {
        return settings;
    }

    ServerConnections servers() {
        return servers;
    }

    void left(Session session) {
        sessions.remove(session);
    }

    void cancelled() {
        cancels.incrementAndGet();
    }

    void refused() {
        refused.incrementAndGet();
    }

    void pinned(Greeting client, String reason, String statement) {
        var pin =
                new Pin(
                        settings.clock().instant(),
                        client.target().user(),
                        client.application(),
                        reason,
                        statement);
        pinned.incrementAndGet();
        synchronized (pins) {
            if (pins.size() < MOST_PINS_KEPT) {
                pins.add(pin);
            }
        }
        settings.pins().accept(pin);
    }
}
