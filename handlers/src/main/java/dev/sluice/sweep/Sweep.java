package dev.sluice.sweep;

import dev.sluice.db.Backends;
import dev.sluice.db.Chunks;
import dev.sluice.db.Database;
import dev.sluice.db.Drops;
import dev.sluice.db.Jobs;
import dev.sluice.db.Plans;
import dev.sluice.db.Retention;
import dev.sluice.db.StagingTable;
import dev.sluice.db.Tries;
import dev.sluice.db.Turns;
import dev.sluice.db.Uploads;
import dev.sluice.db.Walks;
import dev.sluice.job.Drop;
import dev.sluice.job.Job;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.IntakeRequests;
import dev.sluice.lambda.Log;
import dev.sluice.lambda.Patience;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One bounded round over what may have been lost: leases that ran out, chunks without a message,
/// plans that stopped, drops whose event never came, transactions whose function is gone; and over
/// what has had its time: uploads that never came, details of old jobs, rows staged in vain.
///
/// It only sends on and clears away; the loading is done by Intake and Load, and both bear being
/// called once too often. So do two Sweeps at once.
final class Sweep {
    private static final int MOST_CHUNKS = 500;
    private static final int MOST_JOBS = 200;
    private static final int MOST_BACKENDS = 50;
    private static final int MOST_ROWS = 20_000;
    private static final int MOST_ERRORS = 3;

    /// Each page is a request that S3 charges for.
    private static final int MOST_PAGES = 20;

    private static final Duration MARGIN = Duration.ofSeconds(15);
    private static final String WALK = "inbox";

    private final Database database;
    private final InboxWalk inbox;
    private final ChunkMessages messages;
    private final IntakeRequests intake;
    private final Patience patience;
    private final InstantSource clock;

    Sweep(
            Database database,
            InboxWalk inbox,
            ChunkMessages messages,
            IntakeRequests intake,
            Patience patience,
            InstantSource clock) {
        this.database = database;
        this.inbox = inbox;
        this.messages = messages;
        this.intake = intake;
        this.patience = patience;
        this.clock = clock;
    }

    /// One duty of the round. What it can't get done is found again by the next round.
    @FunctionalInterface
    private interface Step {
        void run(Deadline deadline) throws SQLException;
    }

    /// Runs every step while there is time, also when one before it failed.
    ///
    /// @throws SweepException when one failed, once all had their turn
    void run(Deadline deadline) throws SweepException {
        var steps =
                List.<Step>of(
                        this::endOverdueTransactions,
                        this::giveUp,
                        this::sendLostChunks,
                        this::resumePlans,
                        this::expireUploads,
                        this::expunge,
                        this::clearStaging,
                        this::findUnheardOf);
        var failures = new SweepException();
        for (var step : steps) {
            if (deadline.isWithin(MARGIN)) {
                Log.warn("no time for the rest of the sweep", _ -> {});
                break;
            }
            try {
                step.run(deadline);
            } catch (SQLException | RuntimeException e) {
                failures.addSuppressed(e);
            }
        }
        if (failures.getSuppressed().length > 0) {
            throw failures;
        }
    }

    /// Some steps failed; each is suppressed in it.
    static final class SweepException extends Exception {
        private static final long serialVersionUID = 1;

        SweepException() {
            super("not all of the sweep got done");
        }
    }

    private void endOverdueTransactions(Deadline deadline) throws SQLException {
        var ended =
                database.inTransaction(
                        c -> Backends.endOverdue(c, patience.transaction(), MOST_BACKENDS));
        for (var backend : ended) {
            Log.warn(
                    "transaction ended, its function is gone",
                    line ->
                            line.put("seconds", backend.age().toSeconds())
                                    .put("waitedFor", backend.waitedFor()));
        }
    }

