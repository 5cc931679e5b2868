package dev.sluice.sweep;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.db.Database;
import dev.sluice.db.DatabaseSettings;
import dev.sluice.lambda.Aws;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.IntakeRequests;
import dev.sluice.lambda.Patience;
import dev.sluice.lambda.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;

/// Runs a sweep each time the schedule fires.
public final class SweepHandler implements RequestStreamHandler {
    private final Sweep sweep;

    public SweepHandler() {
        this(Settings.ofProcess());
    }

    private SweepHandler(Settings settings) {
        this(
                new Sweep(
                        new Database(
                                DatabaseSettings.from(
                                        settings.environment(), Duration.ofSeconds(30)),
                                InstantSource.system()),
                        new InboxWalk(Aws.s3(), settings.text("INBOX_BUCKET"), 1000),
                        new ChunkMessages(Aws.sqs(), settings.text("CHUNKS_QUEUE_URL")),
                        new IntakeRequests(Aws.lambda(), settings.text("INTAKE_FUNCTION")),
                        Patience.from(settings),
                        InstantSource.system()));
    }

    SweepHandler(Sweep sweep) {
        this.sweep = sweep;
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        try {
            sweep.run(Deadline.of(context));
        } catch (Sweep.SweepException e) {
            throw new IOException(e);
        }
    }
}
