package dev.sluice.failure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.db.Chunks;
import dev.sluice.db.Chunks.Address;
import dev.sluice.db.Database;
import dev.sluice.db.DatabaseSettings;
import dev.sluice.db.Drops;
import dev.sluice.db.Jobs;
import dev.sluice.db.Uploads;
import dev.sluice.intake.TestingIntake;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.job.JobState;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.DropEvents;
import dev.sluice.lambda.JobIds;
import dev.sluice.lambda.Json;
import dev.sluice.testing.TestingPipeline;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sqs.model.Message;

/// The danger: a drop that disappears between the queues, a job failed for a message that was only
/// throttled, a message that comes back for ever.
class FailureHandlerTest {
    private static final int MAX_TRIES = 3;
    private static final Duration OVER = Duration.ofMillis(-1);

    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final Database database = pipeline.loader();
    private final FailureHandler handler = handler(database);
    private String dataset = "";

    @BeforeEach
    void makeADataset() {
        dataset =
                pipeline.dataset(
                        TestingPipeline.unique("f"), "columns:\n  - {name: id, type: bigint}\n");
        pipeline.messages();
    }

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void sendsAChunkAgainWhoseMessageWasThrottledToDeath() throws Exception {
        var job = planned();

        assertThat(settle(chunkMessage(job))).isEmpty();

        assertThat(pipeline.messages())
                .extracting(Message::body)
                .containsExactly(chunkMessage(job));
        assertThat(state(job)).isEqualTo(JobState.LOADING);
    }

    @Test
    void failsTheJobOfAChunkThatWasReallyTriedSoOften() throws Exception {
        var job = planned();
        for (int i = 0; i < MAX_TRIES; i++) {
            database.inTransaction(c -> Chunks.lease(c, new Address(job.id(), 1), OVER));
        }

        assertThat(settle(chunkMessage(job))).isEmpty();

        assertThat(pipeline.messages()).isEmpty();
        var failed = database.inTransaction(c -> Jobs.find(c, job.id())).orElseThrow();
        assertThat(failed.error())
                .isEqualTo(
                        new JobError(
                                ErrorCode.CHUNK_FAILED,
                                "Chunk 1 of the file did not load in 3 tries."));
    }

