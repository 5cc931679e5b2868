package dev.sluice.failure;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.db.Database;
import dev.sluice.db.DatabaseSettings;
import dev.sluice.lambda.Aws;
import dev.sluice.lambda.BatchAnswer;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.JobIds;
import dev.sluice.lambda.Json;
import dev.sluice.lambda.Log;
import dev.sluice.lambda.Patience;
import dev.sluice.lambda.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;

/// Settles the messages of both queues of things given up, and answers which have to come again:
/// those alone that the ledger could not be asked about.
public final class FailureHandler implements RequestStreamHandler {
    private static final Duration LEAST_TIME = Duration.ofSeconds(8);

    private final Failure failure;

    public FailureHandler() {
        this(Settings.ofProcess());
    }

    private FailureHandler(Settings settings) {
        this(
                new Failure(
                        new Database(
                                DatabaseSettings.from(
                                        settings.environment(), Duration.ofSeconds(15)),
                                InstantSource.system()),
                        new ChunkMessages(Aws.sqs(), settings.text("CHUNKS_QUEUE_URL")),
                        new JobIds(InstantSource.system()),
                        Patience.from(settings).tries()));
    }

    FailureHandler(Failure failure) {
        this.failure = failure;
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        settle(input, output, Deadline.of(context));
    }

    void settle(InputStream input, OutputStream output, Deadline deadline) throws IOException {
        var again = new ArrayList<String>();
        for (var message : Json.read(input).get("Records").elements()) {
            if (deadline.isWithin(LEAST_TIME) || !settled(message)) {
                again.add(message.get("messageId").text("messageId"));
            }
        }
        output.write(BatchAnswer.of(again));
    }

    private boolean settled(Json.Value message) {
        try {
            var body = message.get("body").textOrNull();
            var received = message.get("attributes").get("ApproximateReceiveCount").textOrNull();
            failure.settle(body == null ? "" : body, received == null || received.equals("1"));
            return true;
        } catch (SQLException | RuntimeException e) {
            Log.error("dead message not settled", e);
            return false;
        }
    }
}
