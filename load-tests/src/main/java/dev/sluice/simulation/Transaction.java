package dev.sluice.simulation;

import dev.sluice.job.JobState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A transaction at READ COMMITTED: each statement sees what was committed when it began, a row
/// that another transaction changed is waited for and looked at again.
final class Transaction {
    private final Ledger ledger;
    private boolean open = true;
    private @Nullable State snapshot;
    private @Nullable Transaction waitsFor;

    final List<JobRow> jobs = new ArrayList<>(2);
    final List<ChunkRow> chunks = new ArrayList<>(4);

    /// Keys that had a job LOADING in this transaction, if only between two of its statements: a
    /// unique index makes others wait for that too.
    final List<Integer> loading = new ArrayList<>(0);

    /// The target as the publish saw it: another one may replace some of it before this commits.
    Row[] targetSeen = {};

    /// Rows that are locked and not changed.
    final List<Integer> lockedJobs = new ArrayList<>(0);

    final List<ChunkRow> lockedChunks = new ArrayList<>(0);

    /// Jobs whose chunks were deleted.
    final List<Integer> cleared = new ArrayList<>(0);

    final Rows target = new Rows();
    final Rows staging = new Rows();
    final Rows rejects = new Rows();

    Transaction(Ledger ledger) {
        this.ledger = ledger;
    }

    /// What a transaction did to a table of rows.
    static final class Rows {
        final List<Row> inserted = new ArrayList<>(0);
        final List<Row> deleted = new ArrayList<>(0);

        /// Back to a savepoint that was set before the first row.
        void undo() {
            inserted.clear();
            deleted.clear();
        }

        boolean isWritten() {
            return !inserted.isEmpty() || !deleted.isEmpty();
        }

        /// By identity: an equal row may be written again.
        @SuppressWarnings("ReferenceEquality")
        boolean deletes(Row row) {
            for (var gone : deleted) {
                if (gone == row) {
                    return true;
                }
            }
            return false;
        }
    }

    boolean isOpen() {
        return open;
    }

    void close() {
        open = false;
    }

    /// The next statement sees the newest.
    void statementEnds() {
        snapshot = null;
    }

    @Nullable Transaction waitsFor() {
        var other = waitsFor;
        return open && other != null && other.open ? other : null;
    }

    private Trouble.Thrown waitFor(Transaction other) {
        waitsFor = other;
        return Trouble.WAIT.thrown();
    }

    /// What this statement sees of other transactions.
    State view() {
        if (!open) {
            throw Trouble.CONNECTION_LOST.thrown();
        }
        if (snapshot == null) {
            snapshot = ledger.committed();
        }
        return snapshot;
    }

    long now() {
        return ledger.now();
    }

    Mutant mutant() {
        return ledger.mutant();
    }

    int jobNumbers() {
        int count = view().jobs.length;
        for (var job : jobs) {
            count = Math.max(count, job.number + 1);
        }
        return count;
    }

    @Nullable JobRow job(int number) {
        var own = ownJob(number);
        return own == null ? view().job(number) : own;
    }

    private @Nullable JobRow ownJob(int number) {
        for (var job : jobs) {
            if (job.number == number) {
                return job;
            }
        }
        return null;
    }

    @Nullable ChunkRow chunk(int job, int number) {
        var own = ownChunk(job, number);
        if (own != null) {
            return own;
        }
        return cleared.contains(job) ? null : view().chunk(job, number);
    }

    int chunkNumbers(int job) {
        int count = cleared.contains(job) ? 0 : view().chunkNumbers(job);
        for (var chunk : chunks) {
            if (chunk.job == job) {
                count = Math.max(count, chunk.number + 1);
            }
        }
        return count;
    }

    private @Nullable ChunkRow ownChunk(int job, int number) {
        for (var chunk : chunks) {
            if (chunk.job == job && chunk.number == number) {
                return chunk;
            }
        }
        return null;
    }

    /// Locks the job for an update; null when it is not (or, after a wait, no longer) as asked.
    @Nullable JobRow update(int number, Predicate<JobRow> where) {
        var seen = job(number);
        if (seen == null || !where.test(seen)) {
            return null;
        }
        if (ownJob(number) != null) {
            return seen;
        }
        var holder = ledger.holderOfJob(number, this);
        if (holder != null) {
            throw waitFor(holder);
        }
        var latest = ledger.committed().job(number);
        if (latest == null || !where.test(latest)) {
            // As PostgreSQL does: the row that no longer fits stays locked.
            lockedJobs.add(number);
            return null;
        }
        var copy = latest.copy();
        jobs.add(copy);
        return copy;
    }

    /// As [#update(int, Predicate)] for a chunk.
    @Nullable ChunkRow update(int job, int number, Predicate<ChunkRow> where) {
        var seen = chunk(job, number);
        if (seen == null || !where.test(seen)) {
            return null;
        }
        if (ownChunk(job, number) != null) {
            return seen;
        }
        var holder = ledger.holderOfChunk(job, number, this);
        if (holder != null) {
            throw waitFor(holder);
        }
        var latest = ledger.committed().chunk(job, number);
        if (latest == null || !where.test(latest)) {
            lockedChunks.add(new ChunkRow(job, number));
            return null;
        }
        var copy = latest.copy();
        chunks.add(copy);
        return copy;
    }

    boolean isLockedByAnother(int job, int chunk) {
        return ledger.holderOfChunk(job, chunk, this) != null;
    }

