package dev.sluice.simulation;

import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A running function as a machine of steps: between any two it can be killed, frozen, cut off or
/// passed by.
abstract class Invocation {
    private static final long LOCK_TIMEOUT = 10_000;

    final World world;
    final String name;
    private final long deadline;
    private Kind kind = Kind.OTHER;
    private String step = "";
    private Runnable body = () -> {};
    private @Nullable Runnable again;
    private @Nullable Transaction transaction;
    private Consumer<Trouble> onTrouble = _ -> end();
    private int moves;
    private long waitingSince;
    private long frozenUntil = Long.MIN_VALUE;
    private boolean lagging;
    private boolean zombie;
    private boolean over;
    private @Nullable Trouble next;
    private boolean failsAfter;
    private boolean lostAnswer;
    private boolean committedAllTheSame;

    Invocation(World world, String name, long timeout) {
        this.world = world;
        this.name = name;
        this.deadline = world.now() + timeout;
    }

    /// What a step does, which decides what can go wrong with it.
    enum Kind {
        STATEMENT,
        COMMIT,
        S3,
        SEND,
        OTHER
    }

    /// Called by the scheduler: one step.
    final void step() {
        try {
            var trouble = takeTrouble();
            if (trouble != null) {
                throw trouble.thrown();
            }
            int before = moves;
            world.trace(name, step);
            body.run();
            if (failsAfter) {
                failsAfter = false;
                throw Trouble.SQS.thrown();
            }
            if (transaction != null) {
                transaction.statementEnds();
            }
            if (moves == before && !over) {
                throw new IllegalStateException(name + " stands still at " + step);
            }
        } catch (Trouble.Thrown thrown) {
            var trouble = thrown.trouble();
            if (trouble == Trouble.WAIT) {
                waitingSince = world.now();
                world.trace(name, "(waits for a lock)");
                return;
            }
            world.trace(name, "(" + trouble.words() + ")");
            handle(trouble);
        }
    }

    private @Nullable Trouble takeTrouble() {
        var taken = next;
        next = null;
        return taken;
    }

    private void handle(Trouble trouble) {
        rollBack();
        var repeat = again;
        again = null;
        if (repeat != null && trouble == Trouble.CONNECTION_LOST) {
            repeat.run();
            return;
        }
        onTrouble.accept(trouble);
    }

    /// What to do with an error from here on.
    final void onTrouble(Consumer<Trouble> handler) {
        onTrouble = handler;
    }

    final void then(Kind kind, String step, Runnable body) {
        moves++;
        this.kind = kind;
        this.step = step;
        this.body = body;
    }

    /// A statement in a transaction of its own, repeated once when the connection was lost before
    /// the commit.
    final <R extends @Nullable Object> void inTransaction(
            String step, Function<Transaction, R> work, Consumer<R> then) {
        again = () -> once(step, work, then);
        once(step, work, then);
    }

    private <R extends @Nullable Object> void once(
            String step, Function<Transaction, R> work, Consumer<R> then) {
        statement(step, work, result -> commit(() -> then.accept(result)));
    }

    /// The next statement of the transaction that is open, or the first of a new one.
    final <R extends @Nullable Object> void statement(
            String step, Function<Transaction, R> work, Consumer<R> then) {
        then(
                Kind.STATEMENT,
                step,
                () -> {
                    var open = transaction == null ? begin() : transaction;
                    if (!open.isOpen()) {
                        throw Trouble.CONNECTION_LOST.thrown();
                    }
                    then.accept(work.apply(open));
                });
    }

    /// A statement that only looks.
    final <R extends @Nullable Object> void read(
            String step, Function<Transaction, R> work, Consumer<R> then) {
        again = () -> look(step, work, then);
        look(step, work, then);
    }

    private <R extends @Nullable Object> void look(
            String step, Function<Transaction, R> work, Consumer<R> then) {
        statement(
                step,
                work,
                result -> {
                    rollBack();
                    again = null;
                    then.accept(result);
                });
    }

