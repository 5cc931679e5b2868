package dev.sluice.intake;

import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Mode;
import dev.sluice.dataset.OnReplace;
import dev.sluice.db.Chunks;
import dev.sluice.db.Jobs;
import dev.sluice.db.Plans;
import dev.sluice.db.StagingTable;
import dev.sluice.db.Turns;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.lambda.Inbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The moment in which a drop's job begins: what it is loaded by is decided here, and whether it is
/// to be loaded at all. One transaction.
record Turn(
        Job job,
        Dataset dataset,
        Wishes wishes,
        Inbox.Description description,
        Inbox.Versions versions,
        @Nullable String assetsVersion) {

    /// How it went.
    ///
    /// @param undone chunks of an attempt before, to be sent again
    record Outcome(Way way, List<Chunks.Address> undone) {
        static final Outcome NOT_TAKEN = new Outcome(Way.NOT_TAKEN, List.of());
        static final Outcome ENDED = new Outcome(Way.ENDED, List.of());

        boolean loading() {
            return way == Way.LOADING;
        }
    }

    /// What the job is doing now.
    enum Way {
        /// It loads, and there may be something to plan.
        LOADING,
        /// It needs no loading or may not load.
        ENDED,
        /// It waits, or somebody else has it; nothing of the transaction is left.
        NOT_TAKEN
    }

    /// Takes the turn if it is this drop's.
    Outcome take(Connection connection) throws SQLException {
        var holder = holderOfLabel(connection);
        if (holder.isPresent()) {
            Turns.endAsDuplicate(connection, job.id(), holder.get());
            return Outcome.ENDED;
        }
        boolean resumes = job.attempt() > 1 && Plans.isResumable(connection, job.id());
        var undone = prepare(connection, resumes);
        if (!Turns.takeTurn(connection, job.id(), turn(resumes))
                || isOfAnotherAttempt(connection)) {
            connection.rollback();
            return Outcome.NOT_TAKEN;
        }
        if (Turns.endIfDuplicate(connection, job.id())) {
            return Outcome.ENDED;
        }
        var refusal = refusal(connection);
        if (refusal.isPresent()) {
            Jobs.fail(connection, job.id(), refusal.get());
            return Outcome.ENDED;
        }
        return new Outcome(Way.LOADING, undone);
    }

    /// Takes the turn of a job that was never tried, with its whole plan. Empty when there is more
    /// to say of it than that it loads: the caller rolls back.
    Optional<Job> take(Connection connection, Turns.OneChunk plan) throws SQLException {
        if (holderOfLabel(connection).isPresent()) {
            return Optional.empty();
        }
        var begun = Turns.takeTurn(connection, job.id(), turn(/* resumes= */ false), plan);
        return begun.isEmpty()
                        || Turns.endIfDuplicate(connection, job.id())
                        || refusal(connection).isPresent()
                ? Optional.empty()
                : begun;
    }

    /// The job was read a while ago: it may have failed and been retried since, and what the
    /// attempt before left would stay. Asked once the turn has locked the job's row.
    private boolean isOfAnotherAttempt(Connection connection) throws SQLException {
        return Jobs.find(connection, job.id()).orElseThrow().attempt() != job.attempt();
    }

    /// A job that is tried again goes on where its rows are in the table to stay, and starts over
    /// otherwise.
    private List<Chunks.Address> prepare(Connection connection, boolean resumes)
            throws SQLException {
        if (resumes) {
            return Plans.resume(connection, job.id());
        }
        if (job.attempt() > 1) {
            if ("staged".equals(job.road())) {
                StagingTable.of(job.dataset()).clear(connection, job.number());
            }
            Plans.startOver(connection, job.id());
        }
        return List.of();
    }

    /// Another job that the uploader gave the same label. A dry run is nobody's double.
    private Optional<Job> holderOfLabel(Connection connection) throws SQLException {
        if (wishes.dryRun()) {
            return Optional.empty();
        }
        return Jobs.byLabel(connection, job.tenant(), job.dataset(), wishes.label())
                .filter(holder -> !holder.id().equals(job.id()));
    }

    private Turns.Turn turn(boolean resumes) {
        var limit = dataset.limit().and(wishes.limit());
        boolean staged =
                dataset.needsStagedRoad().isPresent() || wishes.dryRun() || !limit.isNone();
        return new Turns.Turn(
                description.contentMark(),
                description.bytes(),
                wishes.label(),
                wishes.dryRun(),
                staged && !resumes ? "staged" : "direct",
                limit,
                assetsVersion,
                versions.older().stream().map(Drop::versionId).toList());
    }

    /// Why this version of the key is not to be loaded, given what is loaded already.
    private Optional<JobError> refusal(Connection connection) throws SQLException {
        if (wishes.dryRun()) {
            return Optional.empty();
        }
        boolean overwrites =
                dataset.mode() == Mode.UPSERT || dataset.onReplace() == OnReplace.REPLACE;
        var newer = versions.newer().stream().map(Drop::versionId).toList();
        if (overwrites && !newer.isEmpty() && Turns.isAnotherLoaded(connection, job.id(), newer)) {
            return Optional.of(
                    new JobError(
                            ErrorCode.SUPERSEDED,
                            "A later version of the object is loaded; this one would overwrite"
                                    + " it."));
        }
        if (dataset.onReplace() == OnReplace.REJECT
                && Turns.isAnotherLoaded(connection, job.id(), null)) {
            return Optional.of(
                    new JobError(
                            ErrorCode.KEY_ALREADY_LOADED,
                            "Another version of the object is loaded, and dataset %s takes no second one under a key."
                                    .formatted(dataset.name())));
        }
        return Optional.empty();
    }
}
