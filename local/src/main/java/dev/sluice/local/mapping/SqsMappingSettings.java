package dev.sluice.local.mapping;

import java.net.URI;
import java.time.Duration;
import java.util.OptionalInt;

/// One event source mapping from a queue to a function.
///
/// @param sqs the SQS service's endpoint
/// @param batchSize 1 to 10,000 messages per invocation; more than 10 need a window
/// @param window how long a batch may gather, up to 300 s
/// @param reportBatchItemFailures whether the function's answer names the messages that failed
/// @param maximumConcurrency 2 to 1,000 batches under way at once; AWS starts with 5 if not said
/// @param drain how long `close` waits for invocations that are under way
public record SqsMappingSettings(
        URI sqs,
        String region,
        String accessKeyId,
        String secretAccessKey,
        String queueUrl,
        String queueArn,
        String function,
        int batchSize,
        Duration window,
        boolean reportBatchItemFailures,
        OptionalInt maximumConcurrency,
        boolean enabled,
        Duration drain) {

    public SqsMappingSettings {
        require(batchSize >= 1 && batchSize <= 10_000, "BatchSize " + batchSize);
        require(
                !window.isNegative() && window.toSeconds() <= 300,
                "MaximumBatchingWindowInSeconds " + window);
        require(
                batchSize <= 10 || window.toSeconds() >= 1,
                "a BatchSize over 10 needs a MaximumBatchingWindowInSeconds of at least 1");
        int most = maximumConcurrency.orElse(2);
        require(most >= 2 && most <= 1_000, "MaximumConcurrency " + most);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
