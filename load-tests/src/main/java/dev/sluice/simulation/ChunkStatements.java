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

    private static boolean isLost(ChunkRow chunk, long now, long patience) {
        return chunk.state != ChunkRow.State.DONE
                && chunk.leaseUntil < now
                && ((chunk.state == ChunkRow.State.LEASED && chunk.sentAt < chunk.leaseUntil)
                        || chunk.sentAt < now - (patience << Math.min(chunk.sends - 1, 5)));
    }
}