    @Test
    void leavesAFailedJobOfADropThatIntakeCouldNotTakeInAndItCanBeRetried() throws Exception {
        var drop = pipeline.put("demo/" + dataset + "/läst one.csv", "id\n1\n");

        assertThat(settle(record("RetriesExhausted", drop))).isEmpty();
        assertThat(settle(record("RetriesExhausted", drop))).isEmpty();

        var job = pipeline.job(drop);
        assertThat(job.tenant()).isEqualTo("demo");
        assertThat(job.dataset()).isEqualTo(dataset);
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.error()).extracting(JobError::code).isEqualTo(ErrorCode.INTAKE_FAILED);
        Optional<Job> retried = database.inTransaction(c -> Jobs.retry(c, job.id(), "demo"));
        assertThat(retried).isPresent();
    }

    @Test
    void leavesADropToSweepThatHasAJobAlready() throws Exception {
        var job = planned();

        assertThat(settle(record("RetriesExhausted", job.drop()))).isEmpty();

        assertThat(state(job)).isEqualTo(JobState.LOADING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EventAgeExceeded", "ZeroReservedConcurrency"})
    void leavesADropToSweepThatIntakeNeverReallyTried(String condition) throws Exception {
        var drop = pipeline.put("demo/" + dataset + "/stopped.csv", "id\n1\n");

        assertThat(settle(record(condition, drop))).isEmpty();

        assertThat(isRegistered(drop)).isFalse();
    }

    @Test
    void leavesADropToSweepWhenTheDatabaseWasAwayHereToo() throws Exception {
        var drop = pipeline.put("demo/" + dataset + "/outage.csv", "id\n1\n");
        var record = record("RetriesExhausted", drop);
        try (var gone = new Database(unreachable(), InstantSource.system())) {
            assertThat(settle(handler(gone), record, 1)).containsExactly("m0");
        }

        assertThat(settle(handler, record, 2)).isEmpty();

        assertThat(isRegistered(drop)).isFalse();
    }

    @Test
    void leavesADropToItsUploadThatIsStillAwaited() throws Exception {
        var drop = pipeline.put("demo/" + dataset + "/awaited.csv", "id\n1\n");
        var upload =
                new Uploads.NewUpload(
                        UUID.randomUUID(),
                        "demo",
                        dataset,
                        null,
                        drop.bucket(),
                        drop.key(),
                        5,
                        Instant.now().plusSeconds(600),
                        null);
        database.inTransaction(c -> Uploads.awaitUpload(c, upload));

        assertThat(settle(record("RetriesExhausted", drop))).isEmpty();

        assertThat(isRegistered(drop)).isFalse();
        Optional<Job> adopted = database.inTransaction(c -> Uploads.adopt(c, upload.id(), drop));
        assertThat(adopted).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no json {",
                "null",
                "[]",
                "\"text\"",
                "{}",
                "{\"job\":\"not a uuid\",\"chunk\":1}",
                "{\"job\":\"0199f3a2-5c1d-7e0b-9a64-2f8b1c7d3e55\",\"chunk\":1}",
                "{\"job\":\"0199f3a2-5c1d-7e0b-9a64-2f8b1c7d3e55\",\"chunk\":99999999999}",
                "{\"requestContext\":{}}",
                "{\"requestContext\":{\"condition\":\"RetriesExhausted\"},\"requestPayload\":\"text\"}",
                "{\"requestContext\":{\"condition\":\"RetriesExhausted\"},\"requestPayload\":{\"Records\":[{}]}}",
                "{\"requestContext\":{\"condition\":\"RetriesExhausted\"},\"requestPayload\":{\"Records\":[7]}}"
            })
    void isDoneWithAMessageThatSaysNothing(String body) throws Exception {
        assertThat(settle(body)).isEmpty();
    }

    @Test
    void isDoneWithADropWhoseTextsNoDatabaseHolds() throws Exception {
        var drop =
                new Drop(
                        TestingPipeline.BUCKET,
                        "demo/" + dataset + "/nul\0.csv",
                        "v-" + UUID.randomUUID(),
                        "e",
                        3,
                        "00",
                        Instant.now());

        assertThat(settle(record("RetriesExhausted", drop))).isEmpty();

        assertThat(pipeline.job(drop.storable()).state()).isEqualTo(JobState.FAILED);
    }

    @Test
    void asksForThoseOfABatchAloneThatTheLedgerCouldNotBeAskedAbout() throws Exception {
        var job = planned();
        try (var gone = new Database(unreachable(), InstantSource.system())) {
            var event = batch(1, "no json", chunkMessage(job), "{}");

            assertThat(answer(handler(gone), event)).containsExactly("m1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqs-intake-failed.json", "sqs-chunk-dead.json"})
    void takesTheSampleOfEachQueue(String sample) throws Exception {
        var event = Files.readString(Path.of("..", "events", sample));

        assertThat(answer(handler, event)).isEmpty();
    }

    private Job planned() throws Exception {
        var drop = pipeline.put("demo/%s/%s.csv".formatted(dataset, UUID.randomUUID()), "id\n1\n");
        try (var intake = new TestingIntake(pipeline, 1 << 20)) {
            intake.take(drop);
        }
        pipeline.messages();
        return pipeline.job(drop);
    }

    private JobState state(Job job) throws SQLException {
        return database.inTransaction(c -> Jobs.find(c, job.id())).orElseThrow().state();
    }

    private boolean isRegistered(Drop drop) throws SQLException {
        return database.inTransaction(c -> Drops.unheardOf(c, List.of(drop))).isEmpty();
    }

    private static String chunkMessage(Job job) {
        return "{\"job\":\"%s\",\"chunk\":1}".formatted(job.id());
    }

    private static String record(String condition, Drop drop) {
        return """
        {"version":"1.0","timestamp":"2026-11-22T15:03:00.123Z","requestContext":{"requestId":"r",
         "functionArn":"arn:aws:lambda:eu-west-1:000000000000:function:intake:$LATEST","condition":"%s",
         "approximateInvokeCount":3},"requestPayload":%s,
         "responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},
         "responsePayload":{"errorMessage":"the ledger could not be written","errorType":"java.io.IOException"}}
        """
                .formatted(condition, DropEvents.write(drop));
    }

    private FailureHandler handler(Database ledger) {
        return new FailureHandler(
                new Failure(
                        ledger,
                        new ChunkMessages(pipeline.sqs, pipeline.queueUrl),
                        new JobIds(InstantSource.system()),
                        MAX_TRIES));
    }

    /// A port on which nobody listens.
    private DatabaseSettings unreachable() {
        return pipeline.settings("sluice_loader", 1);
    }

    private List<String> settle(String body) throws IOException {
        return settle(handler, body, 1);
    }

    private static List<String> settle(FailureHandler handler, String body, int received)
            throws IOException {
        return answer(handler, batch(received, body));
    }

    private static String batch(int received, String... bodies) {
        return Json.object(event -> {
            var records = event.startArrayField("Records");
            for (int i = 0; i < bodies.length; i++) {
                records.startObject()
                        .put("messageId", "m" + i)
                        .put("body", bodies[i])
                        .startObjectField("attributes")
                        .put("ApproximateReceiveCount", String.valueOf(received))
                        .end()
                        .end();
            }
            records.end();
        });
    }

    /// The messages that are asked for again.
    private static List<String> answer(FailureHandler handler, String event) throws IOException {
        var output = new ByteArrayOutputStream();
        handler.settle(
                new ByteArrayInputStream(event.getBytes(UTF_8)),
                output,
                Deadline.in(Duration.ofMinutes(1)));
        return Json.read(output.toString(UTF_8)).get("batchItemFailures").elements().stream()
                .map(item -> item.get("itemIdentifier").text("itemIdentifier"))
                .toList();
    }
}