    private void giveUp(Deadline deadline) throws SQLException {
        var hopeless =
                database.inTransaction(c -> Jobs.failTriedTooOften(c, patience.tries(), MOST_JOBS));
        for (Job job : hopeless) {
            var why = database.inTransaction(c -> Tries.lastErrors(c, job.id(), MOST_ERRORS));
            Log.warn(
                    "job given up",
                    line ->
                            line.put("job", job.id().toString())
                                    .put("lastErrors", String.join("; ", why)));
        }
        // The next drops of their keys are found by resumePlans, should this be cut short.
        for (Job job : hopeless) {
            if (deadline.isWithin(MARGIN)) {
                return;
            }
            next(job.drop()).ifPresent(intake::send);
        }
    }

    private Optional<Drop> next(Drop ended) throws SQLException {
        return database.inTransaction(c -> Turns.nextInTurn(c, ended.bucket(), ended.key()));
    }

    private void sendLostChunks(Deadline deadline) throws SQLException {
        var lost =
                database.inTransaction(
                        c -> Chunks.takeForSending(c, patience.message(), MOST_CHUNKS));
        if (!lost.isEmpty()) {
            Log.warn("chunks sent again", line -> line.put("chunks", lost.size()));
            messages.send(lost);
        }
    }

    private void resumePlans(Deadline deadline) throws SQLException {
        var abandoned = database.inTransaction(c -> Plans.abandoned(c, patience.plan(), MOST_JOBS));
        for (var job : abandoned) {
            if (deadline.isWithin(MARGIN)) {
                return;
            }
            Log.warn("plan taken up again", line -> line.put("job", job.id().toString()));
            intake.send(job.drop());
        }
    }

    private void expireUploads(Deadline deadline) throws SQLException {
        var expired =
                database.inTransaction(c -> Uploads.expireUploads(c, patience.upload(), MOST_JOBS));
        for (var job : expired) {
            Log.info("upload never came", line -> line.put("job", job.id().toString()));
        }
    }

    private void expunge(Deadline deadline) throws SQLException {
        int expunged =
                database.inTransaction(c -> Retention.expunge(c, patience.kept(), MOST_JOBS));
        if (expunged > 0) {
            Log.info("details of old jobs removed", line -> line.put("jobs", expunged));
        }
    }

    /// Each table by itself: one that is being altered must not keep the others full.
    private void clearStaging(Deadline deadline) throws SQLException {
        @Nullable SQLException failure = null;
        for (StagingTable table : database.inTransaction(StagingTable::all)) {
            if (deadline.isWithin(MARGIN)) {
                break;
            }
            try {
                clear(table);
            } catch (SQLException e) {
                if (failure != null) {
                    e.addSuppressed(failure);
                }
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void clear(StagingTable table) throws SQLException {
        int cleared = database.inTransaction(c -> table.clearLeftovers(c, MOST_ROWS));
        if (cleared > 0) {
            Log.info(
                    "staged rows of ended jobs removed",
                    line -> line.put("table", table.name()).put("rows", cleared));
        }
    }

    /// Walks on through the inbox from where the last run stopped, while there is time.
    private void findUnheardOf(Deadline deadline) throws SQLException {
        @Nullable String position = database.inTransaction(c -> Walks.position(c, WALK));
        var before = clock.instant().minus(patience.event());
        int left = MOST_JOBS;
        for (int pages = 0; pages < MOST_PAGES && !deadline.isWithin(MARGIN); pages++) {
            var page = inbox.page(position);
            left -= announce(page.drops(), before, left);
            if (left <= 0) {
                // The page may hold more of them: the next run begins with it.
                return;
            }
            var next = page.next();
            position = database.inTransaction(c -> Walks.moveTo(c, WALK, next));
            if (next == null) {
                return;
            }
        }
    }

    private int announce(List<Drop> drops, Instant before, int most) throws SQLException {
        var old =
                drops.stream()
                        .filter(drop -> drop.droppedAt().isBefore(before))
                        .filter(drop -> !drop.isFolderMarker())
                        .toList();
        var unheardOf = database.inTransaction(c -> Drops.unheardOf(c, old));
        var some = unheardOf.subList(0, Math.min(most, unheardOf.size()));
        for (var drop : some) {
            Log.warn("drop without an event", line -> line.put("key", drop.key()));
            intake.send(drop);
        }
        return some.size();
    }
}
