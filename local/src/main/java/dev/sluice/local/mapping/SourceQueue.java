package dev.sluice.local.mapping;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// The queue that a mapping polls. Thread-safe.
final class SourceQueue implements AutoCloseable {
    private static final int MOST_AT_ONCE = 10;
    // Short, since whoever closes must wait for it.
    private static final int LONGEST_WAIT_SECONDS = 1;
    private static final int DELETE_ATTEMPTS = 3;

    private final SqsClient client;
    private final String url;
    private final Duration visibilityTimeout;

    private SourceQueue(SqsClient client, String url, Duration visibilityTimeout) {
        this.client = client;
        this.url = url;
        this.visibilityTimeout = visibilityTimeout;
    }

    static SourceQueue open(SqsMappingSettings settings, int concurrency) {
        var client =
                SqsClient.builder()
                        .endpointOverride(settings.sqs())
                        .region(Region.of(settings.region()))
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(
                                                settings.accessKeyId(),
                                                settings.secretAccessKey())))
                        .httpClientBuilder(
                                Apache5HttpClient.builder().maxConnections(concurrency + 16))
                        .build();
        try {
            return new SourceQueue(
                    client, settings.queueUrl(), visibilityTimeout(client, settings.queueUrl()));
        } catch (SdkException failure) {
            client.close();
            throw failure;
        }
    }

    Duration visibilityTimeout() {
        return visibilityTimeout;
    }

    /// Waits a moment for messages.
    List<Message> await(int batchSize) {
        return receive(batchSize, LONGEST_WAIT_SECONDS);
    }

    /// Gathers more messages behind the first for as long as the window is open and nobody says
    /// that it is enough.
    List<Message> gather(
            List<Message> first, int batchSize, Duration window, BooleanSupplier enough) {
        var batch = new ArrayList<>(first);
        long end = System.nanoTime() + window.toNanos();
        while (!batch.isEmpty() && batch.size() < batchSize && !SqsEvent.isFull(batch)) {
            long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            if (left <= 0 || enough.getAsBoolean()) {
                break;
            }
            batch.addAll(receive(batchSize - batch.size(), LONGEST_WAIT_SECONDS));
        }
        return batch;
    }

    /// Deletes what is done; what can't be deleted comes again.
    void delete(List<Message> messages) {
        for (var some : tens(messages)) {
            var left = entries(some);
            for (int attempt = 0; attempt < DELETE_ATTEMPTS && !left.isEmpty(); attempt++) {
                var entries = left;
                var answer = client.deleteMessageBatch(it -> it.queueUrl(url).entries(entries));
                var failed = answer.failed().stream().map(it -> it.id()).toList();
                left = left.stream().filter(it -> failed.contains(it.id())).toList();
            }
        }
    }

    /// Gives messages back untouched; where that fails, their time brings them back.
    void makeVisible(List<Message> messages) {
        try {
            for (var some : tens(messages)) {
                var entries = new ArrayList<ChangeMessageVisibilityBatchRequestEntry>();
                for (var message : some) {
                    entries.add(
                            ChangeMessageVisibilityBatchRequestEntry.builder()
                                    .id(Integer.toString(entries.size()))
                                    .receiptHandle(message.receiptHandle())
                                    .visibilityTimeout(0)
                                    .build());
                }
                client.changeMessageVisibilityBatch(it -> it.queueUrl(url).entries(entries));
            }
        } catch (SdkException _) {
            // Said above.
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private List<Message> receive(int most, int waitSeconds) {
        return client.receiveMessage(it ->
                        it.queueUrl(url)
                                .maxNumberOfMessages(Math.min(most, MOST_AT_ONCE))
                                .waitTimeSeconds(waitSeconds)
                                .messageSystemAttributeNames(MessageSystemAttributeName.ALL)
                                .messageAttributeNames("All"))
                .messages();
    }

    private static List<DeleteMessageBatchRequestEntry> entries(List<Message> messages) {
        var entries = new ArrayList<DeleteMessageBatchRequestEntry>();
        for (var message : messages) {
            entries.add(
                    DeleteMessageBatchRequestEntry.builder()
                            .id(Integer.toString(entries.size()))
                            .receiptHandle(message.receiptHandle())
                            .build());
        }
        return entries;
    }

    private static List<List<Message>> tens(List<Message> messages) {
        var tens = new ArrayList<List<Message>>();
        for (int from = 0; from < messages.size(); from += MOST_AT_ONCE) {
            tens.add(messages.subList(from, Math.min(messages.size(), from + MOST_AT_ONCE)));
        }
        return tens;
    }

    private static Duration visibilityTimeout(SqsClient client, String url) {
        var seconds =
                client.getQueueAttributes(it ->
                                it.queueUrl(url)
                                        .attributeNames(QueueAttributeName.VISIBILITY_TIMEOUT))
                        .attributes()
                        .get(QueueAttributeName.VISIBILITY_TIMEOUT);
        return Duration.ofSeconds(seconds == null ? 30 : Long.parseLong(seconds));
    }
}
