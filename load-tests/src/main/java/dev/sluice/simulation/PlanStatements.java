package dev.sluice.simulation;

import dev.sluice.job.JobState;
import dev.sluice.simulation.ChunkStatements.Address;
import dev.sluice.simulation.Transaction.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What [dev.sluice.db.Plans] does, on the model.
final class PlanStatements {
    private PlanStatements() {}

    /// The right to plan a job.
    ///
    /// @param from how many chunks are registered up to the place to go on from; -1 at the
    ///   beginning
    record Lease(int job, int fence, int chunks, int from) {}

    static @Nullable Lease lease(Transaction transaction, int number, long time) {
        long now = transaction.now();
        var job =
                transaction.update(
                        number,
                        j -> j.is(JobState.LOADING) && !j.planned && j.planLeaseUntil < now);
        if (job == null) {
            return null;
        }
        job.planFence++;
        job.planTries++;
        job.planLeaseUntil = now + time;
        return new Lease(number, job.planFence, job.chunks, job.planAt);
    }

    static boolean release(Transaction transaction, Lease lease) {
        var job = transaction.update(lease.job, j -> j.planFence == lease.fence && !j.planned);
        if (job == null) {
            return false;
        }
        job.planLeaseUntil = JobRow.NEVER;
        return true;
    }

    static boolean registerChunks(
            Transaction transaction,
            Lease lease,
            List<Integer> numbers,
            long time,
            boolean complete) {
        var unfenced = transaction.mutant() == Mutant.PLAN_FENCE;
        var job =
                transaction.update(
                        lease.job,
                        j ->
                                (unfenced || j.planFence == lease.fence)
                                        && j.is(JobState.LOADING)
                                        && !j.planned);
        if (job == null) {
            return false;
        }
        long now = transaction.now();
        int left = job.chunksLeft + numbers.size();
        job.chunks += numbers.size();
        job.planTries = numbers.isEmpty() ? job.planTries : 0;
        job.planAt = numbers.isEmpty() ? Math.max(job.planAt, 0) : numbers.getLast();
        job.planned = complete;
        job.planLeaseUntil = complete ? JobRow.NEVER : now + time;
        job.chunksLeft = left;
        if (complete && left == 0 && job.road == JobRow.Road.DIRECT) {
            job.state = job.rejected > 0 ? JobState.SUCCEEDED_WITH_REJECTS : JobState.SUCCEEDED;
            job.finishedAt = now;
        }
        for (int number : numbers) {
            var chunk = new ChunkRow(lease.job, number);
            chunk.sentAt = now;
            chunk.fence = ChunkStatements.firstFence(transaction, job);
            transaction.insertChunk(chunk);
        }
        if (complete) {
            ChunkStatements.openPublish(transaction, lease.job);
        }
        return true;
    }

    /// Takes the turn of a job that was never tried and completes its plan of one chunk.
    static boolean takeTurn(Transaction transaction, JobRow asked, JobStatements.Turn turn) {
        var seen = transaction.job(asked.number);
        if (seen == null
                || seen.attempt != 1
                || seen.planned
                || seen.chunks > 0
                || !JobStatements.takeTurn(transaction, asked, turn)) {
            return false;
        }
        var lease = lease(transaction, asked.number, 0);
        return lease != null
                && registerChunks(transaction, lease, List.of(1), 0, /* complete= */ true);
    }

    static boolean isResumable(Transaction transaction, int number) {
        var job = transaction.job(number);
        if (job == null || job.road != JobRow.Road.DIRECT) {
            return false;
        }
        for (int at = 0; at < transaction.chunkNumbers(number); at++) {
            var chunk = transaction.chunk(number, at);
            if (chunk != null && chunk.state == ChunkRow.State.DONE) {
                return true;
            }
        }
        return false;
    }

    /// The chunks that are not done wait again; they are returned, to be sent.
    static List<Address> resume(Transaction transaction, int number) {
        var undone = new ArrayList<Address>();
        var seen = JobStatements.found(transaction.job(number));
        for (int at = 0; at < transaction.chunkNumbers(number); at++) {
            var chunk = transaction.update(number, at, c -> c.state != ChunkRow.State.DONE);
            if (chunk != null) {
                chunk.state = ChunkRow.State.WAITING;
                chunk.leaseUntil = JobRow.NEVER;
                chunk.tries = 0;
                chunk.sentAt = transaction.now();
                chunk.sends = 1;
                chunk.fence = ChunkStatements.firstFence(transaction, seen);
                undone.add(new Address(number, at));
            }
        }
        return undone;
    }

    /// The second statement of a resumption: the plan's part.
    static void resumePlan(Transaction transaction, int number) {
        var job = transaction.update(number, j -> j.is(JobState.QUEUED));
        if (job != null) {
            job.planTries = 0;
            job.planLeaseUntil = JobRow.NEVER;
            job.planFence++;
        }
    }

    /// Forgets chunks and rejects of a queued job.
    static void forget(Transaction transaction, int number) {
        transaction.deleteChunks(number);
        transaction.delete(Table.REJECTS, row -> row.job() == number);
    }

    /// Forgets plan and books of a queued job.
    static void startOver(Transaction transaction, int number) {
        var job = transaction.update(number, j -> j.is(JobState.QUEUED));
        if (job == null) {
            return;
        }
        job.planned = false;
        job.planAt = -1;
        job.planTries = 0;
        job.planLeaseUntil = JobRow.NEVER;
        job.planFence++;
        job.chunks = 0;
        job.chunksLeft = 0;
        job.bytesDone = 0;
        job.read = 0;
        job.loaded = 0;
        job.rejected = 0;
        job.duplicate = 0;
        job.discarded = 0;
        job.staged = 0;
    }

    static List<Integer> abandoned(Transaction transaction, long patience, int limit) {
        long now = transaction.now();
        var found = new ArrayList<Integer>();
        for (int number = 0; number < transaction.jobNumbers() && found.size() < limit; number++) {
            var job = transaction.job(number);
            if (job != null && isAbandoned(transaction, job, now, patience)) {
                found.add(number);
            }
        }
        return found;
    }

    private static boolean isAbandoned(
            Transaction transaction, JobRow job, long now, long patience) {
        if (job.is(JobState.LOADING)) {
            var until =
                    job.planLeaseUntil == JobRow.NEVER
                            ? job.startedAt + patience
                            : job.planLeaseUntil;
            return !job.planned && until < now;
        }
        return job.is(JobState.QUEUED)
                && job.droppedAt < now - patience
                && !hasOneBefore(transaction, job);
    }

    private static boolean hasOneBefore(Transaction transaction, JobRow job) {
        for (int number = 0; number < transaction.jobNumbers(); number++) {
            var other = transaction.job(number);
            if (other != null
                    && other.key == job.key
                    && other.number != job.number
                    && (other.is(JobState.LOADING)
                            || (other.is(JobState.QUEUED) && JobStatements.isBefore(other, job)))) {
                return true;
            }
        }
        return false;
    }
}
