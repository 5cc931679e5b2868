package dev.sluice.simulation;

import dev.sluice.job.JobState;
import dev.sluice.simulation.ChunkStatements.Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Intake, with every point at which the real one can be interrupted.
final class IntakeRun extends Invocation {
    private static final long TIMEOUT = 900_000;
    private static final long LEASE = 60_000;

    private final Event event;
    private Drop drop;
    private int job;

    IntakeRun(World world, String name, Event event) {
        super(world, name, TIMEOUT);
        this.event = event;
        this.drop = event.drop;
        take(event.drop);
    }

    private void take(Drop taken) {
        drop = taken;
        onTrouble(_ -> failed());
        inTransaction(
                "registers version " + drop.version(),
                t -> JobStatements.register(t, drop),
                this::registered);
    }

    /// The function fails: Lambda delivers the event again, twice.
    private void failed() {
        world.eventFailed(event);
        end();
    }

    @Override
    void crash() {
        failed();
    }

    private void registered(JobRow row) {
        job = row.number;
        if (row.state.ended() || row.planned) {
            looked(row);
        } else if (row.is(JobState.LOADING)) {
            leasePlan();
        } else {
            then(Kind.S3, "describes the object", this::takeTurn);
        }
    }

    private void takeTurn() {
        var file = world.store().version(drop.version()).file();
        onTrouble(trouble -> {
            if (trouble == Trouble.UNIQUE_VIOLATION) {
                look();
            } else {
                failed();
            }
        });
        statement(
                "takes the turn of job " + job,
                t -> JobStatements.takeTurn(t, job, file.mark(), file.lines()),
                this::turnTaken);
    }

    private void turnTaken(boolean taken) {
        if (!taken) {
            rollBack();
            look();
            return;
        }
        statement(
                "looks for a duplicate",
                t -> JobStatements.endIfDuplicate(t, job),
                duplicate -> commit(duplicate ? this::look : this::leasePlan));
    }

    private void leasePlan() {
        onTrouble(_ -> failed());
        inTransaction(
                "leases the plan of job " + job,
                t -> PlanStatements.lease(t, job, LEASE),
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
        int all = world.store().version(drop.version()).file().chunks().size();
        var numbers = chunk > all ? List.<Integer>of() : List.of(chunk);
        boolean complete = chunk >= all;
        onTrouble(_ -> releasePlan(lease));
        inTransaction(
                complete ? "registers the end of the plan" : "registers chunk " + chunk,
                t -> {
                    var written = PlanStatements.registerChunks(t, lease, numbers, LEASE, complete);
                    return written;
                },
                written -> {
                    if (!written) {
                        look();
                    } else if (numbers.isEmpty()) {
                        look();
                    } else {
                        send(lease, chunk, complete);
                    }
                });
    }

    private void send(PlanStatements.Lease lease, int chunk, boolean complete) {
        then(
                Kind.SEND,
                "sends chunk " + job + "/" + chunk,
                () -> {
                    world.send(new Address(job, chunk));
                    if (complete) {
                        look();
                    } else {
                        register(lease, chunk + 1);
                    }
                });
    }

    /// A job that ended here has no Load to call the next one of its key.
    private void look() {
        onTrouble(_ -> failed());
        statement(
                "reads job " + job,
                t -> JobStatements.found(t.job(job)),
                row -> {
                    rollBack();
                    looked(row);
                });
    }

    private void looked(JobRow row) {
        if (!row.state.ended()) {
            end();
            return;
        }
        statement(
                "looks for the next of key " + row.key,
                t -> JobStatements.nextInTurn(t, row.key),
                next -> {
                    rollBack();
                    if (next == null) {
                        end();
                    } else {
                        take(World.drop(next));
                    }
                });
    }
}
