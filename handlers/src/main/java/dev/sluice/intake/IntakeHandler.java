package dev.sluice.intake;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.db.DatabaseSettings;
import dev.sluice.lambda.Aws;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.DropEvents;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.JobIds;
import dev.sluice.lambda.Json;
import dev.sluice.lambda.Patience;
import dev.sluice.lambda.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;

/// Hears of drops from S3 (or again from Sweep and Load) and takes each in. A failure is the
/// function's: Lambda delivers the event again, and the ledger knows how far it got.
public final class IntakeHandler implements RequestStreamHandler {
    private static final long MOST_CHUNK_BYTES = 64L << 20;
    private static final int MOST_INLINE_BYTES = 8 << 20;

    private final Intake intake;

    public IntakeHandler() {
        this(Settings.ofProcess());
    }

    private IntakeHandler(Settings settings) {
        this(
                new Intake(
                        new Database(
                                DatabaseSettings.from(
                                        settings.environment(), Duration.ofMinutes(2)),
                                InstantSource.system()),
                        new Inbox(Aws.s3()),
                        new ChunkMessages(Aws.sqs(), settings.text("CHUNKS_QUEUE_URL")),
                        new Assets(Path.of(settings.text("ASSETS_DIR"))),
                        new JobIds(InstantSource.system()),
                        smallFiles(settings)));
    }

    private static SmallFiles.Settings smallFiles(Settings settings) {
        return new SmallFiles.Settings(
                (int) settings.number("INLINE_BYTES", 0, MOST_INLINE_BYTES, 1 << 20),
                settings.number("CHUNK_BYTES", 1, MOST_CHUNK_BYTES, 16L << 20),
                Duration.ofSeconds(settings.number("LOAD_TIMEOUT_SECONDS", 1, 900, 120)),
                Patience.from(settings));
    }

    IntakeHandler(Intake intake) {
        this.intake = intake;
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        var deadline = Deadline.of(context);
        var event = Json.read(input);
        try {
            for (var removal : DropEvents.removals(event)) {
                intake.record(removal);
            }
            for (var drop : DropEvents.read(event)) {
                intake.take(drop, deadline);
            }
        } catch (SQLException e) {
            throw new IOException("the ledger could not be written", e);
        }
    }
}
