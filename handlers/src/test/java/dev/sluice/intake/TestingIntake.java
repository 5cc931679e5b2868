package dev.sluice.intake;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.job.Drop;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.DropEvents;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.JobIds;
import dev.sluice.lambda.Patience;
import dev.sluice.lambda.Settings;
import dev.sluice.testing.TestingPipeline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/// Intake as its function has it, for the tests of its neighbours.
public final class TestingIntake implements AutoCloseable {
    private final Database database;
    private final Intake intake;

    /// Every file goes the long way.
    public TestingIntake(TestingPipeline pipeline, long chunkBytes) {
        this(pipeline, chunkBytes, /* inlineBytes= */ 0);
    }

    /// @param inlineBytes how long a file may be to be loaded by Intake
    public TestingIntake(TestingPipeline pipeline, long chunkBytes, int inlineBytes) {
        database = pipeline.loader();
        intake =
                new Intake(
                        database,
                        new Inbox(pipeline.s3),
                        new ChunkMessages(pipeline.sqs, pipeline.queueUrl),
                        new Assets(pipeline.assets),
                        new JobIds(InstantSource.system()),
                        new SmallFiles.Settings(
                                inlineBytes,
                                chunkBytes,
                                Duration.ofMinutes(2),
                                Patience.from(new Settings(Map.of()))));
    }

    public void take(Drop drop) throws Exception {
        intake.take(drop, Deadline.in(Duration.ofMinutes(5)));
    }

    public void take(Drop drop, Duration time) throws Exception {
        intake.take(drop, Deadline.in(time));
    }

    void record(DropEvents.Removal removal) throws Exception {
        intake.record(removal);
    }

    @Override
    public void close() {
        database.close();
    }
}
