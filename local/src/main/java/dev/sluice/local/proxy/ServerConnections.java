package dev.sluice.local.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The bounded number of database connections, lent for a transaction at a time; who asks first
/// gets first. Thread-safe.
final class ServerConnections implements AutoCloseable {
    private static final Duration RETRY = Duration.ofMillis(100);
    private static final Duration GOOD_BYE = Duration.ofSeconds(5);
    private static final Duration SURPLUS_KEPT = Duration.ofSeconds(10);
    private static final Duration MOST_AGE_IDLE = Duration.ofHours(1);

    private final InetSocketAddress database;
    private final int most;
    private final int mostIdle;
    private final Duration borrowTimeout;

    /// Whoever holds a connection holds a permit, so the others are idle or on their way out.
    private final Semaphore permits;

    private final Map<Target, byte[]> greetings = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<ServerConnection> idle = new ArrayDeque<>();
    private final Set<ServerConnection> borrowed = new HashSet<>();

    /// Those that are being opened or closed count.
    private int open;

    private int mostOpen;
    private long waits;
    private long timeouts;
    private long longestWaitNanos;
    private boolean closed;

    ServerConnections(ProxySettings settings) {
        this.database = settings.database();
        this.most = settings.maxConnections();
        this.mostIdle = settings.maxIdle();
        this.borrowTimeout = settings.borrowTimeout();
        this.permits = new Semaphore(most, /* fair= */ true);
    }

    /// Counts of this moment and of all time.
    record Figures(
            int open, int most, int borrowed, long waits, Duration longestWait, long timeouts) {}

    Figures figures() {
        lock.lock();
        try {
            return new Figures(
                    open,
                    mostOpen,
                    borrowed.size(),
                    waits,
                    Duration.ofNanos(longestWaitNanos),
                    timeouts);
        } finally {
            lock.unlock();
        }
    }

    /// What a server says of its settings to a user like this one; asked for once.
    byte[] greeting(Target target) throws RefusedException, InterruptedException {
        var known = greetings.get(target);
        if (known != null) {
            return known;
        }
        var connection = borrow(target);
        greetings.put(target, connection.parameters());
        release(connection);
        return connection.parameters();
    }

    /// Waits in turn; a database that does not answer is waited for as well.
    ServerConnection borrow(Target target) throws RefusedException, InterruptedException {
        long asked = System.nanoTime();
        long deadline = asked + borrowTimeout.toNanos();
        takePermit(asked, deadline);
        ServerConnection connection = null;
        try {
            connection = connect(target, deadline);
            return connection;
        } finally {
            if (connection == null) {
                permits.release();
            }
        }
    }

    private void takePermit(long asked, long deadline)
            throws RefusedException, InterruptedException {
        if (permits.tryAcquire(0, TimeUnit.NANOSECONDS)) {
            return;
        }
        boolean taken = permits.tryAcquire(deadline - asked, TimeUnit.NANOSECONDS);
        lock.lock();
        try {
            waits++;
            longestWaitNanos = Math.max(longestWaitNanos, System.nanoTime() - asked);
        } finally {
            lock.unlock();
        }
        if (!taken) {
            throw timedOut();
        }
    }

    private RefusedException timedOut() {
        lock.lock();
        try {
            timeouts++;
        } finally {
            lock.unlock();
        }
        return RefusedException.of("53300", "Timed-out waiting to acquire database connection");
    }

    private ServerConnection connect(Target target, long deadline)
            throws RefusedException, InterruptedException {
        while (true) {
            var connection = takeIdle(target, deadline);
            if (connection != null) {
                return connection;
            }
            connection = openOne(target);
            if (connection != null) {
                return connection;
            }
            if (System.nanoTime() - deadline > 0) {
                throw timedOut();
            }
            Thread.sleep(RETRY);
        }
    }

