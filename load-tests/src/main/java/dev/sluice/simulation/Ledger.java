package dev.sluice.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The database: what is committed, and the transactions that are open.
final class Ledger {
    private final LongSupplier clock;
    private final Mutant mutant;
    private final Watch watch;
    private final List<Transaction> open = new ArrayList<>();
    private State committed = State.empty();
    private int jobNumbers;

    Ledger(LongSupplier clock, Mutant mutant, Watch watch) {
        this.clock = clock;
        this.mutant = mutant;
        this.watch = watch;
    }

    /// Looks at each commit.
    @FunctionalInterface
    interface Watch {
        void committed(State before, State after, Transaction transaction);
    }

    Transaction begin() {
        var transaction = new Transaction(this);
        open.add(transaction);
        return transaction;
    }

    void commit(Transaction transaction) {
        if (!transaction.isOpen()) {
            throw Trouble.CONNECTION_LOST.thrown();
        }
        var before = committed;
        committed = before.with(transaction);
        transaction.close();
        open.remove(transaction);
        watch.committed(before, committed, transaction);
    }

    void abort(Transaction transaction) {
        transaction.close();
        open.remove(transaction);
    }

    /// Stops and starts: all that was not committed is gone.
    void restart() {
        open.forEach(Transaction::close);
        open.clear();
    }

    State committed() {
        return committed;
    }

    List<Transaction> open() {
        return open;
    }

    long now() {
        return clock.getAsLong();
    }

    Mutant mutant() {
        return mutant;
    }

    /// Numbers are used up even by what is rolled back.
    int nextJobNumber() {
        return jobNumbers++;
    }

    @Nullable Transaction holderOfJob(int number, Transaction asking) {
        for (var transaction : open) {
            if (transaction != asking) {
                for (var job : transaction.jobs) {
                    if (job.number == number) {
                        return transaction;
                    }
                }
                if (transaction.lockedJobs.contains(number)) {
                    return transaction;
                }
            }
        }
        return null;
    }

    @Nullable Transaction holderOfChunk(int job, int number, Transaction asking) {
        for (var transaction : open) {
            if (transaction != asking) {
                if (isAmong(transaction.chunks, job, number)
                        || isAmong(transaction.lockedChunks, job, number)) {
                    return transaction;
                }
                if (transaction.cleared.contains(job)) {
                    return transaction;
                }
            }
        }
        return null;
    }

    private static boolean isAmong(List<ChunkRow> chunks, int job, int number) {
        for (var chunk : chunks) {
            if (chunk.job == job && chunk.number == number) {
                return true;
            }
        }
        return false;
    }
}
