package dev.sluice.intake;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.InboxKey;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.job.JobFailedException;
import dev.sluice.job.JobState;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.JobIds;
import dev.sluice.lambda.Log;
import dev.sluice.lambda.Patience;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/// Takes a drop in: registers its job, takes its turn among the drops of its key, plans its chunks.
///
/// Every step can be repeated: the ledger decides what is still to do.
final class Intake {
    private static final String METADATA = "sluice-";

    private final Database database;
    private final Inbox inbox;
    private final Assets assets;
    private final JobIds ids;
    private final Planner planner;

    Intake(
            Database database,
            Inbox inbox,
            ChunkMessages messages,
            Assets assets,
            JobIds ids,
            long chunkBytes,
            Patience patience) {
        this.database = database;
        this.inbox = inbox;
        this.assets = assets;
        this.ids = ids;
        this.planner = new Planner(database, inbox, messages, chunkBytes, patience.planLease());
    }

    /// Takes in a drop, and after it those of its key that waited for it and ended here as well.
    void take(Drop drop, Deadline deadline) throws SQLException, IOException {
        if (drop.isFolderMarker()) {
            return;
        }
        var next = Optional.of(drop);
        while (next.isPresent()) {
            var job = takeOne(next.get(), deadline);
            // A job that ended without a chunk has no Load to call the next one of its key.
            next =
                    job.state().ended()
                            ? database.inTransaction(
                                    c -> Jobs.nextInTurn(c, drop.bucket(), drop.key()))
                            : Optional.empty();
        }
    }

    private Job takeOne(Drop drop, Deadline deadline) throws SQLException, IOException {
        var job = register(drop);
        if (job.state().ended() || job.planned()) {
            return job;
        }
        try {
            var dataset = dataset(job);
            if (job.state() == JobState.LOADING || begin(job)) {
                planner.plan(job, dataset, deadline);
            }
        } catch (JobFailedException e) {
            fail(job, e.error());
        }
        return database.inTransaction(c -> Jobs.find(c, job.id())).orElseThrow();
    }

    private Job register(Drop drop) throws SQLException {
        var id = ids.next();
        var key =
                drop.key().indexOf('\0') < 0
                        ? InboxKey.parse(drop.key())
                        : Optional.<InboxKey>empty();
        if (key.isEmpty()) {
            var why =
                    new JobError(
                            ErrorCode.INVALID_KEY,
                            "A key of the inbox is tenant/dataset/name; this one is not.");
            return database.inTransaction(
                    c -> Jobs.registerFailed(c, id, "", "", drop.storable(), why));
        }
        var parts = key.get();
        var job =
                database.inTransaction(
                        c -> Jobs.register(c, id, parts.tenant(), parts.dataset(), drop));
        if (job.id().equals(id)) {
            Log.info(
                    "job registered",
                    line -> line.put("job", id.toString()).put("key", drop.key()));
        }
        return job;
    }

    private Dataset dataset(Job job) throws IOException {
        var dataset = assets.dataset(job.dataset());
        var staged = dataset.needsStagedRoad();
        if (staged.isPresent()) {
            throw new JobFailedException(
                    ErrorCode.NOT_SUPPORTED,
                    "Dataset %s asks for %s, which this version of Sluice does not load yet."
                            .formatted(dataset.name(), staged.get()));
        }
        return dataset;
    }

    /// Takes the turn and says whether there is something to plan: not when the drop has to wait
    /// for another of its key, nor when it is what is loaded already.
    private boolean begin(Job job) throws SQLException {
        var description = inbox.describe(job.drop());
        refuseUnbuilt(description);
        var label = description.metadata().get(METADATA + "label");
        try {
            return database.inTransaction(c ->
                    Jobs.takeTurn(
                                    c,
                                    job.id(),
                                    description.contentMark(),
                                    description.bytes(),
                                    label)
                            && !Jobs.endIfDuplicate(c, job.id()));
        } catch (SQLException e) {
            if (Jobs.isTurnTaken(e)) {
                return false;
            }
            throw e;
        }
    }

    /// A wish that can't be met must not be passed over: a dry run would load.
    private static void refuseUnbuilt(Inbox.Description description) {
        for (var wish : new String[] {"dry-run", "max-reject-ratio", "job"}) {
            var value = description.metadata().get(METADATA + wish);
            if (value != null && !value.equals("false")) {
                throw new JobFailedException(
                        ErrorCode.NOT_SUPPORTED,
                        "The object's metadata asks for %s, which this version of Sluice does not know yet."
                                .formatted(METADATA + wish));
            }
        }
    }

    private void fail(Job job, JobError error) throws SQLException {
        database.inTransaction(c -> Jobs.fail(c, job.id(), error));
        Log.info(
                "job failed",
                line -> line.put("job", job.id().toString()).put("code", error.code().name()));
    }
}