    private Transaction begin() {
        var begun = world.ledger().begin();
        transaction = begun;
        return begun;
    }

    final void commit(Runnable after) {
        then(
                Kind.COMMIT,
                step.isEmpty() ? "" : "commit",
                () -> {
                    commitNow();
                    again = null;
                    after.run();
                });
    }

    final void commitNow() {
        var open = transaction;
        transaction = null;
        if (open == null) {
            return;
        }
        if (!open.isOpen()) {
            throw Trouble.COMMIT_UNKNOWN.thrown();
        }
        if (lostAnswer) {
            lostAnswer = false;
            if (committedAllTheSame) {
                world.ledger().commit(open);
            } else {
                world.ledger().abort(open);
            }
            throw Trouble.COMMIT_UNKNOWN.thrown();
        }
        world.ledger().commit(open);
    }

    final void rollBack() {
        var open = transaction;
        transaction = null;
        if (open != null && open.isOpen()) {
            world.ledger().abort(open);
        }
    }

    final void end() {
        rollBack();
        over = true;
    }

    final long left() {
        return Math.max(0, deadline - world.now());
    }

    // What the scheduler sees and does.

    final boolean isOver() {
        return over;
    }

    final boolean isLagging() {
        return lagging;
    }

    final boolean isRunnable() {
        return !lagging && frozenUntil <= world.now() && !isWaiting();
    }

    final boolean isWaiting() {
        return transaction != null && transaction.waitsFor() != null;
    }

    final Kind kind() {
        return kind;
    }

    /// When something happens to it without a step of its own.
    final long nextMoment() {
        if (frozenUntil > world.now()) {
            return frozenUntil;
        }
        long end = zombie ? Long.MAX_VALUE : deadline;
        return isWaiting() ? Math.min(end, waitingSince + LOCK_TIMEOUT) : end;
    }

    /// The time has come forward: a lock was waited for long enough, or Lambda ends it.
    final void timePasses() {
        long now = world.now();
        if (frozenUntil > now) {
            return;
        }
        if (deadline <= now && !zombie) {
            if (frozenUntil == now && world.choices().below(2) == 1) {
                // Thawed after its time and not killed yet: a zombie.
                world.trace(name, "(thaws and goes on after its time)");
                zombie = true;
            } else {
                world.trace(name, "(is ended: timeout)");
                crash();
            }
            return;
        }
        if (isWaiting() && waitingSince + LOCK_TIMEOUT <= now) {
            fail(Trouble.LOCK_TIMEOUT);
            handleNow();
        }
    }

    private void handleNow() {
        var trouble = takeTrouble();
        if (trouble != null) {
            world.trace(name, "(" + trouble.words() + ")");
            handle(trouble);
        }
    }

    /// Its process is gone; what it meant to do it never does.
    void crash() {
        end();
    }

    /// Its process is gone and the database has not heard of it: the transaction stays open.
    final @Nullable Transaction vanish() {
        var open = transaction;
        transaction = null;
        crash();
        return open != null && open.isOpen() ? open : null;
    }

    /// All others go first, for as long as any of them moves without time passing.
    final void lag(boolean behind) {
        lagging = behind;
    }

    final void freeze(long time) {
        frozenUntil = world.now() + time;
    }

    /// The next step fails so.
    final void fail(Trouble trouble) {
        next = trouble;
    }

    /// The next step is done and fails all the same.
    final void failAfter() {
        failsAfter = true;
    }

    /// The answer to the commit that comes next is lost.
    final void loseAnswer(boolean committed) {
        lostAnswer = true;
        committedAllTheSame = committed;
    }

    /// The server or the network ends its transaction.
    final void cut() {
        var open = transaction;
        if (open != null && open.isOpen()) {
            world.ledger().abort(open);
        }
    }

    boolean isPublishing() {
        return false;
    }

    final boolean hasTransaction() {
        return transaction != null;
    }

    final @Nullable Transaction transaction() {
        return transaction;
    }
}
