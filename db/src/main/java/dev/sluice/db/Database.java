package dev.sluice.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The one connection of an execution environment: opened at first use, checked after it was idle,
/// opened anew when it broke. Never pooled: the proxy is the pool.
///
/// For one thread at a time, as Lambda invokes; only [#abortAfter] acts from another.
public final class Database implements AutoCloseable {
    /*
     * A thawed environment may hold a socket that died while it was frozen, and isClosed() does not
     * know. isValid() asks with an empty query, which pins nothing.
     */
    private static final Duration TRUSTED_IDLE = Duration.ofSeconds(20);
    private static final Duration MAX_AGE = Duration.ofMinutes(10);
    private static final int CHECK_SECONDS = 2;

    private final DatabaseSettings settings;
    private final InstantSource clock;
    private final ScheduledExecutorService watch;
    private volatile @Nullable Connection connection;
    private long openedAt;
    private long usedAt;

    public Database(DatabaseSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.watch =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("database-deadline").factory());
    }

    /// Statements that commit together.
    @FunctionalInterface
    public interface Work<R extends @Nullable Object, X extends Exception> {
        R run(Connection connection) throws SQLException, X;
    }

    /// Runs the work in a transaction, and once more on a new connection when the first one was
    /// lost before the commit. So the work must be repeatable; what is not goes through
    /// [#onceInTransaction].
    public <R extends @Nullable Object, X extends Exception> R inTransaction(Work<R, X> work)
            throws SQLException, X {
        return twice(() -> onceInTransaction(work));
    }

    /// Runs the work in a transaction: commits when it returns, rolls back when it throws.
    ///
    /// @throws CommitUnknownException when the commit was sent and no answer came: ask the ledger
    public <R extends @Nullable Object, X extends Exception> R onceInTransaction(Work<R, X> work)
            throws SQLException, X {
        var open = connect();
        try {
            R result = work.run(open);
            commit(open);
            usedAt = clock.millis();
            return result;
        } catch (Throwable failure) {
            rollback(open, failure);
            throw failure;
        }
    }

    /// Asks by one statement that changes nothing, without a BEGIN and a COMMIT around it, and once
    /// more on a new connection when the first one was lost.
    public <R extends @Nullable Object, X extends Exception> R ask(Work<R, X> question)
            throws SQLException, X {
        return twice(() -> onceAlone(question));
    }

    private interface Attempt<R extends @Nullable Object, X extends Exception> {
        R make() throws SQLException, X;
    }

    /// Once more where the connection was lost, but not where the first may have committed.
    private static <R extends @Nullable Object, X extends Exception> R twice(Attempt<R, X> attempt)
            throws SQLException, X {
        try {
            return attempt.make();
        } catch (CommitUnknownException e) {
            throw e;
        } catch (SQLException e) {
            if (!SqlState.isConnectionLost(e)) {
                throw e;
            }
            try {
                return attempt.make();
            } catch (SQLException again) {
                again.addSuppressed(e);
                throw again;
            }
        }
    }

    // Nothing is sent for either change of the mode: no transaction is open.
    private <R extends @Nullable Object, X extends Exception> R onceAlone(Work<R, X> question)
            throws SQLException, X {
        var open = connect();
        try {
            open.setAutoCommit(true);
            R answer = question.run(open);
            open.setAutoCommit(false);
            usedAt = clock.millis();
            return answer;
        } catch (Throwable failure) {
            forget();
            throw failure;
        }
    }

    private static void commit(Connection open) throws SQLException {
        try {
            open.commit();
        } catch (SQLException e) {
            if (SqlState.isConnectionLost(e)) {
                throw new CommitUnknownException(e);
            }
            throw e;
        }
    }

    private void rollback(Connection open, Throwable failure) {
        boolean lost = failure instanceof SQLException e && SqlState.isConnectionLost(e);
        try {
            if (!lost && !open.isClosed()) {
                open.rollback();
                usedAt = clock.millis();
                return;
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
        forget();
    }

    private Connection connect() throws SQLException {
        var held = connection;
        if (held != null && usable(held)) {
            return held;
        }
        forget();
        var opened = settings.dataSource().getConnection();
        try {
            opened.setAutoCommit(false);
        } catch (SQLException e) {
            opened.close();
            throw e;
        }
        connection = opened;
        openedAt = clock.millis();
        usedAt = openedAt;
        return opened;
    }

    private boolean usable(Connection held) throws SQLException {
        long now = clock.millis();
        if (held.isClosed() || now - openedAt > MAX_AGE.toMillis()) {
            return false;
        }
        return now - usedAt < TRUSTED_IDLE.toMillis() || held.isValid(CHECK_SECONDS);
    }

    /// Cuts the connection when the time is up, unless the returned handle is closed before. The
    /// only thing that ends a stalled COPY: no timeout of the server does, and the proxy knows no
    /// cancel.
    public Watch abortAfter(Duration time) {
        var task = watch.schedule(this::abort, time.toMillis(), TimeUnit.MILLISECONDS);
        return () -> task.cancel(/* mayInterruptIfRunning= */ false);
    }

    /// Stops watching when closed.
    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    private void abort() {
        var held = connection;
        if (held == null) {
            return;
        }
        try {
            held.abort(Runnable::run);
        } catch (SQLException e) {
            System.err.println("could not cut the database connection: " + e.getMessage());
        }
    }

    private void forget() {
        var held = connection;
        connection = null;
        if (held == null) {
            return;
        }
        try {
            held.close();
        } catch (SQLException _) {
            // It was broken or too old; the next one is opened either way.
        }
    }

    @Override
    public void close() {
        watch.shutdownNow();
        forget();
    }
}