    /// One that is there, or null with room for a new one.
    private @Nullable ServerConnection takeIdle(Target target, long deadline)
            throws RefusedException, InterruptedException {
        while (true) {
            ServerConnection tooMany;
            lock.lock();
            try {
                requireOpen();
                var found = pollIdle(target);
                if (found != null) {
                    borrowed.add(found);
                    return found;
                }
                if (open < most) {
                    open++;
                    mostOpen = Math.max(mostOpen, open);
                    return null;
                }
                tooMany = idle.pollLast();
                if (tooMany == null && changed.awaitNanos(deadline - System.nanoTime()) <= 0) {
                    throw timedOut();
                }
            } finally {
                lock.unlock();
            }
            if (tooMany != null) {
                end(tooMany);
            }
        }
    }

    private @Nullable ServerConnection pollIdle(Target target) {
        for (var each = idle.iterator(); each.hasNext(); ) {
            var connection = each.next();
            if (connection.target().equals(target) && connection.isAlive()) {
                each.remove();
                return connection;
            }
        }
        return null;
    }

    /// Null when the database does not take connections at the moment.
    private @Nullable ServerConnection openOne(Target target) throws RefusedException {
        ServerConnection connection = null;
        try {
            connection = ServerConnection.open(database, target);
            return connection;
        } catch (IOException unreachable) {
            return null;
        } catch (RefusedException refused) {
            if (isForNow(Messages.sqlState(refused.message()))) {
                return null;
            }
            throw refused;
        } finally {
            opened(connection);
        }
    }

    private void opened(@Nullable ServerConnection connection) {
        lock.lock();
        try {
            if (connection == null) {
                open--;
                changed.signalAll();
            } else {
                borrowed.add(connection);
            }
        } finally {
            lock.unlock();
        }
    }

    // starting up or shutting down, too many connections
    private static boolean isForNow(String sqlState) {
        return sqlState.startsWith("57P") || sqlState.equals("53300");
    }

    private void requireOpen() throws RefusedException {
        if (closed) {
            throw RefusedException.of("57P01", "the database proxy is shutting down");
        }
    }

    /// Takes back a connection between two transactions.
    void release(ServerConnection connection) {
        connection.attach(null);
        boolean kept;
        lock.lock();
        try {
            kept = connection.isAlive() && !closed && borrowed.remove(connection);
            if (kept) {
                idle.push(connection);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (kept) {
            permits.release();
        } else {
            discard(connection);
        }
    }

    /// Takes back one that is in the middle of something, or broken. The permit comes back when the
    /// server has gone, or did not go for long.
    void discard(ServerConnection connection) {
        Thread.ofVirtual()
                .name("proxy-discard")
                .start(() -> {
                    connection.hangUp(GOOD_BYE);
                    lock.lock();
                    try {
                        borrowed.remove(connection);
                        open--;
                        changed.signalAll();
                    } finally {
                        lock.unlock();
                    }
                    permits.release();
                });
    }

    private void end(ServerConnection connection) {
        connection.terminate(GOOD_BYE);
        lock.lock();
        try {
            open--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Ends idle connections that are dead, old or more than there should be.
    void tidy() {
        surplus().forEach(this::end);
    }

    private List<ServerConnection> surplus() {
        var surplus = new ArrayList<ServerConnection>();
        lock.lock();
        try {
            long now = System.nanoTime();
            int kept = 0;
            for (var each = idle.iterator(); each.hasNext(); ) {
                var connection = each.next();
                var rest = Duration.ofNanos(now - connection.idleSince());
                kept++;
                if (!connection.isAlive()
                        || rest.compareTo(MOST_AGE_IDLE) > 0
                        || (kept > mostIdle && rest.compareTo(SURPLUS_KEPT) > 0)) {
                    each.remove();
                    surplus.add(connection);
                }
            }
        } finally {
            lock.unlock();
        }
        return surplus;
    }

    /// Ends all; those that are borrowed in the middle of their work.
    @Override
    public void close() {
        List<ServerConnection> resting;
        List<ServerConnection> working;
        lock.lock();
        try {
            closed = true;
            resting = List.copyOf(idle);
            idle.clear();
            working = List.copyOf(borrowed);
        } finally {
            lock.unlock();
        }
        resting.forEach(this::end);
        // The time is for all of them together.
        long end = System.nanoTime() + GOOD_BYE.toNanos();
        for (var connection : working) {
            connection.hangUp(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
    }
}
