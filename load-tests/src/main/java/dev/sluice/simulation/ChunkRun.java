package dev.sluice.simulation;

import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobState;
import dev.sluice.simulation.ChunkStatements.Address;
import dev.sluice.simulation.ChunkStatements.Books;
import dev.sluice.simulation.ChunkStatements.Lease;
import org.jspecify.annotations.Nullable;

/// The loading of one chunk, which Load and Intake do alike, with every point at which the real one
/// can be interrupted.
abstract class ChunkRun extends Invocation {
    private static final long MARGIN = 4_000;
    private static final long TIME_TO_PUBLISH = 45_000;

    private boolean publishing;

    ChunkRun(World world, String name, long timeout) {
        super(world, name, timeout);
    }

    @Override
    final boolean isPublishing() {
        return publishing;
    }

    /// What is left for the chunk: its lease ends then.
    abstract long time();

    /// The next drop of the key may start.
    abstract void mayStart(Drop next, Runnable after);

    /// Whether nothing is left to be tried again.
    @FunctionalInterface
    interface Answer {
        void handled(boolean done);
    }

    /// A lease, the job as it was then, and who is told how it ended.
    record Task(Lease lease, JobRow job, Answer answer) {
        boolean isPublish() {
            return lease.chunk() == 0;
        }

        boolean isStaged() {
            return job.road == JobRow.Road.STAGED;
        }
    }

    final void load(Address address, Answer answer) {
        onTrouble(_ -> answer.handled(false));
        inTransaction(
                "leases chunk " + address.job() + "/" + address.chunk(),
                t -> {
                    var lease = ChunkStatements.lease(t, address, time());
                    return lease == null
                            ? null
                            : new Task(lease, JobStatements.found(t.job(address.job())), answer);
                },
                task -> leased(task, answer));
    }

    final void leased(@Nullable Task task, Answer answer) {
        if (task == null) {
            answer.handled(true);
            return;
        }
        onTrouble(trouble -> troubled(task, trouble));
        if (time() <= MARGIN) {
            giveBack(task, /* counted= */ true);
        } else if (task.isPublish()) {
            publishing = true;
            publish(task);
        } else {
            read(task, /* carefully= */ false);
        }
    }

    private void troubled(Task task, Trouble trouble) {
        switch (trouble) {
            case COMMIT_UNKNOWN -> askTheLedger(task);
            case OBJECT_VANISHED -> fail(task);
            default -> giveBack(task, /* counted= */ trouble != Trouble.LOCK_TIMEOUT);
        }
    }

    // A chunk of the file.

    private void read(Task task, boolean carefully) {
        then(
                Kind.S3,
                "reads its part of the object",
                () -> {
                    var file = world.store().version(task.job.version).file();
                    if (file.poisoned() == task.lease.chunk() && file.isPoisonedFor(task.job)) {
                        throw (file.fatal() ? Trouble.OBJECT_VANISHED : Trouble.S3).thrown();
                    }
                    if (task.isStaged()) {
                        stage(task, file);
                    } else {
                        copy(task, file, carefully);
                    }
                });
    }

    private void stage(Task task, DroppedFile file) {
        var lines = file.chunk(task.lease.chunk());
        statement(
                "stages the rows",
                t -> Copy.intoStaging(t, task.lease.job(), lines),
                copied ->
                        rejects(
                                task,
                                copied,
                                new Books(
                                        lines.size(),
                                        0,
                                        copied.rejects().size(),
                                        0,
                                        0,
                                        copied.loaded())));
    }

    private void copy(Task task, DroppedFile file, boolean carefully) {
        var lines = file.chunk(task.lease.chunk());
        statement(
                carefully ? "copies row by row" : "copies the rows",
                t -> Copy.into(t, world.dataset(), task.lease.job(), lines),
                copied -> {
                    var books =
                            new Books(
                                    lines.size(),
                                    copied.loaded(),
                                    copied.rejects().size(),
                                    0,
                                    0,
                                    0);
                    if (copied.refused() && !carefully) {
                        rollBack();
                        read(task, /* carefully= */ true);
                    } else if (world.mutant() == Mutant.SPLIT_COMMIT) {
                        commit(() -> rejects(task, copied, books));
                    } else {
                        rejects(task, copied, books);
                    }
                });
    }

    private void rejects(Task task, Copy copied, Books books) {
        statement(
                "writes the rejects",
                t -> {
                    Copy.rejects(t, copied.rejects());
                    return true;
                },
                _ -> endChunk(task, books));
    }

    private void done(Task task, Books books, Runnable next) {
        statement(
                "marks the chunk done",
                t -> ChunkStatements.done(t, task.lease, books),
                done -> {
                    if (done) {
                        next.run();
                    } else {
                        rollBack();
                        task.answer.handled(true);
                    }
                });
    }

