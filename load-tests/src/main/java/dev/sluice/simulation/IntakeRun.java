package dev.sluice.simulation;

import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobState;
import dev.sluice.simulation.ChunkStatements.Address;
import dev.sluice.simulation.Dataset.Mode;
import dev.sluice.simulation.Dataset.OnReplace;
import dev.sluice.simulation.Store.Version;
import dev.sluice.simulation.Transaction.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Intake, with every point at which the real one can be interrupted.
final class IntakeRun extends ChunkRun {
    private static final long TIMEOUT = 900_000;
    private static final long LEASE = 60_000;

    private final Event event;
    private final SmallFile small;
    private Drop drop;

    /// The job as it was read or registered.
    private JobRow job;

    IntakeRun(World world, String name, Event event) {
        super(world, name, TIMEOUT);
        this.event = event;
        this.small = new SmallFile(this);
        this.drop = event.drop;
        this.job = new JobRow(-1, event.drop.key());
        take(event.drop);
    }

    /// The function fails: Lambda delivers the event again, twice.
    void failed() {
        world.eventFailed(event);
        end();
    }

    @Override
    void crash() {
        failed();
    }

    /// Goes on with another drop of the key, or is done.
    void goOn(@Nullable Drop next) {
        if (next == null) {
            end();
        } else {
            take(next);
        }
    }

    private Version version() {
        return world.store().version(drop.version());
    }

    private void take(Drop taken) {
        drop = taken;
        if (world.scenario().smallFiles() && version().file().chunks().size() == 1) {
            small.take(taken);
        } else {
            takeTheLongWay(taken);
        }
    }

    @Override
    long time() {
        return small.time();
    }

    @Override
    void mayStart(Drop next, Runnable after) {
        small.mayStart(next);
        after.run();
    }

    /// What was tried at once is forgotten.
    void takeTheLongWay(Drop taken) {
        drop = taken;
        onTrouble(_ -> failed());
        read(
                "looks for the job of version " + taken.version(),
                t -> JobStatements.ofDrop(t, taken),
                known -> {
                    if (known != null && isUnderWay(known)) {
                        looked(known);
                    } else {
                        then(Kind.S3, "describes the object", () -> described(known));
                    }
                });
    }

    private static boolean isUnderWay(JobRow row) {
        return row.state.ended() || (row.is(JobState.LOADING) && row.planned);
    }

    private void described(@Nullable JobRow known) {
        int awaiting = version().awaitedBy();
        if (known != null) {
            begin(known);
        } else if (awaiting >= 0) {
            inTransaction(
                    "adopts version " + drop.version(),
                    t -> JobStatements.adopt(t, awaiting, drop),
                    adopted -> {
                        if (adopted == null) {
                            register();
                        } else {
                            begin(adopted);
                        }
                    });
        } else {
            register();
        }
    }

    private void register() {
        inTransaction(
                "registers version " + drop.version(),
                t -> JobStatements.register(t, drop),
                this::begin);
    }

    private void begin(JobRow row) {
        job = row;
        if (row.state.ended()) {
            looked(row);
        } else if (row.is(JobState.LOADING)) {
            leasePlan();
        } else {
            then(Kind.S3, "lists the versions of the key", this::lookBefore);
        }
    }

    /// S3's listing is the truth about the order of a key's versions.
    private void lookBefore() {
        var older = new ArrayList<Version>();
        var newer = new ArrayList<Integer>();
        for (var other : world.store().versions()) {
            if (other.key() == drop.key() && other.number() < drop.version()) {
                older.add(other);
            } else if (other.key() == drop.key() && other.number() > drop.version()) {
                newer.add(other.number());
            }
        }
        if (older.isEmpty() || world.mutant() == Mutant.ORDER) {
            takeTurn(List.of(), newer, /* again= */ true);
            return;
        }
        read(
                "looks at the jobs of older versions",
                t -> older.stream().map(v -> JobStatements.ofDrop(t, v.listed())).toList(),
                jobs -> {
                    for (var before : jobs) {
                        if (before != null && before.is(JobState.LOADING)) {
                            looked(job);
                            return;
                        }
                    }
                    for (int at = 0; at < older.size(); at++) {
                        var before = jobs.get(at);
                        if (before == null || !before.state.ended()) {
                            takeTheLongWay(older.get(at).listed());
                            return;
                        }
                    }
                    takeTurn(older, newer, /* again= */ true);
                });
    }

