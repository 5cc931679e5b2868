package dev.sluice.local.fault;

import dev.sluice.local.part.Part;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A TCP relay on 127.0.0.1 in front of a server, whose links can be made ill while it runs.
///
/// Toxics hold for all links, those that are open and those to come, until they are healed; traps
/// spring at a byte of one link. Thread-safe.
public final class Relay implements Part {
    private static final int CONNECT_MILLIS = 5_000;
    private static final long PATIENCE_MILLIS = 1_000;

    private final InetSocketAddress server;
    private final int port;
    private final Map<Direction, List<Toxic>> toxics = new EnumMap<>(Direction.class);
    private final List<Trap> traps = new CopyOnWriteArrayList<>();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Map<Direction, AtomicLong> passed = new EnumMap<>(Direction.class);
    private final AtomicLong connections = new AtomicLong();
    private volatile @Nullable Door door;
    private boolean closed;

    private Relay(InetSocketAddress server, Door door) {
        this.server = server;
        this.door = door;
        this.port = door.port();
        for (var direction : Direction.values()) {
            toxics.put(direction, List.of());
            passed.put(direction, new AtomicLong());
        }
    }

    /// Listens on a free port and passes everything on to the server.
    public static Relay start(InetSocketAddress server) throws IOException {
        var door = Door.at(0);
        var relay = new Relay(server, door);
        relay.open(door);
        return relay;
    }

    public int port() {
        return port;
    }

    /// Where it listens: on 127.0.0.1, wherever the server is.
    public InetSocketAddress address() {
        return new InetSocketAddress(Door.LOOPBACK, port);
    }

    /// Makes one direction ill, in addition to what it suffers from already.
    public synchronized void infect(Direction direction, Toxic toxic) {
        var all = new ArrayList<>(toxics.getOrDefault(direction, List.of()));
        all.add(toxic);
        toxics.put(direction, List.copyOf(all));
        notifyAll();
    }

    /// Sets a trap, for the links that are open as well.
    public void arm(Trap trap) {
        traps.add(trap);
    }

    /// Resets all links that are open now.
    public void cut() {
        links.forEach(Link::reset);
    }

    /// Resets all links and refuses new ones, until it is healed.
    public void refuse() throws IOException {
        Door last;
        synchronized (this) {
            last = door;
            door = null;
        }
        try {
            if (last != null) {
                last.shut();
            }
        } finally {
            cut();
        }
    }

    /// Takes away all toxics and traps and listens again. Links that fell silent for good are
    /// reset, all others go on.
    public void heal() throws IOException {
        // Links remember them.
        traps.forEach(Trap::disarm);
        traps.clear();
        synchronized (this) {
            toxics.replaceAll((_, _) -> List.of());
            notifyAll();
            if (door == null && !closed) {
                door = Door.at(port);
                open(door);
            }
        }
        links.stream().filter(Link::isSilent).forEach(Link::reset);
    }

    /// Bytes that were passed on in all.
    public long bytes(Direction direction) {
        return counter(direction).get();
    }

    /// Connections that were made in all.
    public long connections() {
        return connections.get();
    }

    /// The connections that are open now.
    public List<LinkView> links() {
        return links.stream().map(Link::view).toList();
    }

    /// Resets everything.
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
        }
        refuse();
        synchronized (this) {
            notifyAll();
        }
    }

    synchronized List<Toxic> toxics(Direction direction) {
        return toxics.getOrDefault(direction, List.of());
    }

    /// Waits for as long as the link's direction leads into a black hole.
    synchronized void awaitPassable(Link link, Direction direction) throws InterruptedException {
        while (!closed
                && !link.isOver()
                && (link.isSilent()
                        || toxics(direction).stream()
                                .anyMatch(Toxic.BlackHole.class::isInstance))) {
            wait(PATIENCE_MILLIS);
        }
    }

    List<Trap> traps() {
        traps.removeIf(Trap::isSpent);
        return traps;
    }

    AtomicLong counter(Direction direction) {
        return passed.computeIfAbsent(direction, _ -> new AtomicLong());
    }

    void ended(Link link) {
        links.remove(link);
    }

    private void open(Door at) {
        at.open(client -> link(at, client));
    }

    private void link(Door by, Socket client) {
        var upstream = new Socket();
        var link = new Link(this, client, upstream);
        try {
            client.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
            upstream.connect(server, CONNECT_MILLIS);
        } catch (IOException _) {
            // The server refuses: so does this.
            link.reset();
            return;
        }
        connections.incrementAndGet();
        links.add(link);
        link.start();
        // One that came in while the door was being shut: refuse() may not have known it yet.
        if (!by.equals(door)) {
            link.reset();
        }
    }
}
