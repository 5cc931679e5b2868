package dev.sluice.lambda;

import dev.sluice.db.Chunks;
import java.util.List;
import java.util.UUID;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/// The messages that say "load this chunk": `{"job": uuid, "chunk": number}`.
public final class ChunkMessages {
    private static final int MOST_PER_BATCH = 10;

    private final SqsClient sqs;
    private final String queueUrl;

    public ChunkMessages(SqsClient sqs, String queueUrl) {
        this.sqs = sqs;
        this.queueUrl = queueUrl;
    }

    /// Publishes the chunks.
    ///
    /// @throws IllegalStateException when the queue took only some; they are sent again by Sweep
    public void send(List<Chunks.Address> chunks) {
        for (int from = 0; from < chunks.size(); from += MOST_PER_BATCH) {
            sendBatch(chunks.subList(from, Math.min(chunks.size(), from + MOST_PER_BATCH)));
        }
    }

    private void sendBatch(List<Chunks.Address> chunks) {
        if (chunks.size() == 1) {
            sqs.sendMessage(
                    request -> request.queueUrl(queueUrl).messageBody(body(chunks.getFirst())));
            return;
        }
        var entries =
                chunks.stream()
                        .map(chunk ->
                                SendMessageBatchRequestEntry.builder()
                                        .id(String.valueOf(chunks.indexOf(chunk)))
                                        .messageBody(body(chunk))
                                        .build())
                        .toList();
        var answer = sqs.sendMessageBatch(request -> request.queueUrl(queueUrl).entries(entries));
        if (answer.hasFailed() && !answer.failed().isEmpty()) {
            throw new IllegalStateException(
                    "the queue refused %d of %d messages: %s"
                            .formatted(
                                    answer.failed().size(),
                                    chunks.size(),
                                    answer.failed().getFirst().message()));
        }
    }

    private static String body(Chunks.Address chunk) {
        return Json.object(
                body -> body.put("job", chunk.job().toString()).put("chunk", chunk.chunk()));
    }

    /// The chunk that a message's body names.
    ///
    /// @throws IllegalArgumentException when the body is no such message
    public static Chunks.Address read(String body) {
        var message = Json.read(body);
        return new Chunks.Address(
                UUID.fromString(message.get("job").text("job")),
                Math.toIntExact(message.get("chunk").number("chunk")));
    }
}
