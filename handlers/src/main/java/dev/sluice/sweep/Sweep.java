package dev.sluice.sweep;

import dev.sluice.db.Chunks;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.db.Plans;
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
import org.jspecify.annotations.Nullable;

/// One bounded round over what may have been lost: leases that ran out, chunks without a message,
/// plans that stopped, drops whose event never came. It only sends on; the loading is done by
/// Intake and Load, and both bear being called once too often.
final class Sweep {
    private static final int MOST_CHUNKS = 500;
    private static final int MOST_JOBS = 200;
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

    void run(Deadline deadline) throws SQLException {
        giveUp();
        sendLostChunks();
        resumePlans();
        findUnheardOf(deadline);
    }

    private void giveUp() throws SQLException {
        for (Job job :
                database.inTransaction(
                        c -> Jobs.failTriedTooOften(c, patience.tries(), MOST_JOBS))) {
            Log.warn("job given up", line -> line.put("job", job.id().toString()));
            var drop = job.drop();
            database.inTransaction(c -> Jobs.nextInTurn(c, drop.bucket(), drop.key()))
                    .ifPresent(intake::send);
        }
    }

    private void sendLostChunks() throws SQLException {
        var lost =
                database.inTransaction(
                        c -> Chunks.takeForSending(c, patience.message(), MOST_CHUNKS));
        if (!lost.isEmpty()) {
            Log.warn("chunks sent again", line -> line.put("chunks", lost.size()));
            messages.send(lost);
        }
    }

    private void resumePlans() throws SQLException {
        var abandoned = database.inTransaction(c -> Plans.abandoned(c, patience.plan(), MOST_JOBS));
        for (var job : abandoned) {
            Log.warn("plan taken up again", line -> line.put("job", job.id().toString()));
            intake.send(job.drop());
        }
    }

    /// Walks on through the inbox from where the last run stopped, while there is time.
    private void findUnheardOf(Deadline deadline) throws SQLException {
        @Nullable String position = database.inTransaction(c -> Walks.position(c, WALK));
        var before = clock.instant().minus(patience.event());
        do {
            var page = inbox.page(position);
            announce(page.drops(), before);
            position = page.next();
            var next = position;
            database.inTransaction(c -> Walks.moveTo(c, WALK, next));
        } while (position != null && !deadline.isWithin(MARGIN));
    }

    private void announce(List<Drop> drops, Instant before) throws SQLException {
        var old =
                drops.stream()
                        .filter(drop -> drop.droppedAt().isBefore(before))
                        .filter(drop -> !drop.isFolderMarker())
                        .toList();
        for (var drop : database.inTransaction(c -> Jobs.unheardOf(c, old))) {
            Log.warn("drop without an event", line -> line.put("key", drop.key()));
            intake.send(drop);
        }
    }
}
