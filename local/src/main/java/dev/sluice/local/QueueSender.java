package dev.sluice.local;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.sqs.Queues;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/// Sends messages to the queues of this stack, for those that have no SDK at hand.
///
/// Thread-safe.
final class QueueSender {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Queues queues;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(LIMIT).build();

    QueueSender(Queues queues) {
        this.queues = queues;
    }

    /// Sends to a queue by its name or ARN.
    void send(String queue, String body) {
        var name = queue.substring(queue.lastIndexOf(':') + 1);
        try {
            var message =
                    JSON.std.asString(Map.of("QueueUrl", queues.url(name), "MessageBody", body));
            var request =
                    HttpRequest.newBuilder(queues.endpoint())
                            .timeout(LIMIT)
                            .header("Content-Type", "application/x-amz-json-1.0")
                            .header("X-Amz-Target", "AmazonSQS.SendMessage")
                            .POST(BodyPublishers.ofString(message))
                            .build();
            var response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException("SQS answered " + response.body());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Can't send to the queue " + name, failure);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