    // Both are sent at once: the books are added also where the lease is no longer ours, and rolled
    // back.
    private void endChunk(Task task, Books books) {
        statement(
                "marks the chunk done",
                t -> ChunkStatements.done(t, task.lease, books),
                ours ->
                        statement(
                                "adds the books to job " + task.lease.job(),
                                t ->
                                        JobStatements.addBooks(
                                                t, task.lease.job(), books, books.read()),
                                state -> committing(task, ours ? state : null)));
    }

    private void committing(Task task, @Nullable JobState state) {
        if (state == null) {
            rollBack();
            task.answer.handled(true);
        } else {
            commit(() -> committed(task, state));
        }
    }

    // The publish.

    private void publish(Task task) {
        statement(
                "moves the rows of job " + task.lease.job(),
                t -> Publish.move(t, world.dataset(), task.job),
                moved ->
                        statement(
                                "writes the rejects",
                                t -> {
                                    Copy.rejects(t, moved.refused());
                                    return true;
                                },
                                _ -> done(task, moved.books(), () -> endPublish(task, moved))));
    }

    private void endPublish(Task task, Publish moved) {
        statement(
                "ends job " + task.lease.job(),
                t -> JobStatements.endPublish(t, task.lease.job(), moved.books(), moved.error()),
                state -> committing(task, state));
    }

    // How it ends.

    /// When the job ended, the next drop of its key may start; when it is staged, this may have
    /// been the last chunk before its publish.
    private void committed(Task task, JobState state) {
        if (state.ended()) {
            callNext(task, () -> task.answer.handled(true));
        } else if (task.isStaged() && !task.isPublish()) {
            publishNow(task);
        } else {
            task.answer.handled(true);
        }
    }

    private void publishNow(Task task) {
        var publish = new Address(task.lease.job(), 0);
        onTrouble(_ -> task.answer.handled(true));
        read(
                "looks for the publish",
                t -> t.chunk(publish.job(), 0) != null,
                open -> {
                    if (!open) {
                        task.answer.handled(true);
                    } else if (time() <= TIME_TO_PUBLISH) {
                        sendPublish(task, publish);
                    } else {
                        load(
                                publish,
                                published -> {
                                    if (published) {
                                        task.answer.handled(true);
                                    } else {
                                        sendPublish(task, publish);
                                    }
                                });
                    }
                });
    }

    private void sendPublish(Task task, Address publish) {
        onTrouble(_ -> task.answer.handled(true));
        then(
                Kind.SEND,
                "sends the publish",
                () -> {
                    world.send(publish);
                    task.answer.handled(true);
                });
    }

    private void callNext(Task task, Runnable after) {
        int key = task.job.key;
        onTrouble(_ -> after.run());
        read(
                "looks for the next of key " + key,
                t -> JobStatements.nextInTurn(t, key),
                next -> {
                    if (next == null) {
                        after.run();
                    } else {
                        mayStart(World.drop(next), after);
                    }
                });
    }

    /// The answer to the commit was lost: what the ledger says counts.
    private void askTheLedger(Task task) {
        var lease = task.lease;
        onTrouble(_ -> task.answer.handled(false));
        read(
                "asks the ledger",
                t -> {
                    var chunk = t.chunk(lease.job(), lease.chunk());
                    return chunk != null && chunk.state == ChunkRow.State.DONE
                            ? JobStatements.found(t.job(lease.job())).state
                            : null;
                },
                state -> {
                    if (state == null) {
                        giveBack(task, /* counted= */ true);
                    } else {
                        committed(task, state);
                    }
                });
    }

    /// Fails the job, unless the chunk is somebody else's by now.
    private void fail(Task task) {
        onTrouble(_ -> task.answer.handled(false));
        statement(
                "looks at the lease",
                t -> world.mutant() == Mutant.FAIL_UNFENCED || ChunkStatements.holds(t, task.lease),
                ours -> {
                    if (!ours) {
                        rollBack();
                        task.answer.handled(true);
                        return;
                    }
                    statement(
                            "fails job " + task.lease.job(),
                            t -> JobStatements.fail(t, task.lease.job(), ErrorCode.OBJECT_VANISHED),
                            _ -> commit(() -> callNext(task, () -> task.answer.handled(true))));
                });
    }

    private void giveBack(Task task, boolean counted) {
        onTrouble(_ -> task.answer.handled(false));
        inTransaction(
                "gives the lease back",
                t ->
                        counted
                                ? ChunkStatements.release(t, task.lease)
                                : ChunkStatements.releaseUncounted(t, task.lease),
                _ -> task.answer.handled(false));
    }
}
