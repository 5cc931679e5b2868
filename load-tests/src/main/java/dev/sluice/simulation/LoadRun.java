package dev.sluice.simulation;

import dev.sluice.job.JobState;
import dev.sluice.simulation.ChunkStatements.Books;
import dev.sluice.simulation.ChunkStatements.Lease;
import org.jspecify.annotations.Nullable;

/// Load, with every point at which the real one can be interrupted.
final class LoadRun extends Invocation {
    private static final long TIMEOUT = 120_000;
    private static final long MARGIN = 4_000;

    private final Message message;
    private final int receives;
    private int key;
    private int version;

    LoadRun(World world, String name, Message message) {
        super(world, name, TIMEOUT);
        this.message = message;
        this.receives = message.receives;
        lease();
    }

    private void lease() {
        onTrouble(_ -> handled(false));
        var address = message.address;
        inTransaction(
                "leases chunk " + address.job() + "/" + address.chunk(),
                t -> {
                    var lease = ChunkStatements.lease(t, address, left());
                    if (lease != null) {
                        var job = JobStatements.found(t.job(address.job()));
                        key = job.key;
                        version = job.version;
                    }
                    return lease;
                },
                this::leased);
    }

    private void leased(@Nullable Lease lease) {
        if (lease == null) {
            handled(true);
            return;
        }
        onTrouble(trouble -> troubled(lease, trouble));
        if (left() <= MARGIN) {
            giveBack(lease, /* counted= */ true);
            return;
        }
        read(lease, /* carefully= */ false);
    }

    private void troubled(Lease lease, Trouble trouble) {
        if (trouble == Trouble.COMMIT_UNKNOWN) {
            askTheLedger(lease);
        } else {
            giveBack(lease, /* counted= */ trouble != Trouble.LOCK_TIMEOUT);
        }
    }

    private void read(Lease lease, boolean carefully) {
        then(
                Kind.S3,
                "reads its part of the object",
                () -> {
                    var file = world.store().version(version).file();
                    if (file.poisoned() == lease.chunk()) {
                        throw Trouble.S3.thrown();
                    }
                    copy(lease, file, carefully);
                });
    }

    private void copy(Lease lease, DroppedFile file, boolean carefully) {
        statement(
                carefully ? "copies row by row" : "copies the rows",
                t -> Copy.into(t, world.dataset(), lease.job(), file.chunk(lease.chunk())),
                copied -> {
                    if (copied.refused() && !carefully) {
                        rollBack();
                        read(lease, /* carefully= */ true);
                    } else if (world.mutant() == Mutant.SPLIT_COMMIT) {
                        commit(() -> rejects(lease, file, copied));
                    } else {
                        rejects(lease, file, copied);
                    }
                });
    }

    private void rejects(Lease lease, DroppedFile file, Copy copied) {
        statement(
                "writes the rejects",
                t -> {
                    Copy.rejects(t, copied.rejects());
                    return true;
                },
                _ -> done(lease, file, copied));
    }

    private void done(Lease lease, DroppedFile file, Copy copied) {
        int lines = file.chunk(lease.chunk()).size();
        var books = new Books(lines, copied.loaded(), copied.rejects().size(), 0, 0, 0);
        statement(
                "marks the chunk done",
                t -> ChunkStatements.done(t, lease, books),
                done -> {
                    if (done) {
                        addBooks(lease, books);
                    } else {
                        rollBack();
                        handled(true);
                    }
                });
    }

    private void addBooks(Lease lease, Books books) {
        statement(
                "adds the books to job " + lease.job(),
                t -> JobStatements.addBooks(t, lease.job(), books, books.read()),
                state -> {
                    if (state == null) {
                        rollBack();
                        handled(true);
                    } else {
                        commit(() -> committed(state));
                    }
                });
    }

    /// The answer to the commit was lost: what the ledger says counts.
    private void askTheLedger(Lease lease) {
        onTrouble(_ -> handled(false));
        statement(
                "asks the ledger",
                t -> {
                    var chunk = t.chunk(lease.job(), lease.chunk());
                    return chunk != null && chunk.state == ChunkRow.State.DONE
                            ? JobStatements.found(t.job(lease.job())).state
                            : null;
                },
                state -> {
                    rollBack();
                    if (state == null) {
                        giveBack(lease, /* counted= */ true);
                    } else {
                        committed(state);
                    }
                });
    }

    private void giveBack(Lease lease, boolean counted) {
        onTrouble(_ -> handled(false));
        inTransaction(
                "gives the lease back",
                t ->
                        counted
                                ? ChunkStatements.release(t, lease)
                                : ChunkStatements.releaseUncounted(t, lease),
                _ -> handled(false));
    }

    /// When the job ended, the next drop of its key may start.
    private void committed(JobState state) {
        if (!state.ended()) {
            handled(true);
            return;
        }
        onTrouble(_ -> handled(true));
        statement(
                "looks for the next of key " + key,
                t -> JobStatements.nextInTurn(t, key),
                next -> {
                    rollBack();
                    if (next == null) {
                        handled(true);
                    } else {
                        then(
                                Kind.SEND,
                                "asks Intake for version " + next.version,
                                () -> {
                                    world.announce(World.drop(next), 0);
                                    handled(true);
                                });
                    }
                });
    }

    private void handled(boolean done) {
        onTrouble(_ -> end());
        then(
                Kind.SEND,
                done ? "deletes the message" : "wants the message again",
                () -> {
                    if (done) {
                        world.delete(message);
                    } else {
                        world.makeVisible(
                                message, receives <= 1 ? 0 : 1000L << Math.min(receives - 1, 6));
                    }
                    end();
                });
    }
}