    // The turn: one transaction.

    private void takeTurn(List<Version> older, List<Integer> newer, boolean again) {
        onTrouble(trouble -> {
            if (trouble != Trouble.UNIQUE_VIOLATION) {
                failed();
            } else if (again) {
                takeTurn(older, newer, /* again= */ false);
            } else {
                look();
            }
        });
        if (job.attempt == 1) {
            takeTurn(older, newer, /* resumes= */ false, List.of());
            return;
        }
        statement(
                "looks for rows of the attempt before",
                t -> PlanStatements.isResumable(t, job.number),
                resumes -> {
                    if (resumes) {
                        resume(older, newer);
                    } else {
                        startOver(older, newer);
                    }
                });
    }

    private void resume(List<Version> older, List<Integer> newer) {
        statement(
                "frees the chunks that are not done",
                t -> PlanStatements.resume(t, job.number),
                undone ->
                        statement(
                                "resumes the plan",
                                t -> {
                                    PlanStatements.resumePlan(t, job.number);
                                    return undone;
                                },
                                _ -> takeTurn(older, newer, /* resumes= */ true, undone)));
    }

    private void startOver(List<Version> older, List<Integer> newer) {
        statement(
                "clears what was staged",
                t -> {
                    t.delete(Table.STAGING, row -> row.job() == job.number);
                    return true;
                },
                _ ->
                        statement(
                                "forgets the chunks",
                                t -> {
                                    PlanStatements.forget(t, job.number);
                                    return true;
                                },
                                _ ->
                                        statement(
                                                "starts over",
                                                t -> {
                                                    PlanStatements.startOver(t, job.number);
                                                    return true;
                                                },
                                                _ ->
                                                        takeTurn(
                                                                older,
                                                                newer,
                                                                /* resumes= */ false,
                                                                List.of()))));
    }

    private void takeTurn(
            List<Version> older, List<Integer> newer, boolean resumes, List<Address> undone) {
        var dataset = world.dataset();
        boolean staged = dataset.needsStagedRoad() || version().dryRun();
        var turn =
                new JobStatements.Turn(
                        version().file().mark(),
                        version().size(),
                        version().dryRun(),
                        staged && !resumes ? JobRow.Road.STAGED : JobRow.Road.DIRECT,
                        dataset.maxRejects(),
                        older.stream().map(Version::number).toList());
        statement(
                "takes the turn of job " + job.number,
                t -> JobStatements.takeTurn(t, job, turn),
                taken -> {
                    if (taken) {
                        lookAtAttempt(newer, undone);
                    } else {
                        rollBack();
                        look();
                    }
                });
    }

    /// The job was read a while ago: it may have failed and been retried since.
    private void lookAtAttempt(List<Integer> newer, List<Address> undone) {
        statement(
                "looks at the attempt",
                t ->
                        JobStatements.found(t.job(job.number)).attempt == job.attempt
                                || world.mutant() == Mutant.STALE_ATTEMPT,
                same -> {
                    if (same) {
                        endIfDuplicate(newer, undone);
                    } else {
                        rollBack();
                        look();
                    }
                });
    }

    private void endIfDuplicate(List<Integer> newer, List<Address> undone) {
        statement(
                "looks for a duplicate",
                t -> JobStatements.endIfDuplicate(t, job.number),
                duplicate -> {
                    if (duplicate) {
                        commit(this::look);
                    } else if (version().dryRun()) {
                        commit(() -> begun(undone));
                    } else {
                        refuse(newer, undone);
                    }
                });
    }

