package dev.sluice.simulation;

import dev.sluice.job.JobState;
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
        if (complete && left == 0) {
            job.state = job.rejected > 0 ? JobState.SUCCEEDED_WITH_REJECTS : JobState.SUCCEEDED;
            job.finishedAt = now;
        }
        for (int number : numbers) {
            var chunk = new ChunkRow(lease.job, number);
            chunk.sentAt = now;
            transaction.insertChunk(chunk);
        }
        return true;
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
                && !JobStatements.mustWait(transaction, job);
    }
}
