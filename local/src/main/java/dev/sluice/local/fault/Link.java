package dev.sluice.local.fault;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One connection through a relay: two pumps, one for each direction.
final class Link {
    private static final int PIECE = 16 << 10;

    private final Relay relay;
    private final Socket client;
    private final Socket server;
    private final List<Watch> watches = new ArrayList<>();
    private final Map<Direction, AtomicLong> passed = new EnumMap<>(Direction.class);
    private final AtomicInteger pumping = new AtomicInteger(2);
    private volatile boolean silent;
    private volatile boolean answered;
    private volatile boolean over;

    Link(Relay relay, Socket client, Socket server) {
        this.relay = relay;
        this.client = client;
        this.server = server;
        for (var direction : Direction.values()) {
            passed.put(direction, new AtomicLong());
        }
    }

    void start() {
        Thread.ofVirtual().start(() -> pump(Direction.TO_SERVER, client, server));
        Thread.ofVirtual().start(() -> pump(Direction.TO_CLIENT, server, client));
    }

    LinkView view() {
        return new LinkView(
                client.getPort(),
                counter(Direction.TO_SERVER).get(),
                counter(Direction.TO_CLIENT).get());
    }

    boolean isSilent() {
        return silent;
    }

    boolean isOver() {
        return over;
    }

    /// Ends it on both sides at once, as a lost peer does: without the orderly end of TCP.
    void reset() {
        over = true;
        relay.ended(this);
        for (var socket : List.of(client, server)) {
            try {
                socket.setSoLinger(true, 0);
            } catch (IOException _) {
                // closed already
            }
            close(socket);
        }
    }

    private AtomicLong counter(Direction direction) {
        return passed.computeIfAbsent(direction, _ -> new AtomicLong());
    }

    private void pump(Direction direction, Socket from, Socket to) {
        try {
            var in = from.getInputStream();
            var piece = new byte[PIECE];
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                carry(direction, piece, length, to);
            }
            close(direction, to);
        } catch (IOException _) {
            // A reset would take an answer away from a client that has not read it yet.
            if (!answered) {
                reset();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            reset();
        } finally {
            if (pumping.decrementAndGet() == 0) {
                relay.ended(this);
                close(client);
                close(server);
            }
        }
    }

    /// The end of one direction; the other may go on.
    private void close(Direction direction, Socket to) throws IOException, InterruptedException {
        for (var toxic : relay.toxics(direction)) {
            if (toxic instanceof Toxic.SlowClose(var delay)) {
                Thread.sleep(delay);
            }
        }
        relay.awaitPassable(this, direction);
        if (!over) {
            to.shutdownOutput();
        }
    }

    private void carry(Direction direction, byte[] piece, int length, Socket to)
            throws IOException, InterruptedException {
        int from = 0;
        while (from < length) {
            var sprung = sprung(direction, piece, from, length);
            int until = sprung == null ? length : sprung.at;
            send(direction, piece, from, until, to);
            from = until;
            if (sprung != null) {
                obey(sprung.trap.spring(view()));
                // The held byte itself: it has been looked at.
                send(direction, piece, from, from + 1, to);
                from++;
            }
        }
    }

    private record Sprung(Trap trap, int at) {}

    private synchronized @Nullable Sprung sprung(
            Direction direction, byte[] piece, int from, int length) {
        for (var trap : relay.traps()) {
            if (watches.stream().noneMatch(it -> it.trap().equals(trap))) {
                watches.add(new Watch(trap));
            }
        }
        for (int at = from; at < length; at++) {
            var trap = trapAt(direction, piece[at]);
            if (trap != null) {
                return new Sprung(trap, at);
            }
        }
        return null;
    }

    // Every watch looks at every byte, also at the one that another springs at.
    private @Nullable Trap trapAt(Direction direction, byte value) {
        Trap first = null;
        for (var watch : watches) {
            if (watch.isPlace(direction, value) && first == null && watch.trap().claim()) {
                first = watch.trap();
            }
        }
        return first;
    }

    private void obey(Verdict verdict) throws IOException, InterruptedException {
        switch (verdict) {
            case Verdict.Pass _ -> {}
            case Verdict.Cut _ -> {
                reset();
                throw new IOException("cut");
            }
            case Verdict.Silence _ -> silent = true;
            case Verdict.Answer(byte[] bytes) -> {
                answered = true;
                over = true;
                client.getOutputStream().write(bytes);
                client.shutdownOutput();
                close(server);
                throw new IOException("answered");
            }
        }
    }

    private void send(Direction direction, byte[] piece, int from, int until, Socket to)
            throws IOException, InterruptedException {
        if (from == until) {
            return;
        }
        long most = until;
        for (var toxic : relay.toxics(direction)) {
            switch (toxic) {
                case Toxic.Latency(var delay, var jitter) -> Thread.sleep(delay.plus(some(jitter)));
                case Toxic.Reset _ -> most = from;
                case Toxic.Cut(long bytes) ->
                        most = Math.min(most, from + bytes - counter(direction).get());
                case Toxic.BlackHole _, Toxic.Bandwidth _, Toxic.SlowClose _ -> {}
            }
        }
        relay.awaitPassable(this, direction);
        if (over) {
            throw new IOException("over");
        }
        int allowed = (int) Math.max(from, most);
        write(direction, piece, from, allowed, to);
        if (allowed < until || isUsedUp(direction)) {
            reset();
            throw new IOException("cut");
        }
    }

    // Exactly so many bytes: the cut comes with the last one and does not wait for the next.
    private boolean isUsedUp(Direction direction) {
        long count = counter(direction).get();
        return relay.toxics(direction).stream()
                .anyMatch(it -> it instanceof Toxic.Cut(long bytes) && count >= bytes);
    }

    private void write(Direction direction, byte[] piece, int from, int until, Socket to)
            throws IOException, InterruptedException {
        int at = from;
        while (at < until) {
            int slice = slice(direction, until - at);
            // before they are written: who has read them finds them counted
            counter(direction).addAndGet(slice);
            relay.counter(direction).addAndGet(slice);
            to.getOutputStream().write(piece, at, slice);
            at += slice;
        }
    }

    // A twentieth of a second's bytes at a time.
    private int slice(Direction direction, int length) throws InterruptedException {
        for (var toxic : relay.toxics(direction)) {
            if (toxic instanceof Toxic.Bandwidth(long bytesPerSecond)) {
                int slice = Math.clamp(bytesPerSecond / 20, 1, length);
                Thread.sleep(Duration.ofNanos(slice * 1_000_000_000L / bytesPerSecond));
                return slice;
            }
        }
        return length;
    }

    private static Duration some(Duration jitter) {
        long nanos = jitter.toNanos();
        return nanos == 0
                ? Duration.ZERO
                : Duration.ofNanos(ThreadLocalRandom.current().nextLong(nanos));
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone either way.
        }
    }
}