    private void refuse(List<Integer> newer, List<Address> undone) {
        var dataset = world.dataset();
        boolean overwrites =
                dataset.mode() == Mode.UPSERT || dataset.onReplace() == OnReplace.REPLACE;
        statement(
                "looks for loaded versions",
                t -> {
                    if (overwrites
                            && world.mutant() != Mutant.SUPERSEDED
                            && JobStatements.isAnotherLoaded(t, job.number, newer)) {
                        JobStatements.fail(t, job.number, ErrorCode.SUPERSEDED);
                        return true;
                    }
                    if (dataset.onReplace() == OnReplace.REJECT
                            && JobStatements.isAnotherLoaded(t, job.number, null)) {
                        JobStatements.fail(t, job.number, ErrorCode.KEY_ALREADY_LOADED);
                        return true;
                    }
                    return false;
                },
                refused -> commit(refused ? this::look : () -> begun(undone)));
    }

    private void begun(List<Address> undone) {
        onTrouble(_ -> failed());
        if (undone.isEmpty()) {
            leasePlan();
            return;
        }
        then(
                Kind.SEND,
                "sends what is not done",
                () -> {
                    undone.forEach(world::send);
                    leasePlan();
                });
    }

    // The plan.

    private void leasePlan() {
        onTrouble(_ -> failed());
        inTransaction(
                "leases the plan of job " + job.number,
                t -> PlanStatements.lease(t, job.number, LEASE),
                this::planLeased);
    }

    private void planLeased(PlanStatements.@Nullable Lease lease) {
        if (lease == null) {
            look();
            return;
        }
        onTrouble(_ -> releasePlan(lease));
        then(Kind.S3, "reads the object", () -> register(lease, Math.max(lease.from(), 0) + 1));
    }

    private void releasePlan(PlanStatements.Lease lease) {
        onTrouble(_ -> failed());
        inTransaction("gives the plan back", t -> PlanStatements.release(t, lease), _ -> failed());
    }

    /// The last chunk is registered together with the plan's completion.
    private void register(PlanStatements.Lease lease, int chunk) {
        int all = version().file().chunks().size();
        var numbers = chunk > all ? List.<Integer>of() : List.of(chunk);
        boolean complete = chunk >= all;
        onTrouble(_ -> releasePlan(lease));
        inTransaction(
                complete ? "registers the end of the plan" : "registers chunk " + chunk,
                t -> PlanStatements.registerChunks(t, lease, numbers, LEASE, complete),
                written -> {
                    if (!written) {
                        look();
                    } else if (numbers.isEmpty()) {
                        planned();
                    } else {
                        send(lease, chunk, complete);
                    }
                });
    }

    private void send(PlanStatements.Lease lease, int chunk, boolean complete) {
        then(
                Kind.SEND,
                "sends chunk " + job.number + "/" + chunk,
                () -> {
                    world.send(new Address(job.number, chunk));
                    if (complete) {
                        planned();
                    } else {
                        register(lease, chunk + 1);
                    }
                });
    }

    /// Nothing may be left to load: then nobody but us can ask for the publish.
    private void planned() {
        if (!world.dataset().needsStagedRoad() && !version().dryRun()) {
            look();
            return;
        }
        read(
                "looks for the publish",
                t -> t.chunk(job.number, 0),
                publish -> {
                    if (publish == null) {
                        look();
                    } else {
                        then(
                                Kind.SEND,
                                "sends the publish",
                                () -> {
                                    world.send(new Address(job.number, 0));
                                    look();
                                });
                    }
                });
    }

    /// A job that ended here has no Load to call the next one of its key.
    private void look() {
        onTrouble(_ -> failed());
        read("reads job " + job.number, t -> JobStatements.found(t.job(job.number)), this::looked);
    }

    private void looked(JobRow row) {
        if (!row.state.ended()) {
            end();
            return;
        }
        onTrouble(_ -> failed());
        read(
                "looks for the next of key " + row.key,
                t -> JobStatements.nextInTurn(t, row.key),
                next -> {
                    if (next == null) {
                        end();
                    } else {
                        take(World.drop(next));
                    }
                });
    }
}
