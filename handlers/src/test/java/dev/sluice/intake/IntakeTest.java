package dev.sluice.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Jobs;
import dev.sluice.db.Uploads;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.job.JobState;
import dev.sluice.job.RejectLimit;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.DropEvents;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.Json;
import dev.sluice.testing.TestingPipeline;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;

/// The danger: a drop planned twice or half, a chunk without a message, a wish passed over.
class IntakeTest {
    private static final String COLUMNS =
            """
            columns:
              - {name: id, type: bigint, required: true}
              - {name: name, type: text}
            """;

    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final TestingIntake intake = new TestingIntake(pipeline, 200);
    private final String dataset = pipeline.dataset(TestingPipeline.unique("i"), COLUMNS);

    @AfterEach
    void disconnect() {
        intake.close();
    }

    @Test
    void plansChunksThatCoverTheFileAndPublishesEachOnce() throws Exception {
        var content = csv(100);
        var drop = put("a.csv", content);

        intake.take(drop);

        var job = pipeline.job(drop);
        assertThat(job.state()).isEqualTo(JobState.LOADING);
        assertThat(job.planned()).isTrue();
        assertThat(job.chunks()).isGreaterThan(3);
        assertThat(covered(drop)).isEqualTo("8 %d true".formatted(content.length()));
        assertThat(published(drop))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, job.chunks()).boxed().toList());
    }

    @Test
    void plansOnceThoughTheEventComesFromManySidesAtOnce() throws Exception {
        var drop = put("many.csv", csv(200));
        var calls = new ArrayList<Callable<Boolean>>();
        for (int i = 0; i < 8; i++) {
            calls.add(() -> {
                try (var own = new TestingIntake(pipeline, 200)) {
                    own.take(drop);
                    return true;
                }
            });
        }
        try (var pool = Executors.newFixedThreadPool(8)) {
            for (var call : pool.invokeAll(calls, 60, TimeUnit.SECONDS)) {
                assertThat(call.get()).isTrue();
            }
        }

        assertThat(covered(drop)).endsWith("true");
        assertThat(published(drop)).doesNotHaveDuplicates().hasSize(pipeline.job(drop).chunks());
    }

    @Test
    void goesOnFromTheLastBoundaryAfterAnIntakeThatWasCutOff() throws Exception {
        var content = csv(300);
        var drop = put("cut.csv", content);
        assertThatThrownBy(() -> intake.take(drop, Duration.ofSeconds(1)))
                .hasMessageContaining("out of time");
        assertThat(pipeline.job(drop).planned()).isFalse();

        intake.take(drop);

        assertThat(pipeline.job(drop).planned()).isTrue();
        assertThat(covered(drop)).isEqualTo("8 %d true".formatted(content.length()));
    }

    @Test
    void takesNoTurnForAnAttemptThatHasFailedSince() throws Exception {
        var drop = put("stale.csv", csv(20));
        intake.take(drop);
        var stale = pipeline.job(drop);
        var inbox = new Inbox(pipeline.s3);
        var description = inbox.describe(drop);
        var turn =
                new Turn(
                        stale,
                        new Assets(pipeline.assets).dataset(dataset),
                        Wishes.of(description.metadata()),
                        description,
                        inbox.versions(drop),
                        null);
        try (var database = pipeline.loader()) {
            var why = new JobError(ErrorCode.CHUNK_FAILED, "no");
            database.inTransaction(c -> Jobs.fail(c, stale.id(), why));
            database.inTransaction(c -> Jobs.retry(c, stale.id(), null));

            assertThat(database.inTransaction(turn::take).loading()).isFalse();
        }
        assertThat(pipeline.job(drop).state()).isEqualTo(JobState.QUEUED);

        intake.take(drop);

        assertThat(pipeline.job(drop).state()).isEqualTo(JobState.LOADING);
    }

    @Test
    void takesNoNoticeOfFolderMarkers() throws Exception {
        var marker = put("folder/", "");

        intake.take(marker);

        assertThat(count(marker)).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file.csv", "demo/file.csv", "/demo/file.csv", "demo//file.csv"})
    void failsAKeyThatNamesNoTenantAndDatasetForOpsToSee(String key) throws Exception {
        var drop = pipeline.put(key, "id,name\n1,a\n");

        intake.take(drop);

        assertThat(pipeline.job(drop).tenant()).isEmpty();
        assertThat(failure(drop).code()).isEqualTo(ErrorCode.INVALID_KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "with space+plus%2B.csv",
                "ünï/cödé 😀.csv",
                "..",
                "../../etc/passwd",
                "a//b"
            })
    void takesAnyNameAsAName(String name) throws Exception {
        var drop = put(name, csv(1));

        intake.take(drop);

        assertThat(pipeline.job(drop).planned()).isTrue();
        assertThat(pipeline.job(drop).dataset()).isEqualTo(dataset);
    }

    @Test
    void failsADropForADatasetThatIsNotThere() throws Exception {
        var drop = pipeline.put("demo/nowhere/a.csv", csv(1));

        intake.take(drop);

        assertThat(failure(drop))
                .isEqualTo(
                        new JobError(
                                ErrorCode.UNKNOWN_DATASET, "There is no dataset \"nowhere\"."));
    }

    @Test
    void choosesTheRoadByWhatTheDatasetAndTheUploaderAskFor() throws Exception {
        var upsert =
                pipeline.dataset(
                        TestingPipeline.unique("s"), COLUMNS + "key: [id]\nmode: upsert\n");
        var plain = put("direct.csv", csv(1));
        var staged = pipeline.put("demo/" + upsert + "/a.csv", csv(1));
        var dry = put("dry.csv", csv(1), Map.of("sluice-dry-run", "true"));
        var strict = put("strict.csv", csv(1), Map.of("sluice-max-reject-ratio", "0.25"));
        for (var drop : List.of(plain, staged, dry, strict)) {
            intake.take(drop);
        }

        assertThat(pipeline.job(plain).road()).isEqualTo("direct");
        assertThat(pipeline.job(staged).road()).isEqualTo("staged");
        assertThat(pipeline.job(dry)).returns("staged", Job::road).returns(true, Job::dryRun);
        assertThat(pipeline.job(strict))
                .returns("staged", Job::road)
                .returns(new RejectLimit(null, 0.25), Job::limit);
    }

    @ParameterizedTest
    @CsvSource({
        "sluice-dry-run, yes",
        "sluice-max-reject-ratio, 1.5",
        "sluice-max-reject-ratio, NaN",
        "sluice-job, 7",
        "sluice-dryrun, true"
    })
    void refusesAWishThatItCannotFollow(String name, String value) throws Exception {
        var drop = put(name + value, csv(1), Map.of(name, value));

        intake.take(drop);

        assertThat(failure(drop).code()).isEqualTo(ErrorCode.INVALID_METADATA);
        assertThat(failure(drop).message()).contains(name);
    }

    @Test
    void endsADropAsADuplicateOfTheOneThatHasItsLabel() throws Exception {
        var first = put("one.csv", csv(1), Map.of("sluice-label", "nightly " + dataset));
        var second = put("two.csv", csv(2), Map.of("sluice-label", "nightly " + dataset));
        intake.take(first);
        intake.take(second);

        assertThat(pipeline.job(second))
                .returns(JobState.DUPLICATE, Job::state)
                .returns(pipeline.job(first).id(), Job::duplicateOf);
    }

    @Test
    void givesAnAwaitedUploadItsObjectOnceAndLaterOnesJobsOfTheirOwn() throws Exception {
        var id = awaitUpload("upload.csv");
        var elsewhere = put("other.csv", csv(1), Map.of("sluice-job", id.toString()));
        var first = put("upload.csv", csv(1), Map.of("sluice-job", id.toString()));
        var again = put("upload.csv", csv(2), Map.of("sluice-job", id.toString()));
        for (var drop : List.of(elsewhere, first, again)) {
            intake.take(drop);
        }

        assertThat(pipeline.job(elsewhere).id()).isNotEqualTo(id);
        assertThat(pipeline.job(first)).returns(id, Job::id).returns(JobState.LOADING, Job::state);
        assertThat(pipeline.job(again).id()).isNotEqualTo(id);
    }

    @Test
    void failsTheAwaitedUploadWhoseObjectIsGoneAndNoOther() throws Exception {
        var id = awaitUpload("taken away.csv");
        awaitUpload("two.csv");
        awaitUpload("two.csv");
        for (var name : List.of("taken away.csv", "two.csv")) {
            var drop = put(name, csv(1));
            pipeline.s3.deleteObject(request ->
                    request.bucket(drop.bucket()).key(drop.key()).versionId(drop.versionId()));
            intake.take(drop);

            assertThat(failure(drop).code()).isEqualTo(ErrorCode.OBJECT_VANISHED);
            assertThat(pipeline.job(drop).id().equals(id)).isEqualTo(name.equals("taken away.csv"));
        }
        assertThat(
                        pipeline.ask(
                                "SELECT count(*) FROM sluice.job WHERE dataset = '%s' AND state = 'AWAITING_UPLOAD'"
                                        .formatted(dataset)))
                .isEqualTo("2");
    }

    private UUID awaitUpload(String name) throws SQLException {
        var id = UUID.randomUUID();
        var upload =
                new Uploads.NewUpload(
                        id,
                        "demo",
                        dataset,
                        null,
                        TestingPipeline.BUCKET,
                        "demo/" + dataset + "/" + name,
                        0,
                        Instant.now().plusSeconds(60),
                        null);
        try (var database = pipeline.loader()) {
            database.inTransaction(c -> Uploads.awaitUpload(c, upload));
        }
        return id;
    }

    @Test
    void takesInTheOlderVersionFirstThoughItsEventCameLateOrNever() throws Exception {
        var older = put("order.csv", csv(1));
        var newer = put("order.csv", csv(2));

        intake.take(newer);

        assertThat(pipeline.state(older)).isEqualTo(JobState.LOADING);
        assertThat(pipeline.state(newer)).isEqualTo(JobState.QUEUED);
    }

    @Test
    void keepsANoteOfADeletionAndLeavesTheJobAlone() throws Exception {
        var drop = put("deleted.csv", csv(1));
        intake.take(drop);
        var removal =
                DropEvents.removals(
                        Json.read(DropEvents.write(drop).replace("Created:Put", "Removed:Delete")));
        for (int i = 0; i < 2; i++) {
            intake.record(removal.getFirst());
        }

        assertThat(
                        pipeline.ask(
                                "SELECT count(*) FROM sluice.removal WHERE version_id = '%s'"
                                        .formatted(drop.versionId())))
                .isEqualTo("1");
        assertThat(pipeline.state(drop)).isEqualTo(JobState.LOADING);
    }

    @Test
    void keepsTheUploadersLabel() throws Exception {
        var key = "demo/" + dataset + "/labelled.csv";
        pipeline.s3.putObject(
                request ->
                        request.bucket(TestingPipeline.BUCKET)
                                .key(key)
                                .metadata(Map.of("sluice-label", "nightly 7")),
                RequestBody.fromString(csv(1)));
        var drop = pipeline.latest(key);

        intake.take(drop);

        assertThat(pipeline.job(drop).label()).isEqualTo("nightly 7");
    }

    @Test
    void failsAFileWithoutARequiredColumnAndNamesIt() throws Exception {
        var drop = put("header.csv", "name,other\na,b\n");

        intake.take(drop);

        assertThat(failure(drop).code()).isEqualTo(ErrorCode.MISSING_COLUMN);
        assertThat(failure(drop).message()).contains("id");
    }

    @Test
    void failsADropThatIsGoneBeforeItWasRead() throws Exception {
        var drop = put("gone.csv", csv(1));
        pipeline.s3.deleteObject(request ->
                request.bucket(drop.bucket()).key(drop.key()).versionId(drop.versionId()));

        intake.take(drop);

        assertThat(failure(drop).code()).isEqualTo(ErrorCode.OBJECT_VANISHED);
    }

    @Test
    void takesInTheNextDropOfAKeyWhenTheOneBeforeFailedAtOnce() throws Exception {
        var bad = put("turn.csv", "name\na\n");
        var good = put("turn.csv", csv(1));
        // The later one is heard of first and has to wait for the earlier one.
        intake.take(bad);
        intake.take(good);

        assertThat(pipeline.state(bad)).isEqualTo(JobState.FAILED);
        assertThat(pipeline.state(good)).isEqualTo(JobState.LOADING);
    }

    private Drop put(String name, String content, Map<String, String> metadata) {
        return pipeline.put(
                "demo/" + dataset + "/" + name, content.getBytes(StandardCharsets.UTF_8), metadata);
    }

    private Drop put(String name, String content) {
        return pipeline.put("demo/" + dataset + "/" + name, content);
    }

    private static String csv(int rows) {
        return IntStream.rangeClosed(1, rows)
                .mapToObj(i -> i + ",\"line one\nline " + i + "\"\n")
                .collect(Collectors.joining("", "id,name\n", ""));
    }

    private JobError failure(Drop drop) throws SQLException {
        return Optional.ofNullable(pipeline.job(drop).error()).orElseThrow();
    }

    private String count(Drop drop) throws SQLException {
        return pipeline.ask(
                "SELECT count(*) FROM sluice.job WHERE version_id = '%s'"
                        .formatted(drop.versionId()));
    }

    /// First byte, last byte, and whether each chunk starts where the one before ended.
    private String covered(Drop drop) throws SQLException {
        return pipeline.ask(
                """
                SELECT min(start_byte) || ' ' || max(end_byte) || ' ' || bool_and(joined)
                FROM (SELECT start_byte, end_byte,
                             coalesce(start_byte = lag(end_byte) OVER (ORDER BY number), true) AS joined
                      FROM sluice.chunk WHERE job_id = '%s') c
                """
                        .formatted(pipeline.job(drop).id()));
    }

    private List<Integer> published(Drop drop) throws SQLException {
        var job = pipeline.job(drop).id();
        return pipeline.messages().stream()
                .map(message -> ChunkMessages.read(message.body()))
                .filter(chunk -> chunk.job().equals(job))
                .map(chunk -> chunk.chunk())
                .toList();
    }
}
