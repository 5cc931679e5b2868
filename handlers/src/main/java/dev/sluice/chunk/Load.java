package dev.sluice.chunk;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.db.Chunks;
import dev.sluice.db.Chunks.Address;
import dev.sluice.db.Chunks.Lease;
import dev.sluice.db.CommitUnknownException;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.db.SqlState;
import dev.sluice.db.Turns;
import dev.sluice.job.Chunk;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.job.JobFailedException;
import dev.sluice.job.JobState;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.Log;
import dev.sluice.lambda.ObjectBytes;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Lookups;
import dev.sluice.rows.ReadAhead;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Loads one chunk, or publishes a job: lease, one transaction, and what follows from how it ended.
///
/// Not thread-safe: an execution environment handles one invocation at a time.
public final class Load {
    /// The connection is cut this long before Lambda would cut the process.
    private static final Duration MARGIN = Duration.ofSeconds(4);

    /// A publish is not begun beside a chunk with less time than this.
    private static final Duration TIME_TO_PUBLISH = Duration.ofSeconds(45);

    private static final int TRIES_BEFORE_TOO_SLOW = 2;

    /// Who is told that the next drop of a key may start.
    @FunctionalInterface
    public interface Successor {
        void mayStart(Drop drop);
    }

    private final Database database;
    private final Inbox inbox;
    private final Lookups lookups;
    private final Assets assets;
    private final Successor successor;
    private final ChunkMessages messages;
    private final ReadAhead.Batches batches = new ReadAhead.Batches();

    public Load(
            Database database,
            Inbox inbox,
            Lookups lookups,
            Assets assets,
            Successor successor,
            ChunkMessages messages) {
        this.messages = messages;
        this.database = database;
        this.inbox = inbox;
        this.lookups = lookups;
        this.assets = assets;
        this.successor = successor;
    }

    /// A lease and the job it belongs to, read in the transaction that took the lease.
    ///
    /// @param objects where the chunk's bytes are read from
    public record Task(Job job, Lease lease, ObjectBytes objects) {}

    /// Loads the chunk if it is still to be loaded. Returns whether the message is done with; false
    /// asks for another delivery.
    public boolean load(Address address, Deadline deadline) {
        try {
            var task = database.inTransaction(c -> lease(c, address, deadline));
            // No lease: it is done, or another invocation has it and Sweep watches over that one.
            return task.isEmpty() || load(task.get(), deadline);
        } catch (SQLException e) {
            Log.error("no lease", e);
            return false;
        }
    }

    private Optional<Task> lease(Connection connection, Address address, Deadline deadline)
            throws SQLException {
        var lease = Chunks.lease(connection, address, deadline.left());
        if (lease.isEmpty()) {
            return Optional.empty();
        }
        return Jobs.find(connection, address.job()).map(job -> new Task(job, lease.get(), inbox));
    }

    /// Loads a chunk whose lease was taken, which ends at the deadline. Returns false when the
    /// chunk waits again and has to be tried once more.
    public boolean load(Task task, Deadline deadline) {
        boolean fresh = deadline.isFresh();
        try {
            return committed(task, commit(task, deadline), deadline);
        } catch (ChunkTransaction.LeaseLostException _) {
            return takenOver(task);
        } catch (CommitUnknownException e) {
            return commitUnknown(task, e, deadline);
        } catch (JobFailedException e) {
            return fail(task, e.error(), e);
        } catch (SQLException | IOException | RuntimeException e) {
            return giveBack(task, fresh && ranOut(deadline, e), e);
        }
    }

    /// The server's time limit for a statement is a little shorter than ours; a statement that was
    /// cancelled soon was cancelled by somebody, and not by time.
    private static boolean ranOut(Deadline deadline, Exception e) {
        return deadline.isWithin(MARGIN)
                || (!deadline.isFresh()
                        && e instanceof SQLException failure
                        && SqlState.isCancelled(failure));
    }

    private static boolean takenOver(Task task) {
        Log.warn("chunk taken over or job ended", line -> line.put("chunk", name(task)));
        return true;
    }

    private boolean committed(Task task, JobState state, Deadline deadline) {
        ended(task.job(), state);
        if (!state.ended() && isStaged(task.job())) {
            publish(new Address(task.job().id(), Chunk.PUBLISH), deadline);
        }
        return true;
    }

    private static boolean isStaged(Job job) {
        return "staged".equals(job.road());
    }

    /// Publishes the job at once if this was its last chunk. When there is little time or it does
    /// not succeed, a message asks for it; and Sweep does when that does not go out.
    private void publish(Address address, Deadline deadline) {
        try {
            boolean open = database.inTransaction(c -> Chunks.state(c, address)) != null;
            if (open && (deadline.isWithin(TIME_TO_PUBLISH) || !load(address, deadline))) {
                messages.send(List.of(address));
            }
        } catch (SQLException | RuntimeException e) {
            Log.error("publish not sent", e);
        }
    }

