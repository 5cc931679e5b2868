package dev.sluice.uploads;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.DatasetException;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.db.SqlState;
import dev.sluice.db.Turns;
import dev.sluice.db.Uploads;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobState;
import dev.sluice.lambda.JobIds;
import dev.sluice.lambda.Log;
import dev.sluice.rest.Answer;
import dev.sluice.rest.JobDocument;
import dev.sluice.rest.ProblemException;
import dev.sluice.rest.Request;
import java.io.IOException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The routes of the POST side. Every statement about a job carries the tenant or comes after a
/// look whose job it is; for ops it is anybody's.
final class Routes {
    private final Database database;
    private final Assets assets;
    private final JobIds ids;
    private final UploadUrls urls;
    private final Successor intake;
    private final InstantSource clock;

    /// Has a drop taken in that waits.
    @FunctionalInterface
    interface Successor {
        void take(Drop drop);
    }

    Routes(
            Database database,
            Assets assets,
            JobIds ids,
            UploadUrls urls,
            Successor intake,
            InstantSource clock) {
        this.database = database;
        this.assets = assets;
        this.ids = ids;
        this.urls = urls;
        this.intake = intake;
        this.clock = clock;
    }

    Answer answer(Request request) throws SQLException, IOException {
        return switch (request.route()) {
            case "/v1/uploads" -> upload(request);
            case "/v1/jobs/{id}/cancel", "/ops/v1/jobs/{id}/cancel" -> cancel(request);
            case "/v1/jobs/{id}/retry", "/ops/v1/jobs/{id}/retry" -> retry(request);
            default ->
                    throw new IllegalStateException(
                            "no route " + request.route() + "; openapi.yaml has one too many");
        };
    }

    private Answer upload(Request request) throws SQLException, IOException {
        var wanted = UploadRequest.of(request.body());
        var tenant = request.tenant();
        var key = wanted.key(tenant);
        checkDataset(wanted.dataset());
        var id = ids.next();
        var known =
                database.<Optional<Job>, SQLException>inTransaction(
                        c -> Jobs.byLabel(c, tenant, wanted.dataset(), wanted.label()));
        var job = known.isPresent() ? known.get() : register(id, tenant, key, wanted);
        return Answer.made(
                job.id().equals(id) ? 201 : 200,
                new UploadDocument(request.base()).of(job, way(job).orElse(null)));
    }

    private void checkDataset(String name) throws IOException {
        try {
            var _ = assets.dataset(name);
        } catch (DatasetException e) {
            if (e.code() == ErrorCode.UNKNOWN_DATASET) {
                throw ProblemException.notFound(e.error().message());
            }
            throw ProblemException.conflict(e.error().message(), null);
        }
    }

    private Job register(UUID id, String tenant, String key, UploadRequest wanted)
            throws SQLException {
        var length = wanted.contentLength();
        var upload =
                new Uploads.NewUpload(
                        id,
                        tenant,
                        wanted.dataset(),
                        wanted.label(),
                        urls.bucket(),
                        key,
                        length == null ? 0 : length,
                        clock.instant().plus(UploadUrls.time(length)),
                        UploadUrls.needsParts(length) ? urls.begin(key, id) : null);
        return database.inTransaction(c -> Uploads.awaitUpload(c, upload));
    }

    /// The way for an upload that is awaited; the job's own key counts, whatever name came with its
    /// label this time.
    private Optional<UploadUrls.Way> way(Job job) throws SQLException {
        if (job.state() != JobState.AWAITING_UPLOAD) {
            return Optional.empty();
        }
        var until = clock.instant().plus(UploadUrls.time(job.drop().bytes()));
        return database.<Optional<Uploads.Awaited>, SQLException>inTransaction(
                        c -> Uploads.renew(c, job.id(), until))
                .map(awaited -> way(job.id(), awaited));
    }

    private UploadUrls.Way way(UUID id, Uploads.Awaited awaited) {
        var uploadId = awaited.uploadId();
        return uploadId == null
                ? urls.onePut(awaited.key(), id, awaited.bytes() == 0 ? null : awaited.bytes())
                : urls.inParts(awaited.key(), uploadId, awaited.bytes());
    }

    /// What became of an attempt to move a job, and whose turn it is then.
    private record Moved(Job job, Optional<Drop> next) {}

    private Answer cancel(Request request) throws SQLException {
        var id = request.jobId();
        var moved =
                database.<Moved, SQLException>inTransaction(c -> {
                    var before = shown(Jobs.findShown(c, id), request.tenantOrAny());
                    var job =
                            Jobs.cancel(c, id, request.tenantOrAny())
                                    .orElseThrow(() ->
                                            ProblemException.conflict(
                                                    "The job is %s; only one that has not ended can be cancelled."
                                                            .formatted(now(before)),
                                                    null));
                    return new Moved(
                            job, Turns.nextInTurn(c, job.drop().bucket(), job.drop().key()));
                });
        moved.next().ifPresent(this::ask);
        return done(request, moved.job());
    }

    private Answer retry(Request request) throws SQLException {
        var id = request.jobId();
        var job =
                database.<Job, SQLException>inTransaction(c -> {
                    var before = shown(Jobs.findShown(c, id), request.tenantOrAny());
                    return retried(() -> Jobs.retry(c, id, request.tenantOrAny()))
                            .orElseThrow(
                                    () -> ProblemException.conflict(whyNotRetried(before), null));
                });
        ask(job.drop());
        return done(request, job);
    }

    @FunctionalInterface
    private interface Attempt {
        Optional<Job> run() throws SQLException;
    }

    /// Of two that take one label at the same moment the database lets one.
    private static Optional<Job> retried(Attempt attempt) throws SQLException {
        try {
            return attempt.run();
        } catch (SQLException e) {
            if (SqlState.isUniqueViolation(e)) {
                throw ProblemException.conflict("Another job has the label by now.", null);
            }
            throw e;
        }
    }

    private static String whyNotRetried(Job job) {
        if (job.state() != JobState.FAILED) {
            return "The job is %s; only one that FAILED can be retried.".formatted(now(job));
        }
        return job.dataset().isEmpty()
                ? "The job's key names no dataset, so a retry could not end otherwise."
                : "Another job has the label by now.";
    }

    private static String now(Job job) {
        return job.state().name();
    }

    /// The same for what is not there and for what belongs to another tenant.
    private static Job shown(Optional<Job> found, @Nullable String tenant) {
        return found.filter(job -> tenant == null || job.tenant().equals(tenant))
                .orElseThrow(ProblemException::notFound);
    }

    /// What is not heard now is found by Sweep within minutes: no reason to fail what is done.
    private void ask(Drop drop) {
        try {
            intake.take(drop);
        } catch (RuntimeException e) {
            Log.error("intake not asked", e);
        }
    }

    private static Answer done(Request request, Job job) {
        return Answer.made(200, new JobDocument(request.base()).of(job, List.of()));
    }
}
