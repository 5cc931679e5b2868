package dev.sluice.simulation;

import dev.sluice.job.JobState;
import dev.sluice.simulation.ChunkStatements.Address;
import dev.sluice.simulation.Dataset.Mode;
import dev.sluice.simulation.Dataset.OnReplace;
import dev.sluice.simulation.Invocation.Kind;
import dev.sluice.simulation.Store.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Intake's short way of a small file: from nothing to a leased chunk in one transaction, and that
/// chunk loaded at once. What is not the plain case rolls back and goes the long way.
final class SmallFile {
    private static final long LOAD_TIME = 120_000;

    private final IntakeRun intake;
    private final World world;
    private final List<Version> older = new ArrayList<>();
    private final List<Integer> newer = new ArrayList<>();
    private long until;
    private @Nullable Drop next;

    SmallFile(IntakeRun intake) {
        this.intake = intake;
        this.world = intake.world;
    }

    /// What is left for the chunk.
    long time() {
        return Math.min(intake.left(), Math.max(0, until - world.now()));
    }

    void mayStart(Drop drop) {
        next = drop;
    }

    void take(Drop drop) {
        until = world.now() + LOAD_TIME;
        next = null;
        intake.onTrouble(_ -> intake.failed());
        intake.then(
                Kind.S3,
                "fetches the object",
                () -> intake.then(Kind.S3, "lists the versions of the key", () -> begin(drop)));
    }

    private void begin(Drop drop) {
        older.clear();
        newer.clear();
        for (var other : world.store().versions()) {
            if (other.key() == drop.key() && other.number() < drop.version()) {
                older.add(other);
            } else if (other.key() == drop.key() && other.number() > drop.version()) {
                newer.add(other.number());
            }
        }
        intake.onTrouble(trouble -> {
            if (trouble == Trouble.UNIQUE_VIOLATION) {
                giveUp(drop);
            } else {
                intake.failed();
            }
        });
        check(
                drop,
                "looks at the drop and its older versions",
                t -> {
                    var known = JobStatements.ofDrop(t, drop);
                    return (known == null || isNew(known)) && !waitsForAnother(t);
                },
                () ->
                        intake.statement(
                                "registers version " + drop.version(),
                                t -> registered(t, drop),
                                job -> takeTurn(drop, job)));
    }

    private static boolean isNew(JobRow job) {
        return job.is(JobState.QUEUED) && job.attempt == 1;
    }

    private boolean waitsForAnother(Transaction transaction) {
        return world.mutant() != Mutant.ORDER
                && older.stream()
                        .map(version -> JobStatements.ofDrop(transaction, version.listed()))
                        .anyMatch(job -> job == null || !job.state.ended());
    }

    private JobRow registered(Transaction transaction, Drop drop) {
        int awaiting = world.store().version(drop.version()).awaitedBy();
        if (awaiting >= 0 && JobStatements.ofDrop(transaction, drop) == null) {
            var adopted = JobStatements.adopt(transaction, awaiting, drop);
            if (adopted != null) {
                return adopted;
            }
        }
        return JobStatements.register(transaction, drop);
    }

    /// A statement that has to say yes, or all is rolled back.
    private void check(Drop drop, String step, Function<Transaction, Boolean> work, Runnable then) {
        intake.statement(
                step,
                work,
                yes -> {
                    if (yes) {
                        then.run();
                    } else {
                        giveUp(drop);
                    }
                });
    }

    private void giveUp(Drop drop) {
        intake.rollBack();
        intake.takeTheLongWay(drop);
    }

    private void takeTurn(Drop drop, JobRow job) {
        if (!isNew(job)) {
            giveUp(drop);
            return;
        }
        var dataset = world.dataset();
        var version = world.store().version(drop.version());
        var turn =
                new JobStatements.Turn(
                        version.file().mark(),
                        version.size(),
                        version.dryRun(),
                        dataset.needsStagedRoad() || version.dryRun()
                                ? JobRow.Road.STAGED
                                : JobRow.Road.DIRECT,
                        dataset.maxRejects(),
                        older.stream().map(Version::number).toList());
        check(
                drop,
                "takes the turn of job " + job.number + " with its plan",
                t -> PlanStatements.takeTurn(t, job, turn),
                () ->
                        check(
                                drop,
                                "looks for a duplicate or a loaded version",
                                t -> isToBeLoaded(t, job, version),
                                () -> lease(job)));
    }

    private boolean isToBeLoaded(Transaction transaction, JobRow job, Version version) {
        if (JobStatements.endIfDuplicate(transaction, job.number)) {
            return false;
        }
        var dataset = world.dataset();
        boolean overwrites =
                dataset.mode() == Mode.UPSERT || dataset.onReplace() == OnReplace.REPLACE;
        boolean superseded =
                overwrites
                        && world.mutant() != Mutant.SUPERSEDED
                        && JobStatements.isAnotherLoaded(transaction, job.number, newer);
        boolean refused =
                dataset.onReplace() == OnReplace.REJECT
                        && JobStatements.isAnotherLoaded(transaction, job.number, null);
        return version.dryRun() || !(superseded || refused);
    }

    private void lease(JobRow job) {
        var address = new Address(job.number, 1);
        ChunkRun.Answer answer = done -> loaded(address, done);
        intake.statement(
                "leases chunk " + job.number + "/1",
                t -> {
                    var lease = ChunkStatements.lease(t, address, time());
                    return lease == null
                            ? null
                            : new ChunkRun.Task(
                                    lease, JobStatements.found(t.job(job.number)), answer);
                },
                task -> intake.commit(() -> intake.leased(task, answer)));
    }

    private void loaded(Address address, boolean done) {
        intake.onTrouble(_ -> intake.failed());
        if (done) {
            intake.goOn(next);
            return;
        }
        intake.then(
                Kind.SEND,
                "sends chunk " + address.job() + "/" + address.chunk(),
                () -> {
                    world.send(address);
                    intake.goOn(next);
                });
    }
}
