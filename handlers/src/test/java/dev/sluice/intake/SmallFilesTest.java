package dev.sluice.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.db.Jobs;
import dev.sluice.job.Books;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobError;
import dev.sluice.job.JobState;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.migrate.TestingApply;
import dev.sluice.testing.TestingPipeline;
import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The danger: the short way of a small file loads what the long one would not, or twice, or loses
/// a file that it gives up on.
class SmallFilesTest {
    private static final String COLUMNS =
            """
            columns:
              - {name: id, type: bigint, required: true}
              - {name: name, type: text}
            """;

    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final TestingIntake intake = new TestingIntake(pipeline, 4096, 8192);

    @AfterEach
    void disconnect() {
        intake.close();
    }

    @Test
    void loadsASmallFileItself() throws Exception {
        var dataset = dataset("");
        var drop = pipeline.put(key(dataset, "a.csv"), "id,name\n1,a\n2,b\nx,c\n");

        intake.take(drop);

        var job = pipeline.job(drop);
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED_WITH_REJECTS);
        assertThat(job.books()).isEqualTo(new Books(3, 2, 1, 0, 0));
        assertThat(job.planned()).isTrue();
        assertThat(job.bytesDone()).isEqualTo(12);
        assertThat(rows(dataset)).isEqualTo("1,2");
        assertThat(messages()).doesNotContainKey(id(drop));
    }

    @Test
    void loadsItOnceThoughTheEventComesFromManySidesAtOnce() throws Exception {
        var dataset = dataset("");
        var drop = pipeline.put(key(dataset, "many.csv"), "id,name\n1,a\n2,b\n");
        var calls = new ArrayList<Callable<Boolean>>();
        for (int i = 0; i < 8; i++) {
            calls.add(() -> {
                try (var own = new TestingIntake(pipeline, 4096, 8192)) {
                    own.take(drop);
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

        assertThat(pipeline.state(drop)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rows(dataset)).isEqualTo("1,2");
        assertThat(messages()).doesNotContainKey(id(drop));
    }

    @Test
    void loadsTheVersionsOfAKeyInTheirOrder() throws Exception {
        var dataset = dataset("onReplace: replace\n");
        var key = key(dataset, "versions.csv");
        var first = pipeline.put(key, "id,name\n1,a\n");
        var second = pipeline.put(key, "id,name\n2,b\n");
        var third = pipeline.put(key, "id,name\n2,b\n");

        intake.take(second);

        assertThat(messages()).as("the older one first").containsKey(id(first));
        assertThat(pipeline.state(second)).isEqualTo(JobState.QUEUED);

        fail(first);
        intake.take(second);
        intake.take(third);

        assertThat(pipeline.state(second)).isEqualTo(JobState.SUCCEEDED);
        assertThat(pipeline.state(third)).isEqualTo(JobState.DUPLICATE);
        assertThat(rows(dataset)).isEqualTo("2");
    }

    @Test
    void takesAllRoadsAndWishes() throws Exception {
        var dataset = dataset("key: [id]\nmode: upsert\n");
        var label = Map.of("sluice-label", TestingPipeline.unique("label"));
        var file = "id,name\n1,a\n1,b\n".getBytes(UTF_8);
        var upsert = pipeline.put(key(dataset, "upsert.csv"), file, label);
        var again = pipeline.put(key(dataset, "again.csv"), file, label);
        var dryRun =
                pipeline.put(
                        key(dataset, "dry.csv"),
                        "id,name\n7,a\n".getBytes(UTF_8),
                        Map.of("sluice-dry-run", "true"));

        for (var drop : List.of(upsert, again, dryRun)) {
            intake.take(drop);
        }

        assertThat(pipeline.state(upsert)).isEqualTo(JobState.SUCCEEDED);
        assertThat(pipeline.job(upsert).books()).isEqualTo(new Books(2, 1, 0, 1, 0));
        assertThat(pipeline.state(again)).isEqualTo(JobState.DUPLICATE);
        assertThat(pipeline.state(dryRun)).isEqualTo(JobState.SUCCEEDED);
        assertThat(pipeline.job(dryRun).books()).isEqualTo(new Books(1, 0, 0, 0, 1));
        assertThat(rows(dataset)).isEqualTo("1");
    }

    @Test
    void adoptsAnAwaitedUpload() throws Exception {
        var dataset = dataset("");
        var key = key(dataset, "awaited.csv");
        var job = UUID.randomUUID();
        pipeline.run(
                """
                INSERT INTO sluice.job (id, tenant, dataset, state, bucket, object_key, bytes, dropped_at, upload_until)
                VALUES ('%s', 't', '%s', 'AWAITING_UPLOAD', '%s', '%s', 0, now(), now() + interval '1 hour')
                """
                        .formatted(job, dataset, TestingPipeline.BUCKET, key));
        var drop =
                pipeline.put(
                        key,
                        "id,name\n5,a\n".getBytes(UTF_8),
                        Map.of("sluice-job", job.toString()));

        intake.take(drop);

        assertThat(pipeline.job(drop).id()).isEqualTo(job);
        assertThat(pipeline.state(drop)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rows(dataset)).isEqualTo("5");
    }

    @Test
    void sendsTheChunkWhenItDoesNotLoad() throws Exception {
        var dataset = dataset("");
        var drop = pipeline.put(key(dataset, "full.csv"), "id,name\n1,a\n");
        pipeline.run(
                """
                CREATE FUNCTION %1$s_full() RETURNS trigger LANGUAGE plpgsql
                    AS $$ BEGIN RAISE 'no space left' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER full_disk BEFORE INSERT ON %1$s
                    FOR EACH ROW EXECUTE FUNCTION %1$s_full()
                """
                        .formatted(dataset));

        intake.take(drop);

        assertThat(pipeline.state(drop)).isEqualTo(JobState.LOADING);
        assertThat(messages()).contains(Map.entry(id(drop), 1L));
        assertThat(
                        pipeline.ask(
                                "SELECT state || ' ' || tries FROM sluice.chunk WHERE job_id = '%s'"
                                        .formatted(pipeline.job(drop).id())))
                .isEqualTo("WAITING 1");
    }

    @Test
    void leavesEveryOtherFileToTheLongWay() throws Exception {
        var dataset = dataset("");
        var large = pipeline.put(key(dataset, "large.csv"), "id,name\n" + "1,aaaaa\n".repeat(2000));
        var chunks = pipeline.put(key(dataset, "two.csv"), "id,name\n" + "1,aaaaa\n".repeat(600));
        var zip = pipeline.put(key(dataset, "zip.csv.gz"), zipped("id,name\n1,a\n"));
        var noHeader = pipeline.put(key(dataset, "odd.csv"), "name\na\n");
        var empty = pipeline.put(key(dataset, "empty.csv"), "id,name\n");
        var astray = pipeline.put("astray.csv", "id,name\n1,a\n");

        for (var drop : List.of(large, chunks, zip, noHeader, empty, astray)) {
            intake.take(drop);
        }

        assertThat(messages())
                .contains(
                        Map.entry(id(large), 4L),
                        Map.entry(id(chunks), 2L),
                        Map.entry(id(zip), 1L));
        assertThat(Objects.requireNonNull(pipeline.job(noHeader).error()).code())
                .isEqualTo(ErrorCode.MISSING_COLUMN);
        assertThat(pipeline.state(empty)).isEqualTo(JobState.SUCCEEDED);
        assertThat(Objects.requireNonNull(pipeline.job(astray).error()).code())
                .isEqualTo(ErrorCode.INVALID_KEY);
    }

    @Test
    void goesOnWithTheNextDropOfTheKey() throws Exception {
        var dataset = dataset("");
        var key = key(dataset, "next.csv");
        var first = pipeline.put(key, "id,name\n1,a\n");
        var second = pipeline.put(key, "id,name\n2,b\n");
        try (var database = pipeline.loader()) {
            database.inTransaction(c -> Jobs.register(c, UUID.randomUUID(), "t", dataset, second));
        }

        intake.take(first);

        assertThat(pipeline.state(first)).isEqualTo(JobState.SUCCEEDED);
        assertThat(pipeline.state(second)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rows(dataset)).isEqualTo("1,2");
    }

    private void fail(Drop drop) throws Exception {
        try (var database = pipeline.loader()) {
            var why = new JobError(ErrorCode.CHUNK_FAILED, "no");
            database.inTransaction(c -> Jobs.fail(c, id(drop), why));
        }
    }

    private UUID id(Drop drop) throws SQLException {
        return pipeline.job(drop).id();
    }

    /// How many messages each job has in the queue; they are taken out of it.
    private Map<UUID, Long> messages() {
        return pipeline.messages().stream()
                .map(message -> ChunkMessages.read(message.body()).job())
                .collect(Collectors.groupingBy(job -> job, Collectors.counting()));
    }

    private String dataset(String rest) throws Exception {
        var name = pipeline.dataset(TestingPipeline.unique("s"), COLUMNS + rest);
        TestingApply.apply(pipeline, name);
        return name;
    }

    private static String key(String dataset, String name) {
        return "t/" + dataset + "/" + name;
    }

    private String rows(String dataset) throws Exception {
        return pipeline.ask(
                "SELECT coalesce(string_agg(id::text, ',' ORDER BY id), '') FROM " + dataset);
    }

    private static byte[] zipped(String text) throws Exception {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(UTF_8));
        }
        return out.toByteArray();
    }
}
