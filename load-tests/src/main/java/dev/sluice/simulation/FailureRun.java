package dev.sluice.simulation;

import dev.sluice.job.JobState;
import dev.sluice.simulation.ChunkStatements.Address;

/// Failure: decides by the ledger what a message or an event means that was given up.
final class FailureRun extends Invocation {
    private static final long TIMEOUT = 60_000;

    private FailureRun(World world, String name) {
        super(world, name, TIMEOUT);
    }

    static FailureRun ofMessage(World world, String name, Address chunk) {
        var run = new FailureRun(world, name);
        run.inTransaction(
                "judges chunk " + chunk.job() + "/" + chunk.chunk(),
                t -> judge(t, chunk, SweepRun.MAX_TRIES),
                again -> {
                    if (!again) {
                        run.end();
                        return;
                    }
                    run.then(
                            Kind.SEND,
                            "sends it again",
                            () -> {
                                world.send(chunk);
                                run.end();
                            });
                });
        return run;
    }

    static FailureRun ofEvent(World world, String name, Drop drop) {
        var run = new FailureRun(world, name);
        run.inTransaction(
                "fails version " + drop.version(),
                t ->
                        JobStatements.awaited(t, drop.key()) > 0
                                ? null
                                : JobStatements.registerFailed(t, drop),
                _ -> run.end());
        return run;
    }

    /// Whether the chunk is to be sent again; fails its job when it was tried out.
    static boolean judge(Transaction transaction, Address address, int maxTries) {
        long now = transaction.now();
        var job = transaction.job(address.job());
        var chunk = transaction.chunk(address.job(), address.chunk());
        if (job == null
                || chunk == null
                || !job.is(JobState.LOADING)
                || chunk.state == ChunkRow.State.DONE
                || chunk.leaseUntil >= now) {
            return false;
        }
        if (chunk.tries >= maxTries) {
            JobStatements.failTriedOut(transaction, address.job());
            return false;
        }
        var sent =
                transaction.update(
                        address.job(), address.chunk(), c -> c.state != ChunkRow.State.DONE);
        if (sent == null) {
            return false;
        }
        sent.sentAt = now;
        sent.sends++;
        return true;
    }
}
