package dev.sluice.local.s3;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// Where the buckets live, who may ask, and who hears of what happens in them.
///
/// `onEvent` is called on the request's thread, after the object is durable and before the client
/// has its answer: it should only pass the event on. `preferredPort` 0 means any; a taken one gives
/// way to any.
public record BucketsSettings(
        Path dataDirectory,
        List<BucketDefinition> buckets,
        String accessKeyId,
        String secretAccessKey,
        int preferredPort,
        Consumer<ObjectEvent> onEvent) {
    public BucketsSettings {
        buckets = List.copyOf(buckets);
    }
}
