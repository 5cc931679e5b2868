package dev.sluice.local;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.s3.ObjectEvent;
import dev.sluice.local.template.Stack;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;

/// Tells functions what happens in buckets, as S3 does: one record per event, asynchronously.
///
/// What happens before the functions are up is told when they are. Thread-safe.
final class Notifications {
    private static final DateTimeFormatter MILLISECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final List<Stack.Notification> wishes;
    private final String region;
    private final String accountId;
    private final List<ObjectEvent> early = new ArrayList<>();
    private Optional<BiConsumer<String, byte[]>> functions = Optional.empty();

    Notifications(List<Stack.Notification> wishes, String region, String accountId) {
        this.wishes = List.copyOf(wishes);
        this.region = region;
        this.accountId = accountId;
    }

    /// From now on events go to functions, by name; those that waited go first.
    synchronized void connect(BiConsumer<String, byte[]> invokeAsync) {
        functions = Optional.of(invokeAsync);
        early.forEach(this::tell);
        early.clear();
    }

    void accept(ObjectEvent event) {
        synchronized (this) {
            if (functions.isEmpty()) {
                early.add(event);
                return;
            }
        }
        tell(event);
    }

    private void tell(ObjectEvent event) {
        for (var wish : wishes) {
            if (wish.wants(event.bucket(), event.kind().wireName(), event.key())) {
                functions.orElseThrow().accept(wish.function(), document(event, wish.id()));
            }
        }
    }

    byte[] document(ObjectEvent event, String configurationId) {
        var record = new LinkedHashMap<String, Object>();
        record.put("eventVersion", "2.1");
        record.put("eventSource", "aws:s3");
        record.put("awsRegion", region);
        record.put("eventTime", MILLISECONDS.format(event.time()));
        record.put("eventName", event.kind().wireName());
        record.put("userIdentity", Map.of("principalId", "AWS:" + accountId));
        record.put("requestParameters", Map.of("sourceIPAddress", "127.0.0.1"));
        var requestId = UUID.randomUUID().toString();
        record.put(
                "responseElements", Map.of("x-amz-request-id", requestId, "x-amz-id-2", requestId));
        record.put("s3", s3(event, configurationId));
        try {
            return JSON.std
                    .asString(Map.of("Records", List.of(record)))
                    .getBytes(StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Map<String, Object> s3(ObjectEvent event, String configurationId) {
        var bucket = new LinkedHashMap<String, Object>();
        bucket.put("name", event.bucket());
        bucket.put("ownerIdentity", Map.of("principalId", accountId));
        bucket.put("arn", "arn:aws:s3:::" + event.bucket());
        var s3 = new LinkedHashMap<String, Object>();
        s3.put("s3SchemaVersion", "1.0");
        s3.put("configurationId", configurationId);
        s3.put("bucket", bucket);
        s3.put("object", object(event));
        return s3;
    }

    private static Map<String, Object> object(ObjectEvent event) {
        var object = new LinkedHashMap<String, Object>();
        // as a form is encoded, but a slash stays
        object.put(
                "key", URLEncoder.encode(event.key(), StandardCharsets.UTF_8).replace("%2F", "/"));
        if (!event.etag().isEmpty()) {
            object.put("size", event.size());
            object.put("eTag", event.etag());
        }
        if (!event.versionId().isEmpty()) {
            object.put("versionId", event.versionId());
        }
        object.put("sequencer", event.sequencer());
        return object;
    }
}
