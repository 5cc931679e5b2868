package dev.sluice.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.job.Drop;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// S3's event notifications, read and written: what Intake hears from S3, and what Sweep and Load
/// say to Intake in the same words.
///
/// Keys are form-encoded in events (a space is `+`). Only the major part of eventVersion is of
/// interest, and 2 is the only one there is. Source: Amazon S3 User Guide, "Event message
/// structure".
public final class DropEvents {
    private DropEvents() {}

    /// The drops that an event announces. What is no creation of an object (deletions, S3's own
    /// test event) announces none.
    ///
    /// @throws IllegalArgumentException naming what a record lacks
    public static List<Drop> read(Json.Value event) {
        var drops = new ArrayList<Drop>();
        for (var record : event.get("Records").elements()) {
            if (record.get("eventName").text("eventName").startsWith("ObjectCreated:")) {
                drops.add(drop(record));
            }
        }
        return drops;
    }

    /// An object that was deleted: a version of it, or all of it by a marker.
    public record Removal(
            String bucket, String key, String versionId, @Nullable String sequencer, Instant at) {}

    /// The deletions that an event announces.
    ///
    /// @throws IllegalArgumentException naming what a record lacks
    public static List<Removal> removals(Json.Value event) {
        var removals = new ArrayList<Removal>();
        for (var record : event.get("Records").elements()) {
            if (record.get("eventName").text("eventName").startsWith("ObjectRemoved:")) {
                removals.add(removal(record));
            }
        }
        return removals;
    }

    private static Removal removal(Json.Value record) {
        var object = record.get("s3").get("object");
        return new Removal(
                record.get("s3").get("bucket").get("name").text("s3.bucket.name"),
                key(object).replace('\0', '\u2400'),
                object.get("versionId").text("s3.object.versionId (is the inbox versioned?)"),
                object.get("sequencer").textOrNull(),
                Instant.parse(record.get("eventTime").text("eventTime")));
    }

    private static String key(Json.Value object) {
        return URLDecoder.decode(object.get("key").text("s3.object.key"), UTF_8);
    }

    private static Drop drop(Json.Value record) {
        var bucket = record.get("s3").get("bucket");
        var object = record.get("s3").get("object");
        return new Drop(
                bucket.get("name").text("s3.bucket.name"),
                key(object),
                object.get("versionId").text("s3.object.versionId (is the inbox versioned?)"),
                object.get("eTag").text("s3.object.eTag"),
                object.get("size").number("s3.object.size"),
                object.get("sequencer").textOrNull(),
                Instant.parse(record.get("eventTime").text("eventTime")));
    }

    /// An event that announces one drop.
    public static String write(Drop drop) {
        return Json.object(event ->
                event.startArrayField("Records")
                        .startObject()
                        .put("eventVersion", "2.1")
                        .put("eventSource", "sluice:again")
                        .put("eventTime", drop.droppedAt().toString())
                        .put("eventName", "ObjectCreated:Put")
                        .startObjectField("s3")
                        .startObjectField("bucket")
                        .put("name", drop.bucket())
                        .end()
                        .startObjectField("object")
                        .put("key", URLEncoder.encode(drop.key(), UTF_8))
                        .put("versionId", drop.versionId())
                        .put("eTag", drop.etag())
                        .put("size", drop.bytes())
                        .put("sequencer", drop.sequencer())
                        .end()
                        .end()
                        .end()
                        .end());
    }
}
