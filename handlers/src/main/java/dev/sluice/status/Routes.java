package dev.sluice.status;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.db.Rejects;
import dev.sluice.job.Job;
import dev.sluice.job.JobState;
import dev.sluice.job.Reject;
import dev.sluice.lambda.Json;
import dev.sluice.rest.Answer;
import dev.sluice.rest.JobDocument;
import dev.sluice.rest.ProblemException;
import dev.sluice.rest.Request;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The routes of the GET side. Every question about jobs carries the tenant into its SQL or checks
/// it right after.
final class Routes {
    private static final int MOST_PER_PAGE = 100;
    private static final int FIRST_REJECTS = 10;
    private static final String POLL_SECONDS = "2";

    private final Database database;
    private final Assets assets;
    private final Exports exports;

    Routes(Database database, Assets assets, Exports exports) {
        this.database = database;
        this.assets = assets;
        this.exports = exports;
    }

    Answer answer(Request request) throws SQLException, IOException {
        var answer =
                switch (request.route()) {
                    case "/v1/jobs" -> jobs(request);
                    case "/v1/jobs/{id}" -> job(request);
                    case "/v1/jobs/{id}/rejects" -> rejects(request);
                    case "/v1/datasets" -> new DatasetList(assets).answer();
                    case "/v1/health" -> health();
                    default ->
                            throw new IllegalStateException(
                                    "no route "
                                            + request.route()
                                            + "; openapi.yaml has one too many");
                };
        return answer.unless(request.header("if-none-match"));
    }

    private Answer job(Request request) throws SQLException {
        var found = find(request);
        return Answer.document(
                new JobDocument(request.base()).of(found.job(), found.rejects()),
                found.job().state().ended() ? null : POLL_SECONDS);
    }

    private record Found(Job job, List<Reject> rejects) {}

    private Found find(Request request) throws SQLException {
        var id = request.jobId();
        return database.inTransaction(c -> {
            var job =
                    Jobs.findShown(c, id)
                            .filter(j -> j.tenant().equals(request.tenant()))
                            .orElseThrow(ProblemException::notFound);
            return new Found(job, Rejects.list(c, job.id(), 0, FIRST_REJECTS));
        });
    }

    private Answer jobs(Request request) throws SQLException {
        int limit = request.number("limit", 1, MOST_PER_PAGE, MOST_PER_PAGE);
        var query =
                new Jobs.Query(
                        request.tenant(),
                        request.query("dataset"),
                        state(request.query("state")),
                        request.query("key"),
                        Math.toIntExact(cursor(request, Integer.MAX_VALUE)),
                        limit + 1);
        var jobs = database.inTransaction(c -> Jobs.list(c, query));
        var page = jobs.subList(0, Math.min(limit, jobs.size()));
        var next = jobs.size() > limit ? cursor(page.getLast().number()) : null;
        return Answer.document(new JobDocument(request.base()).list(page, next), null);
    }

    private Answer rejects(Request request) throws SQLException, IOException {
        return switch (request.query("format")) {
            case null -> rejectPage(request);
            case "json" -> rejectPage(request);
            case "csv" -> rejectFile(request);
            default -> throw ProblemException.badRequest("format is neither json nor csv.");
        };
    }

    private Answer rejectFile(Request request) throws SQLException, IOException {
        long after = cursor(request, 0);
        var job = find(request).job();
        if (!job.state().ended()) {
            throw ProblemException.conflict(
                    "The job is %s; its rejects are a file once it has ended."
                            .formatted(job.state().name()),
                    POLL_SECONDS);
        }
        RejectPages pages =
                (record, limit) ->
                        database.inTransaction(c -> Rejects.list(c, job.id(), record, limit));
        var export = exports.export(job, pages, after);
        var next = export.next();
        return Answer.seeOther(
                export.url(),
                next == null
                        ? null
                        : "%s/v1/jobs/%s/rejects?format=csv&cursor=%s"
                                .formatted(request.base(), job.id(), cursor(next)));
    }

    private Answer rejectPage(Request request) throws SQLException {
        int limit = request.number("limit", 1, MOST_PER_PAGE, MOST_PER_PAGE);
        long after = cursor(request, 0);
        var job = find(request).job();
        var rejects = database.inTransaction(c -> Rejects.list(c, job.id(), after, limit + 1));
        var page = rejects.subList(0, Math.min(limit, rejects.size()));
        var next = rejects.size() > limit ? cursor(page.getLast().record()) : null;
        return Answer.document(
                JobDocument.rejects(page, next), job.state().ended() ? null : POLL_SECONDS);
    }

    private Answer health() throws SQLException {
        database.<Boolean, SQLException>inTransaction(c -> {
            try (var statement = c.prepareStatement("SELECT 1")) {
                return statement.execute();
            }
        });
        return Answer.document(Json.object(health -> health.put("status", "ok")), null);
    }

    private static @Nullable JobState state(@Nullable String text) {
        if (text == null) {
            return null;
        }
        for (var state : JobState.values()) {
            if (state.name().equals(text)) {
                return state;
            }
        }
        throw ProblemException.badRequest("state is none of " + List.of(JobState.values()) + ".");
    }

    private static String cursor(long position) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(String.valueOf(position).getBytes(UTF_8));
    }

    private static long cursor(Request request, long otherwise) {
        var text = request.query("cursor");
        if (text == null) {
            return otherwise;
        }
        try {
            long position = Long.parseLong(new String(Base64.getUrlDecoder().decode(text), UTF_8));
            if (position >= 0 && (otherwise == 0 || position <= otherwise)) {
                return position;
            }
        } catch (IllegalArgumentException _) {
            // answered below
        }
        throw ProblemException.badRequest("cursor is not one that this API gave out.");
    }
}