    private JobState commit(Task task, Deadline deadline) throws SQLException, IOException {
        if (deadline.isWithin(MARGIN)) {
            throw new IOException("no time left to begin the chunk");
        }
        var pinned = assets.at(task.job().assetsVersion());
        var source =
                new ChunkRecords.Source(
                        task.objects(), lookups.at(pinned), Limits.DEFAULT, batches);
        var target = new Target(pinned.dataset(task.job().dataset()), task.job());
        try (var _ = database.abortAfter(deadline.left().minus(MARGIN))) {
            return commit(task, source, target);
        } catch (SQLException e) {
            if (SqlState.isTableMissing(e)) {
                throw notApplied(target.dataset(), e);
            }
            throw e;
        }
    }

    private JobState commit(Task task, ChunkRecords.Source source, Target target)
            throws SQLException, IOException {
        if (task.lease().chunk().isPublish()) {
            return new Publish(database, source, target).run(task.lease());
        }
        var transaction = new ChunkTransaction(database, source, target);
        if (isStaged(task.job())) {
            return transaction.run(task.lease(), ChunkTransaction.Way.STAGED);
        }
        try {
            return transaction.run(task.lease(), ChunkTransaction.Way.FAST);
        } catch (ChunkTransaction.RowRefusedException e) {
            Log.info(
                    "the database refused a row",
                    line -> line.put("chunk", name(task)).put("why", e.sqlState()));
            return transaction.run(task.lease(), ChunkTransaction.Way.ROW_BY_ROW);
        }
    }

    private static JobFailedException notApplied(Dataset dataset, SQLException e) {
        return new JobFailedException(
                ErrorCode.DATASET_NOT_APPLIED,
                "Table %s does not fit dataset %s; run `dataset apply %s`."
                        .formatted(dataset.table(), dataset.name(), dataset.name()),
                e);
    }

    /// The answer to the commit was lost: what the ledger says counts.
    private boolean commitUnknown(Task task, CommitUnknownException lost, Deadline deadline) {
        try {
            var address = new Address(task.job().id(), task.lease().chunk().number());
            var state = database.inTransaction(c -> Chunks.state(c, address));
            Log.warn(
                    "commit answer lost",
                    line -> line.put("chunk", name(task)).put("ledger", state));
            if ("DONE".equals(state)) {
                var job = database.inTransaction(c -> Jobs.find(c, address.job())).orElseThrow();
                return committed(task, job.state(), deadline);
            }
            release(task, lost);
        } catch (SQLException e) {
            Log.error("the ledger does not answer", e);
        }
        return false;
    }

    /// Fails the job, unless the chunk is somebody else's by now: whoever has it knows better.
    private boolean fail(Task task, JobError error, Exception cause) {
        try {
            boolean ours =
                    database.inTransaction(c ->
                            Chunks.holds(c, task.lease()) && Jobs.fail(c, task.job().id(), error));
            if (!ours) {
                return takenOver(task);
            }
            Log.info(
                    "job failed",
                    line -> line.put("chunk", name(task)).put("code", error.code().name()));
            ended(task.job(), JobState.FAILED);
            return true;
        } catch (SQLException e) {
            e.addSuppressed(cause);
            Log.error("the job could not be failed", e);
            return false;
        }
    }

    /// Trouble that may pass: the lease goes back and the message comes again, unless a whole
    /// invocation was too short for the second time, for what can't be cut.
    private boolean giveBack(Task task, boolean ranOut, Exception e) {
        if (ranOut && task.lease().tries() >= TRIES_BEFORE_TOO_SLOW && isWhole(task)) {
            return fail(task, new JobError(ErrorCode.TOO_SLOW, tooSlow(task)), e);
        }
        Log.error("chunk failed, to be tried again: " + name(task), e);
        release(task, e);
        return false;
    }

    private static String tooSlow(Task task) {
        return task.lease().chunk().isPublish()
                ? "The rows could not be published in the time of one invocation; drop the file in smaller pieces."
                : "The compressed file did not load in the time of one invocation; drop it in smaller pieces or uncompressed.";
    }

    private static boolean isWhole(Task task) {
        var compression = task.job().compression();
        return task.lease().chunk().isPublish()
                || (compression != null && !compression.equals("NONE"));
    }

    private void release(Task task, Exception cause) {
        try {
            var why = String.valueOf(cause.getMessage());
            boolean counts = !(cause instanceof SQLException e && SqlState.isContention(e));
            database.inTransaction(c ->
                    counts
                            ? Chunks.release(c, task.lease(), why)
                            : Chunks.releaseUncounted(c, task.lease(), why));
        } catch (SQLException e) {
            // The lease runs out by itself and Sweep sends the chunk again.
            Log.error("lease not given back", e);
        }
    }

    /// When the job ended, the next drop of its key may start. Sweep would find it too, a minute
    /// later.
    private void ended(Job job, JobState state) {
        if (!state.ended()) {
            return;
        }
        try {
            var drop = job.drop();
            database.ask(c -> Turns.nextInTurn(c, drop.bucket(), drop.key()))
                    .ifPresent(successor::mayStart);
        } catch (SQLException | RuntimeException e) {
            Log.error("successor not called", e);
        }
    }

    private static String name(Task task) {
        return task.job().id() + "/" + task.lease().chunk().number();
    }
}
