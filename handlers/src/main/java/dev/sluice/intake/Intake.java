package dev.sluice.intake;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.db.Drops;
import dev.sluice.db.Jobs;
import dev.sluice.db.Turns;
import dev.sluice.db.Uploads;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.InboxKey;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.job.JobFailedException;
import dev.sluice.job.JobState;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.DropEvents.Removal;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.JobIds;
import dev.sluice.lambda.Log;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/// Takes a drop in: registers its job, takes its turn among the drops of its key, plans its chunks.
///
/// Every step can be repeated: the ledger decides what is still to do.
final class Intake {
    private final Database database;
    private final Inbox inbox;
    private final ChunkMessages messages;
    private final Assets assets;
    private final JobIds ids;
    private final Planner planner;
    private final SmallFiles smallFiles;

    Intake(
            Database database,
            Inbox inbox,
            ChunkMessages messages,
            Assets assets,
            JobIds ids,
            SmallFiles.Settings settings) {
        this.database = database;
        this.inbox = inbox;
        this.messages = messages;
        this.assets = assets;
        this.ids = ids;
        this.planner =
                new Planner(
                        database,
                        inbox,
                        messages,
                        settings.chunkBytes(),
                        settings.patience().planLease());
        this.smallFiles = new SmallFiles(settings, database, inbox, messages, assets, ids);
    }

    /// Takes in a drop, and after it those of its key that waited for it and ended here as well.
    void take(Drop drop, Deadline deadline) throws SQLException, IOException {
        if (drop.isFolderMarker()) {
            return;
        }
        var next = Optional.of(drop);
        while (next.isPresent()) {
            var taken = smallFiles.take(next.get(), deadline);
            next = taken.isPresent() ? taken.get().next() : takeTheLongWay(next.get(), deadline);
        }
    }

    /// Gives the next one of its key, if there is one and nobody else calls it.
    private Optional<Drop> takeTheLongWay(Drop drop, Deadline deadline)
            throws SQLException, IOException {
        var job = takeOne(drop, deadline);
        // A job that ended without a chunk has no Load to call the next one of its key.
        return job.state().ended()
                ? database.inTransaction(c -> Turns.nextInTurn(c, drop.bucket(), drop.key()))
                : Optional.empty();
    }

    /// Keeps a note that an object was deleted.
    void record(Removal removal) throws SQLException {
        database.inTransaction(c -> {
            Drops.recordRemoval(
                    c,
                    removal.bucket(),
                    removal.key(),
                    removal.versionId(),
                    removal.sequencer(),
                    removal.at());
            return removal;
        });
    }

    /// A drop as S3 has it; what it asks for, or why it can't be loaded, comes with it.
    private record Described(Inbox.Description description, Wishes wishes) {}

    private Job takeOne(Drop drop, Deadline deadline) throws SQLException, IOException {
        var known = database.inTransaction(c -> Jobs.ofDrop(c, drop.storable()));
        if (known.isPresent() && isUnderWay(known.get())) {
            return known.get();
        }
        Described described;
        try {
            // Before the job is registered: the object may be an upload that has its job already.
            described = describe(drop);
        } catch (JobFailedException e) {
            var job = known.isPresent() ? known.get() : register(drop, awaitedAlone(drop));
            return job.state().ended() ? job : failed(job, e.error());
        }
        var job = known.isPresent() ? known.get() : register(drop, described.wishes().job());
        return job.state().ended() ? job : begin(job, described, deadline);
    }

    /// Nothing is left for Intake: the job has ended, or Load is at it.
    private static boolean isUnderWay(Job job) {
        return job.state().ended() || (job.state() == JobState.LOADING && job.planned());
    }

    private Described describe(Drop drop) throws IOException {
        var description = inbox.describe(drop);
        return new Described(description, Wishes.of(description.metadata()));
    }

