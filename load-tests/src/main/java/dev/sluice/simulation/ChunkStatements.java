package dev.sluice.simulation;

import dev.sluice.job.JobState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What [dev.sluice.db.Chunks] does, on the model: one method for each, with its WHERE.
final class ChunkStatements {
    private ChunkStatements() {}

    /// The right to load a chunk.
    record Lease(int job, int chunk, int fence, int tries) {}

    /// Which chunk of which job: what a message says.
    record Address(int job, int chunk) {}

    /// What came of a chunk.
    record Books(int read, int loaded, int rejected, int duplicate, int discarded, int staged) {}

    static @Nullable Lease lease(Transaction transaction, Address address, long time) {
        long now = transaction.now();
        var job = transaction.job(address.job);
        if (job == null || !job.is(JobState.LOADING)) {
            return null;
        }
        var chunk =
                transaction.update(
                        address.job,
                        address.chunk,
                        c ->
                                c.state == ChunkRow.State.WAITING
                                        || (c.state == ChunkRow.State.LEASED
                                                && c.leaseUntil < now));
        if (chunk == null) {
            return null;
        }
        chunk.state = ChunkRow.State.LEASED;
        chunk.fence++;
        chunk.tries++;
        chunk.leaseUntil = now + time;
        return new Lease(chunk.job, chunk.number, chunk.fence, chunk.tries);
    }

    static boolean done(Transaction transaction, Lease lease, Books books) {
        var unfenced = transaction.mutant() == (lease.chunk > 0 ? Mutant.FENCE : Mutant.PUBLISH);
        var chunk = transaction.update(lease.job, lease.chunk, c -> unfenced || isHeldBy(c, lease));
        if (chunk == null) {
            return false;
        }
        chunk.state = ChunkRow.State.DONE;
        chunk.leaseUntil = JobRow.NEVER;
        chunk.read = books.read;
        chunk.loaded = books.loaded;
        chunk.rejected = books.rejected;
        chunk.duplicate = books.duplicate;
        chunk.discarded = books.discarded;
        chunk.staged = books.staged;
        return true;
    }

    static boolean release(Transaction transaction, Lease lease) {
        var chunk = transaction.update(lease.job, lease.chunk, c -> isHeldBy(c, lease));
        if (chunk == null) {
            return false;
        }
        chunk.state = ChunkRow.State.WAITING;
        chunk.leaseUntil = JobRow.NEVER;
        return true;
    }

    /// As if the lease had not been taken: another transaction stood in the way.
    static boolean releaseUncounted(Transaction transaction, Lease lease) {
        var chunk = transaction.update(lease.job, lease.chunk, c -> isHeldBy(c, lease));
        if (chunk == null) {
            return false;
        }
        chunk.state = ChunkRow.State.WAITING;
        chunk.leaseUntil = JobRow.NEVER;
        chunk.tries--;
        return true;
    }

    /// What a writer asks before it fails the job; locks the chunk.
    static boolean holds(Transaction transaction, Lease lease) {
        return transaction.update(lease.job, lease.chunk, c -> isHeldBy(c, lease)) != null;
    }

    /// Opens the publish of a staged job once nothing else of it is left.
    static void openPublish(Transaction transaction, int number) {
        var job = transaction.job(number);
        if (job != null
                && job.is(JobState.LOADING)
                && job.road == JobRow.Road.STAGED
                && job.planned
                && job.chunksLeft == 0
                && transaction.chunk(number, 0) == null) {
            var publish = new ChunkRow(number, 0);
            publish.fence = firstFence(transaction, job);
            publish.sentAt = transaction.now();
            transaction.insertChunk(publish);
        }
    }

    /// A fence that no writer of an attempt before has.
    static int firstFence(Transaction transaction, JobRow job) {
        return transaction.mutant() == Mutant.RETRY_FENCE ? 0 : job.attempt << 16;
    }

    private static boolean isHeldBy(ChunkRow chunk, Lease lease) {
        return chunk.state == ChunkRow.State.LEASED && chunk.fence == lease.fence;
    }

    static List<Address> takeForSending(Transaction transaction, long patience, int limit) {
        long now = transaction.now();
        var lost = new ArrayList<ChunkRow>();
        for (int number = 0; number < transaction.jobNumbers(); number++) {
            var job = transaction.job(number);
            if (job == null || !job.is(JobState.LOADING)) {
                continue;
            }
            for (int at = 0; at < transaction.chunkNumbers(number); at++) {
                var chunk = transaction.chunk(number, at);
                if (chunk != null
                        && isLost(chunk, now, patience)
                        && !transaction.isLockedByAnother(number, at)) {
                    lost.add(chunk);
                }
            }
        }
        if (lost.size() > limit) {
            lost.sort(Comparator.comparingLong(chunk -> chunk.sentAt));
        }
        var sent = new ArrayList<Address>();
        for (var seen : lost.subList(0, Math.min(limit, lost.size()))) {
            var chunk = transaction.update(seen.job, seen.number, c -> isLost(c, now, patience));
            if (chunk != null) {
                chunk.sentAt = now;
                chunk.sends++;
                sent.add(new Address(chunk.job, chunk.number));
            }
        }
        return sent;
    }

    /// The wait grows with each try and doubles with each sending.
    private static boolean isLost(ChunkRow chunk, long now, long patience) {
        if (chunk.state == ChunkRow.State.DONE || chunk.leaseUntil >= now) {
            return false;
        }
        if (chunk.sentAt < chunk.leaseUntil) {
            long growing = (1L << Math.min(chunk.tries - 1, 5)) - 1;
            return chunk.leaseUntil + patience * growing / 8 < now;
        }
        return chunk.sentAt + (patience << Math.min(chunk.sends - 1, 5)) < now;
    }
}
