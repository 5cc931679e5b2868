package dev.sluice.cli.stack;

import com.fasterxml.jackson.jr.stree.JrsObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A job document as REST gives it.
public record Job(
        String id,
        long number,
        @Nullable String dataset,
        JobState state,
        @Nullable String label,
        Drop drop,
        Rows rows,
        Progress progress,
        @Nullable Failure failure,
        List<Reject> firstRejects,
        @Nullable String duplicateOf,
        Instant createdAt,
        @Nullable Instant finishedAt,
        JrsObject document) {

    /// The object version that the job loads.
    public record Drop(String bucket, String key, @Nullable String versionId, long bytes) {}

    /// The books: `read = loaded + rejected + duplicate + discarded`.
    public record Rows(long read, long loaded, long rejected, long duplicate, long discarded) {
        public boolean balanced() {
            return read == loaded + rejected + duplicate + discarded;
        }
    }

    /// How far the job is.
    public record Progress(boolean planned, long chunks, long chunksDone, long bytesDone) {}

    /// Why a FAILED job failed.
    public record Failure(String code, String message) {}

    static Job of(JrsObject json) {
        return new Job(
                Json.text(json, "id", ""),
                Json.number(json, "number"),
                Json.text(json, "dataset"),
                JobState.valueOf(Json.text(json, "state", "")),
                Json.text(json, "label"),
                drop(Json.child(json, "object")),
                rows(Json.child(json, "rows")),
                progress(Json.child(json, "progress")),
                failure(json),
                Json.children(json, "errors").stream().map(Reject::of).toList(),
                Json.text(json, "duplicateOf"),
                Optional.ofNullable(Json.instant(json, "createdAt")).orElse(Instant.EPOCH),
                Json.instant(json, "finishedAt"),
                json);
    }

    private static Drop drop(JrsObject json) {
        return new Drop(
                Json.text(json, "bucket", ""),
                Json.text(json, "key", ""),
                Json.text(json, "versionId"),
                Json.number(json, "bytes"));
    }

    private static Rows rows(JrsObject json) {
        return new Rows(
                Json.number(json, "read"),
                Json.number(json, "loaded"),
                Json.number(json, "rejected"),
                Json.number(json, "duplicate"),
                Json.number(json, "discarded"));
    }

    private static Progress progress(JrsObject json) {
        return new Progress(
                "true".equals(Json.text(json, "planned")),
                Json.number(json, "chunks"),
                Json.number(json, "chunksDone"),
                Json.number(json, "bytesDone"));
    }

    private static @Nullable Failure failure(JrsObject json) {
        if (!(json.get("error") instanceof JrsObject error)) return null;
        return new Failure(Json.text(error, "code", ""), Json.text(error, "message", ""));
    }

    /// From the drop to the end, where there is one.
    public Optional<Duration> took() {
        return Optional.ofNullable(finishedAt).map(end -> Duration.between(createdAt, end));
    }

    /// The last part of the key: what its uploader calls the file.
    public String fileName() {
        return drop.key().substring(drop.key().lastIndexOf('/') + 1);
    }
}
