package dev.sluice.simulation;

import dev.sluice.simulation.ChunkStatements.Address;
import java.util.ArrayList;
import java.util.List;

/// Sweep, with every point at which the real one can be interrupted.
final class SweepRun extends Invocation {
    static final int MAX_TRIES = 5;

    private static final long TIMEOUT = 60_000;
    private static final long MESSAGE_PATIENCE = 120_000;
    private static final long PLAN_PATIENCE = 70_000;
    private static final long EVENT_PATIENCE = 120_000;
    private static final int MOST = 500;

    /// How wrong this function's clock goes.
    private final long skew;

    SweepRun(World world, String name, long skew) {
        super(world, name, TIMEOUT);
        this.skew = skew;
        giveUp();
    }

    private void giveUp() {
        inTransaction("", t -> JobStatements.failTriedTooOften(t, MAX_TRIES), this::callSuccessors);
    }

    private void callSuccessors(List<JobRow> failed) {
        if (failed.isEmpty()) {
            sendLostChunks();
            return;
        }
        int key = failed.getFirst().key;
        world.trace(name, "gives up job " + failed.getFirst().number);
        statement(
                "looks for the next of key " + key,
                t -> JobStatements.nextInTurn(t, key),
                next -> {
                    rollBack();
                    if (next != null) {
                        ask(World.drop(next));
                    }
                    callSuccessors(failed.subList(1, failed.size()));
                });
    }

    private void ask(Drop drop) {
        world.trace(name, "asks Intake for version " + drop.version());
        world.announce(drop, 0);
    }

    private void sendLostChunks() {
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
        if (world.mutant() == Mutant.NO_SWEEP_OF_PLANS) {
            findUnheardOf();
            return;
        }
        statement(
                "",
                t -> drops(t, PlanStatements.abandoned(t, PLAN_PATIENCE, MOST)),
                abandoned -> {
                    rollBack();
                    abandoned.forEach(drop -> ask(drop));
                    findUnheardOf();
                });
    }

    private static List<Drop> drops(Transaction transaction, List<Integer> numbers) {
        var drops = new ArrayList<Drop>();
        for (int number : numbers) {
            drops.add(World.drop(JobStatements.found(transaction.job(number))));
        }
        return drops;
    }

    private void findUnheardOf() {
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
        statement(
                "",
                t -> old.stream().filter(drop -> JobStatements.isUnheardOf(t, drop)).toList(),
                missing -> {
                    rollBack();
                    missing.forEach(drop -> ask(drop));
                    end();
                });
    }
}
