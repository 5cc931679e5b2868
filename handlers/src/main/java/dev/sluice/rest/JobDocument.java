package dev.sluice.rest;

import com.fasterxml.jackson.jr.ob.comp.ObjectComposer;
import dev.sluice.job.Job;
import dev.sluice.job.JobState;
import dev.sluice.job.Reject;
import dev.sluice.lambda.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A job as JSON; its shape is a contract, described in openapi.yaml.
///
/// @param base what stands before `/v1` in links
public record JobDocument(String base) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    public String of(Job job, List<Reject> firstRejects) {
        return Json.object(document -> write(document, job, firstRejects));
    }

    /// A page of jobs. The list leaves the rejects out: `errors` is empty here and filled in a
    /// job's own document.
    public String list(List<Job> jobs, @Nullable String next) {
        return Json.object(page -> {
            var array = page.startArrayField("jobs");
            for (var job : jobs) {
                var document = array.startObject();
                write(document, job, List.of());
                document.end();
            }
            array.end();
            page.put("next", next);
        });
    }

    public static String rejects(List<Reject> rejects, @Nullable String next) {
        return Json.object(page -> {
            var array = page.startArrayField("rejects");
            for (var reject : rejects) {
                var object = array.startObject();
                write(object, reject);
                object.put("raw", reject.raw()).end();
            }
            array.end();
            page.put("next", next);
        });
    }

    private void write(ObjectComposer<?> document, Job job, List<Reject> firstRejects)
            throws IOException {
        var self = base + "/v1/jobs/" + job.id();
        document.put("id", job.id().toString())
                .put("number", job.number())
                .put("tenant", job.tenant())
                .put("dataset", job.dataset())
                .put("state", job.state().name())
                .put("road", job.road())
                .put("dryRun", job.dryRun())
                .put("label", job.label());
        object(document, job);
        rows(document, job);
        progress(document, job);
        error(document, job);
        errors(document, firstRejects);
        var duplicateOf = job.duplicateOf();
        document.put("duplicateOf", duplicateOf == null ? null : duplicateOf.toString())
                .put("createdAt", time(job.drop().droppedAt()))
                .put("startedAt", time(job.startedAt()))
                .put("finishedAt", time(job.finishedAt()))
                .startObjectField("links")
                .put("self", self)
                .put("rejects", self + "/rejects")
                .end();
    }

    private static void object(ObjectComposer<?> document, Job job) throws IOException {
        var drop = job.drop();
        document.startObjectField("object")
                .put("bucket", drop.bucket())
                .put("key", drop.key())
                .put("versionId", orNull(drop.versionId()))
                .put("etag", orNull(drop.etag()))
                .put("bytes", drop.bytes())
                .end();
    }

    private static void rows(ObjectComposer<?> document, Job job) throws IOException {
        var books = job.books();
        document.startObjectField("rows")
                .put("read", books.decided())
                .put("loaded", books.loaded())
                .put("rejected", books.rejected())
                .put("duplicate", books.duplicate())
                .put("discarded", books.discarded())
                .end();
    }

    private static void progress(ObjectComposer<?> document, Job job) throws IOException {
        boolean succeeded =
                job.state() == JobState.SUCCEEDED || job.state() == JobState.SUCCEEDED_WITH_REJECTS;
        document.startObjectField("progress")
                .put("planned", job.planned())
                .put("chunks", job.chunks())
                .put("chunksDone", job.chunks() - job.chunksLeft())
                // Chunks leave out the header and blank ends; a finished file is done to its last
                // byte.
                .put("bytesDone", succeeded ? job.drop().bytes() : job.bytesDone())
                .end();
    }

    private static void error(ObjectComposer<?> document, Job job) throws IOException {
        var error = job.error();
        if (error == null) {
            document.putNull("error");
            return;
        }
        document.startObjectField("error")
                .put("code", error.code().name())
                .put("message", error.message())
                .end();
    }

    private static void errors(ObjectComposer<?> document, List<Reject> rejects)
            throws IOException {
        var array = document.startArrayField("errors");
        for (var reject : rejects) {
            var object = array.startObject();
            write(object, reject);
            object.end();
        }
        array.end();
    }

    private static void write(ObjectComposer<?> object, Reject reject) throws IOException {
        object.put("line", reject.line())
                .put("byteOffset", reject.byteOffset())
                .put("column", reject.column())
                .put("code", reject.code().name())
                .put("message", reject.message());
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static @Nullable String time(@Nullable Instant instant) {
        return instant == null ? null : TIME.format(instant);
    }
}