    boolean isLockedByAnother(int job) {
        return ledger.holderOfJob(job, this) != null;
    }

    /// Puts a job into the ledger under the next number.
    JobRow insertJob(int key) {
        var job = new JobRow(ledger.nextJobNumber(), key);
        jobs.add(job);
        return job;
    }

    /// True when this transaction inserted it.
    boolean isNew(JobRow job) {
        return ownJob(job.number) != null && ledger.committed().job(job.number) == null;
    }

    void insertChunk(ChunkRow chunk) {
        if (chunk(chunk.job, chunk.number) != null) {
            throw new IllegalStateException("registered twice: " + chunk);
        }
        chunks.add(chunk);
    }

    /// Deletes a job's chunks; whoever holds one of them is waited for.
    void deleteChunks(int job) {
        for (int number = 0; number < chunkNumbers(job); number++) {
            var holder = ledger.holderOfChunk(job, number, this);
            if (holder != null) {
                throw waitFor(holder);
            }
        }
        chunks.removeIf(chunk -> chunk.job == job);
        cleared.add(job);
    }

    /// For the unique index of the one loading job of a key.
    boolean isAnotherLoading(int key) {
        for (var other : ledger.open()) {
            if (other != this && other.loading.contains(key)) {
                throw waitFor(other);
            }
        }
        if (existsNowOrSoon(job -> job.key == key && job.is(JobState.LOADING))) {
            return true;
        }
        loading.add(key);
        return false;
    }

    /// For unique indexes of jobs, which see more than a snapshot: waits for whoever has such a job
    /// in hand, then says whether one is committed.
    boolean existsNowOrSoon(Predicate<JobRow> conflicting) {
        for (var other : ledger.open()) {
            if (other == this) {
                continue;
            }
            for (var job : other.jobs) {
                var before = ledger.committed().job(job.number);
                if (conflicting.test(job) || (before != null && conflicting.test(before))) {
                    throw waitFor(other);
                }
            }
        }
        for (var job : ledger.committed().jobs) {
            if (job != null && ownJob(job.number) == null && conflicting.test(job)) {
                return true;
            }
        }
        return false;
    }

    /// The row with this id that a unique index of the target finds; waits for whoever writes or
    /// deletes one.
    @Nullable Row targetById(int id) {
        for (var row : target.inserted) {
            if (row.id() == id) {
                return row;
            }
        }
        for (var other : ledger.open()) {
            if (other != this && other.touches(id)) {
                throw waitFor(other);
            }
        }
        for (var row : ledger.committed().target) {
            if (row.id() == id && !target.deletes(row)) {
                return row;
            }
        }
        return null;
    }

    /// Before a reject is written: unique violation when it is there.
    void awaitReject(Row reject) {
        for (var other : ledger.open()) {
            if (other != this && isAmong(other.rejects.inserted, reject)) {
                throw waitFor(other);
            }
        }
        for (var row : ledger.committed().rejects) {
            if (row.job() == reject.job()
                    && row.record() == reject.record()
                    && !rejects.deletes(row)) {
                throw Trouble.UNIQUE_VIOLATION.thrown();
            }
        }
    }

    private static boolean isAmong(List<Row> rows, Row wanted) {
        for (var row : rows) {
            if (row.job() == wanted.job() && row.record() == wanted.record()) {
                return true;
            }
        }
        return false;
    }

    Row[] latestTarget() {
        return ledger.committed().target;
    }

    private boolean touches(int id) {
        for (var row : target.inserted) {
            if (row.id() == id) {
                return true;
            }
        }
        for (var row : target.deleted) {
            if (row.id() == id) {
                return true;
            }
        }
        return false;
    }

    /// Deletes rows of a table that the statement sees; waits for whoever deletes one of them, and
    /// passes over what was deleted meanwhile.
    void delete(Table table, Predicate<Row> where) {
        var own = table.of(this);
        var gone = new ArrayList<Row>();
        for (var row : table.of(view())) {
            if (!where.test(row) || own.deletes(row)) {
                continue;
            }
            for (var other : ledger.open()) {
                if (other != this && table.of(other).deletes(row)) {
                    throw waitFor(other);
                }
            }
            if (isCommitted(table, row)) {
                gone.add(row);
            }
        }
        own.deleted.addAll(gone);
        own.inserted.removeIf(where);
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isCommitted(Table table, Row wanted) {
        for (var row : table.of(ledger.committed())) {
            if (row == wanted) {
                return true;
            }
        }
        return false;
    }

    /// The rows of a table that the statement sees.
    List<Row> rows(Table table, Predicate<Row> where) {
        var own = table.of(this);
        var seen = new ArrayList<Row>();
        for (var row : table.of(view())) {
            if (where.test(row) && !own.deletes(row)) {
                seen.add(row);
            }
        }
        for (var row : own.inserted) {
            if (where.test(row)) {
                seen.add(row);
            }
        }
        return seen;
    }

    /// The tables that hold rows.
    enum Table {
        TARGET,
        STAGING,
        REJECTS;

        Rows of(Transaction transaction) {
            return switch (this) {
                case TARGET -> transaction.target;
                case STAGING -> transaction.staging;
                case REJECTS -> transaction.rejects;
            };
        }

        Row[] of(State state) {
            return switch (this) {
                case TARGET -> state.target;
                case STAGING -> state.staging;
                case REJECTS -> state.rejects;
            };
        }
    }
}
