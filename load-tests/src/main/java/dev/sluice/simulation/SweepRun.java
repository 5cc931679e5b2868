package dev.sluice.simulation;

import dev.sluice.job.JobState;
import dev.sluice.simulation.ChunkStatements.Address;
import dev.sluice.simulation.Transaction.Table;
import java.util.ArrayList;
import java.util.List;

/// Sweep, with every point at which the real one can be interrupted. A duty that fails is left to
/// the next round.
final class SweepRun extends Invocation {
    static final int MAX_TRIES = 5;

    private static final long TIMEOUT = 60_000;
    private static final long MESSAGE_PATIENCE = 120_000;
    private static final long PLAN_PATIENCE = 70_000;
    private static final long EVENT_PATIENCE = 120_000;
    private static final long UPLOAD_GRACE = 3_600_000;
    private static final int MOST = 500;

    /// How wrong this function's clock goes.
    private final long skew;

    SweepRun(World world, String name, long skew) {
        super(world, name, TIMEOUT);
        this.skew = skew;
        giveUp();
    }

    private void ask(Drop drop) {
        world.trace(name, "asks Intake for version " + drop.version());
        world.announce(drop, 0);
    }

    private void giveUp() {
        onTrouble(_ -> sendLostChunks());
        inTransaction("", t -> JobStatements.failTriedTooOften(t, MAX_TRIES), this::callSuccessors);
    }

    private void callSuccessors(List<JobRow> failed) {
        if (failed.isEmpty()) {
            sendLostChunks();
            return;
        }
        int key = failed.getFirst().key;
        world.trace(name, "gives up job " + failed.getFirst().number);
        read(
                "looks for the next of key " + key,
                t -> JobStatements.nextInTurn(t, key),
                next -> {
                    if (next != null) {
                        ask(World.drop(next));
                    }
                    callSuccessors(failed.subList(1, failed.size()));
                });
    }

    private void sendLostChunks() {
        onTrouble(_ -> resumePlans());
        if (world.mutant() == Mutant.NO_SWEEP_OF_CHUNKS) {
            resumePlans();
            return;
        }
        inTransaction(
                "", t -> ChunkStatements.takeForSending(t, MESSAGE_PATIENCE, MOST), this::send);
    }

    private void send(List<Address> lost) {
        if (lost.isEmpty()) {
            resumePlans();
            return;
        }
        then(
                Kind.SEND,
                "sends " + lost.size() + " chunks again",
                () -> {
                    lost.forEach(world::send);
                    resumePlans();
                });
    }

    private void resumePlans() {
        onTrouble(_ -> expireUploads());
        if (world.mutant() == Mutant.NO_SWEEP_OF_PLANS) {
            expireUploads();
            return;
        }
        read(
                "",
                t -> drops(t, PlanStatements.abandoned(t, PLAN_PATIENCE, MOST)),
                abandoned -> {
                    abandoned.forEach(this::ask);
                    expireUploads();
                });
    }

    private static List<Drop> drops(Transaction transaction, List<Integer> numbers) {
        var drops = new ArrayList<Drop>();
        for (int number : numbers) {
            drops.add(World.drop(JobStatements.found(transaction.job(number))));
        }
        return drops;
    }

    private void expireUploads() {
        onTrouble(_ -> clearStaging());
        inTransaction("", t -> JobStatements.expireUploads(t, UPLOAD_GRACE), _ -> clearStaging());
    }

    /// Staged rows of jobs that are not loading.
    private void clearStaging() {
        onTrouble(_ -> findUnheardOf());
        inTransaction(
                "",
                t -> {
                    t.delete(
                            Table.STAGING,
                            row -> !JobStatements.found(t.job(row.job())).is(JobState.LOADING));
                    return true;
                },
                _ -> findUnheardOf());
    }

    private void findUnheardOf() {
        onTrouble(_ -> end());
        if (world.mutant() == Mutant.NO_SWEEP_OF_DROPS) {
            end();
            return;
        }
        then(
                Kind.S3,
                "",
                () -> {
                    long before = world.now() + skew - EVENT_PATIENCE;
                    var old = new ArrayList<Drop>();
                    for (var version : world.store().versions()) {
                        if (version.listed().droppedAt() < before) {
                            old.add(version.listed());
                        }
                    }
                    announce(old);
                });
    }

    private void announce(List<Drop> old) {
        read(
                "",
                t -> old.stream().filter(drop -> JobStatements.isUnheardOf(t, drop)).toList(),
                missing -> {
                    missing.forEach(this::ask);
                    end();
                });
    }
}
