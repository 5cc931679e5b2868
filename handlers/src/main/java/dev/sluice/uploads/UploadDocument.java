package dev.sluice.uploads;

import com.fasterxml.jackson.jr.ob.comp.ObjectComposer;
import dev.sluice.job.Job;
import dev.sluice.lambda.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// What a client needs for an upload, as JSON; its shape is a contract, described in openapi.yaml.
///
/// @param base what stands before `/v1` in links
record UploadDocument(String base) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /// @param way null when the upload is not awaited any more
    String of(Job job, UploadUrls.@Nullable Way way) {
        return Json.object(document -> {
            document.put("jobId", job.id().toString())
                    .put("state", job.state().name())
                    .put("key", job.drop().key());
            switch (way) {
                case null -> write(document, null, null);
                case UploadUrls.OnePut put -> {
                    write(document, put.url(), put.expiresAt());
                    document.putObject("headers", put.headers());
                    document.putNull("multipart");
                }
                case UploadUrls.InParts parts -> {
                    write(document, null, parts.expiresAt());
                    write(document, parts);
                }
            }
            document.put("self", base + "/v1/jobs/" + job.id());
        });
    }

    private static void write(
            ObjectComposer<?> document, @Nullable String url, @Nullable Instant expiresAt)
            throws IOException {
        document.put("url", url)
                .put("method", expiresAt == null ? null : "PUT")
                .put("expiresAt", expiresAt == null ? null : TIME.format(expiresAt));
        if (url == null) {
            document.startObjectField("headers").end();
        }
        if (expiresAt == null) {
            document.putNull("multipart");
        }
    }

    private static void write(ObjectComposer<?> document, UploadUrls.InParts parts)
            throws IOException {
        var multipart = document.startObjectField("multipart").put("partBytes", parts.partBytes());
        var array = multipart.startArrayField("parts");
        for (var url : parts.parts()) {
            array.add(url);
        }
        array.end();
        multipart.put("complete", parts.complete()).end();
    }
}
