package dev.sluice.load;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.chunk.Load;
import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.db.DatabaseSettings;
import dev.sluice.lambda.Aws;
import dev.sluice.lambda.BatchAnswer;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.IntakeRequests;
import dev.sluice.lambda.Json;
import dev.sluice.lambda.Log;
import dev.sluice.lambda.Patience;
import dev.sluice.lambda.Settings;
import dev.sluice.rows.Lookups;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import software.amazon.awssdk.services.sqs.SqsClient;

/// Loads the chunks that a batch of messages names, one after the other, and answers which messages
/// have to come again. Those are made visible again by us: the queue's own time-out is for crashes.
public final class LoadHandler implements RequestStreamHandler {
    /// A chunk is at most about 30 s of work; with less than this left it is not begun.
    private static final Duration LEAST_TIME = Duration.ofSeconds(35);

    private final Load load;
    private final SqsClient sqs;
    private final String queueUrl;
    private final Duration patience;

    public LoadHandler() {
        this(Settings.ofProcess());
    }

    private LoadHandler(Settings settings) {
        this(settings, Aws.sqs());
    }

    private LoadHandler(Settings settings, SqsClient sqs) {
        this(
                new Load(
                        new Database(
                                DatabaseSettings.from(
                                        settings.environment(), Duration.ofMinutes(2)),
                                InstantSource.system()),
                        new Inbox(Aws.s3()),
                        new Lookups(new Assets(Path.of(settings.text("ASSETS_DIR")))),
                        new Assets(Path.of(settings.text("ASSETS_DIR"))),
                        IntakeRequests.rarely(settings.text("INTAKE_FUNCTION"))::accept,
                        new ChunkMessages(sqs, settings.text("CHUNKS_QUEUE_URL"))),
                sqs,
                settings.text("CHUNKS_QUEUE_URL"),
                Patience.from(settings).message());
    }

    LoadHandler(Load load, SqsClient sqs, String queueUrl, Duration patience) {
        this.load = load;
        this.sqs = sqs;
        this.queueUrl = queueUrl;
        this.patience = patience;
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        var deadline = Deadline.of(context);
        var again = new ArrayList<String>();
        var messages = Json.read(input).get("Records").elements();
        for (var message : messages) {
            boolean alone = messages.size() == 1;
            boolean tooLate = !alone && deadline.isWithin(LEAST_TIME);
            if (tooLate || !handled(message, deadline)) {
                again.add(message.get("messageId").text("messageId"));
                makeVisible(message);
            }
        }
        output.write(BatchAnswer.of(again));
    }

    /// True when the message is done with, whatever became of its chunk.
    private boolean handled(Json.Value message, Deadline deadline) {
        try {
            return load.load(ChunkMessages.read(message.get("body").text("body")), deadline);
        } catch (RuntimeException e) {
            Log.error("message failed", e);
            return false;
        }
    }

    private void makeVisible(Json.Value message) {
        try {
            var received = message.get("attributes").get("ApproximateReceiveCount").textOrNull();
            int seconds = delay(received == null ? 1 : Integer.parseInt(received), patience);
            sqs.changeMessageVisibility(request ->
                    request.queueUrl(queueUrl)
                            .receiptHandle(message.get("receiptHandle").text("receiptHandle"))
                            .visibilityTimeout(seconds));
        } catch (RuntimeException e) {
            // It comes again all the same, only later.
            Log.error("message not made visible", e);
        }
    }

    /// How many seconds until a message comes again that was received so often: at once after a
    /// first failure, then four times as long each time. The tries are few, and trouble that passes
    /// (S3 for a minute, say) must not use them up.
    static int delay(int received, Duration patience) {
        if (received <= 1) {
            return 0;
        }
        long grown = (patience.toMillis() / 16) << (2 * Math.min(received - 2, 8));
        return Math.toIntExact(Math.min(grown, patience.toMillis()) / 1000);
    }
}
