package dev.sluice.load;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.db.Chunks;
import dev.sluice.db.Chunks.Address;
import dev.sluice.db.Chunks.Lease;
import dev.sluice.db.CommitUnknownException;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.db.SqlState;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.job.JobFailedException;
import dev.sluice.job.JobState;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.Log;
import dev.sluice.rows.Lookups;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/// Loads one chunk: lease, one transaction, and what follows from how it ended.
///
/// Not thread-safe: an execution environment handles one invocation at a time.
final class Load {
    /// The connection is cut this long before Lambda would cut the process.
    private static final Duration MARGIN = Duration.ofSeconds(4);

    /// Who is told that the next drop of a key may start.
    @FunctionalInterface
    interface Successor {
        void mayStart(Drop drop);
    }

    private final Database database;
    private final Inbox inbox;
    private final Lookups lookups;
    private final Assets assets;
    private final Successor successor;

    Load(Database database, Inbox inbox, Lookups lookups, Assets assets, Successor successor) {
        this.database = database;
        this.inbox = inbox;
        this.lookups = lookups;
        this.assets = assets;
        this.successor = successor;
    }

    /// A lease and the job it belongs to, read in the same short transaction.
    private record Task(Job job, Lease lease) {}

    /// Loads the chunk if it is still to be loaded. Returns whether the message is done with; false
    /// asks for another delivery.
    boolean load(Address address, Deadline deadline) {
        try {
            var task = database.inTransaction(c -> lease(c, address, deadline));
            // No lease: it is done, or another invocation has it and Sweep watches over that one.
            return task.isEmpty() || load(task.get(), deadline);
        } catch (SQLException e) {
            Log.error("no lease", e);
            return false;
        }
    }

    private static Optional<Task> lease(Connection connection, Address address, Deadline deadline)
            throws SQLException {
        var lease = Chunks.lease(connection, address, deadline.left());
        if (lease.isEmpty()) {
            return Optional.empty();
        }
        return Jobs.find(connection, address.job()).map(job -> new Task(job, lease.get()));
    }

    private boolean load(Task task, Deadline deadline) {
        try {
            ended(task.job(), commit(task, deadline));
            return true;
        } catch (ChunkTransaction.LeaseLostException _) {
            Log.warn("chunk taken over or job ended", line -> line.put("chunk", name(task)));
            return true;
        } catch (CommitUnknownException e) {
            return committed(task, e);
        } catch (JobFailedException e) {
            return fail(task, e.error(), e);
        } catch (SQLException | IOException | RuntimeException e) {
            return giveBack(task, deadline, e);
        }
    }

    /// Tries the fast way first: no savepoints, all or nothing. Only when the database refused a
    /// row the chunk is read again and the refused rows are found one by one.
    private JobState commit(Task task, Deadline deadline) throws SQLException, IOException {
        if (deadline.isWithin(MARGIN)) {
            throw new IOException("no time left to begin the chunk");
        }
        var dataset = pinned(task).dataset(task.job().dataset());
        try (var _ = database.abortAfter(deadline.left().minus(MARGIN))) {
            try {
                return transaction(task, dataset, ChunkTransaction.Care.FAST);
            } catch (ChunkTransaction.RowRefusedException e) {
                Log.info(
                        "the database refused a row",
                        line -> line.put("chunk", name(task)).put("why", e.sqlState()));
                return transaction(task, dataset, ChunkTransaction.Care.ROW_BY_ROW);
            }
        }
    }

    /// Every chunk of a job is read by the assets that the job began with.
    private Assets pinned(Task task) {
        return assets.at(task.job().assetsVersion());
    }

    private JobState transaction(Task task, Dataset dataset, ChunkTransaction.Care care)
            throws SQLException, IOException {
        try {
            return new ChunkTransaction(database, inbox, lookups.at(pinned(task)), dataset)
                    .run(task.job(), task.lease(), care);
        } catch (SQLException e) {
            if (SqlState.isTableMissing(e)) {
                throw new JobFailedException(
                        ErrorCode.DATASET_NOT_APPLIED,
                        "Table %s does not fit dataset %s; run `dataset apply %s`."
                                .formatted(dataset.table(), dataset.name(), dataset.name()));
            }
            throw e;
        }
    }

    /// The answer to the commit was lost: what the ledger says counts.
    private boolean committed(Task task, CommitUnknownException lost) {
        try {
            var address = new Address(task.job().id(), task.lease().chunk().number());
            var state = database.inTransaction(c -> Chunks.state(c, address));
            Log.warn(
                    "commit answer lost",
                    line -> line.put("chunk", name(task)).put("ledger", state));
            if ("DONE".equals(state)) {
                var job = database.inTransaction(c -> Jobs.find(c, address.job())).orElseThrow();
                ended(job, job.state());
                return true;
            }
            release(task, lost);
        } catch (SQLException e) {
            Log.error("the ledger does not answer", e);
        }
        return false;
    }

    private boolean fail(Task task, JobError error, Exception cause) {
        try {
            database.inTransaction(c -> Jobs.fail(c, task.job().id(), error));
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

    /// Trouble that may pass: the lease goes back and the message comes again, unless the time was
    /// too short for a file that can't be cut, which it will be again.
    private boolean giveBack(Task task, Deadline deadline, Exception e) {
        if (deadline.isWithin(MARGIN) && isCompressed(task.job())) {
            return fail(
                    task,
                    new JobError(
                            ErrorCode.TOO_SLOW,
                            "The compressed file did not load in the time of one invocation; drop it in smaller pieces or uncompressed."),
                    e);
        }
        Log.error("chunk failed, to be tried again: " + name(task), e);
        release(task, e);
        return false;
    }

    private static boolean isCompressed(Job job) {
        return job.compression() != null && !job.compression().equals("NONE");
    }

    private void release(Task task, Exception cause) {
        try {
            var why = String.valueOf(cause.getMessage());
            database.inTransaction(c -> Chunks.release(c, task.lease(), why));
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
            database.inTransaction(c -> Jobs.nextInTurn(c, drop.bucket(), drop.key()))
                    .ifPresent(successor::mayStart);
        } catch (SQLException | RuntimeException e) {
            Log.error("successor not called", e);
        }
    }

    private static String name(Task task) {
        return task.job().id() + "/" + task.lease().chunk().number();
    }
}