    private Job begin(Job job, Described described, Deadline deadline)
            throws SQLException, IOException {
        try {
            if (job.state() == JobState.LOADING) {
                planner.plan(job, pinned(job).dataset(job.dataset()), deadline);
                return now(job);
            }
            var versions = inbox.versions(job.drop());
            var before = firstUnfinished(versions);
            if (before.isPresent()) {
                return before.get().state() == JobState.LOADING
                        ? job
                        : takeOne(before.get().drop(), deadline);
            }
            return begin(job, described, versions, deadline);
        } catch (JobFailedException e) {
            return failed(job, e.error());
        }
    }

    /// An older version of the key that has to be loaded first.
    private record Before(Drop drop, JobState state) {}

    /// The oldest version before this one that has not ended, heard of or not: S3's listing is the
    /// truth about their order. One that is loading stands for all.
    private Optional<Before> firstUnfinished(Inbox.Versions versions) throws SQLException {
        var older = versions.older();
        if (older.isEmpty()) {
            return Optional.empty();
        }
        var any = older.getFirst();
        var states =
                database.inTransaction(c ->
                        Turns.statesOf(
                                c,
                                any.bucket(),
                                any.key(),
                                older.stream().map(Drop::versionId).toList()));
        Optional<Before> first = Optional.empty();
        for (var drop : older) {
            var state = states.getOrDefault(drop.versionId(), JobState.QUEUED);
            if (state == JobState.LOADING) {
                return Optional.of(new Before(drop, state));
            }
            if (!state.ended() && !drop.isFolderMarker()) {
                first = Optional.of(new Before(drop, state));
            }
        }
        return first;
    }

    private Job begin(Job job, Described described, Inbox.Versions versions, Deadline deadline)
            throws SQLException, IOException {
        var version = assets.version();
        var dataset = assets.at(version).dataset(job.dataset());
        var turn =
                new Turn(
                        job,
                        dataset,
                        described.wishes(),
                        described.description(),
                        versions,
                        version);
        var outcome = take(turn);
        var begun = now(job);
        if (outcome.loading()) {
            messages.send(outcome.undone());
            planner.plan(begun, dataset, deadline);
            return now(job);
        }
        return begun;
    }

    private Turn.Outcome take(Turn turn) throws SQLException {
        try {
            return database.inTransaction(turn::take);
        } catch (SQLException e) {
            if (!Turns.isTurnTaken(e)) {
                throw e;
            }
        }
        // Another job took the turn of the key, or the label, at the same moment: it shows now.
        try {
            return database.inTransaction(turn::take);
        } catch (SQLException e) {
            if (Turns.isTurnTaken(e)) {
                return Turn.Outcome.NOT_TAKEN;
            }
            throw e;
        }
    }

    private Assets pinned(Job job) {
        return assets.at(job.assetsVersion());
    }

    /// Which upload it is stands in what S3 does not show: the one that is awaited under its key,
    /// when there is just one. Its uploader follows that job and no other.
    private Optional<UUID> awaitedAlone(Drop drop) throws SQLException {
        var stored = drop.storable();
        var awaited =
                database.inTransaction(c -> Uploads.awaited(c, stored.bucket(), stored.key()));
        return awaited.size() == 1 ? Optional.of(awaited.getFirst()) : Optional.empty();
    }

    private Job register(Drop drop, Optional<UUID> awaited) throws SQLException {
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
        if (awaited.isPresent()) {
            var adopted = database.inTransaction(c -> Uploads.adopt(c, awaited.get(), drop));
            if (adopted.isPresent()) {
                return adopted.get();
            }
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

    private Job now(Job job) throws SQLException {
        return database.inTransaction(c -> Jobs.find(c, job.id())).orElseThrow();
    }

    private Job failed(Job job, JobError error) throws SQLException {
        database.inTransaction(c -> Jobs.fail(c, job.id(), error));
        Log.info(
                "job failed",
                line -> line.put("job", job.id().toString()).put("code", error.code().name()));
        return now(job);
    }
}
