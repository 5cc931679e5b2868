package dev.sluice.chunk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Chunks.Address;
import dev.sluice.db.Database;
import dev.sluice.db.Rejects;
import dev.sluice.intake.TestingIntake;
import dev.sluice.job.Books;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.job.JobState;
import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Inbox;
import dev.sluice.migrate.TestingApply;
import dev.sluice.rows.Lookups;
import dev.sluice.testing.TestingPipeline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The danger: a row twice or not at all, whatever the messages do; a bad row that takes good ones
/// with it; a job that never ends.
class LoadTest {
    private static final Duration TIME = Duration.ofMinutes(2);
    private static final String COLUMNS =
            """
            columns:
              - {name: id, type: bigint, required: true}
              - {name: name, type: text}
            """;

    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final List<Drop> called = new ArrayList<>();
    private final Database database = pipeline.loader();
    private String dataset = "";

    @BeforeEach
    void makeATable() throws Exception {
        dataset = pipeline.dataset(TestingPipeline.unique("t"), COLUMNS);
        TestingApply.apply(pipeline, dataset);
    }

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void loadsEveryChunkOnceHoweverOftenAndInWhateverOrderItsMessageComes() throws Exception {
        var drop = pipeline.put(key("a.csv"), csv(1, 400));
        intake(drop, 500);
        var job = pipeline.job(drop);
        assertThat(job.chunks()).isGreaterThan(5);
        var deliveries = new ArrayList<Callable<Boolean>>();
        for (int times = 0; times < 4; times++) {
            for (int chunk = 1; chunk <= job.chunks(); chunk++) {
                var address = new Address(job.id(), chunk);
                deliveries.add(() -> deliver(address));
            }
        }
        java.util.Collections.shuffle(deliveries, new Random(7));

        try (var pool = Executors.newFixedThreadPool(6)) {
            for (var delivery : pool.invokeAll(deliveries, 90, TimeUnit.SECONDS)) {
                assertThat(delivery.get()).isTrue();
            }
        }

        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(400, 400, 0, 0, 0));
        assertThat(pipeline.state(drop)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rows()).isEqualTo("400 400 1 400");
    }

    @Test
    void turnsWhatTheDatabaseRefusesIntoRejectsAndLoadsTheRest() throws Exception {
        pipeline.run("CREATE UNIQUE INDEX ON %s (id)".formatted(dataset));
        pipeline.run("ALTER TABLE %s ADD CHECK (name <> 'bad')".formatted(dataset));
        var drop =
                pipeline.put(
                        key("refused.csv"), "id,name\n1,a\n2,bad\n3,c\n1,again\n4,d\n5,bad\n6,f\n");

        loadAll(drop);

        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(7, 4, 3, 0, 0));
        assertThat(pipeline.state(drop)).isEqualTo(JobState.SUCCEEDED_WITH_REJECTS);
        assertThat(rejects(drop))
                .extracting(Reject::line, Reject::code, Reject::raw)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                3L, RejectCode.CHECK_VIOLATION, "2,bad"),
                        org.assertj.core.groups.Tuple.tuple(
                                5L, RejectCode.UNIQUE_VIOLATION, "1,again"),
                        org.assertj.core.groups.Tuple.tuple(
                                7L, RejectCode.CHECK_VIOLATION, "5,bad"));
        assertThat(ids()).isEqualTo("1,3,4,6");
    }

    @Test
    void findsRowsThatAForeignKeyRefusesThoughTheServerNamesNoLine() throws Exception {
        pipeline.run("CREATE TABLE %s_parent (id bigint PRIMARY KEY)".formatted(dataset));
        pipeline.run("INSERT INTO %s_parent SELECT generate_series(1, 90)".formatted(dataset));
        pipeline.run(
                "ALTER TABLE %s ADD FOREIGN KEY (id) REFERENCES %s_parent"
                        .formatted(dataset, dataset));
        pipeline.run("GRANT SELECT ON %s_parent TO sluice_loader".formatted(dataset));
        var drop = pipeline.put(key("orphans.csv"), csv(81, 100));

        loadAll(drop);

        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(20, 10, 10, 0, 0));
        assertThat(rejects(drop))
                .allMatch(reject -> reject.code() == RejectCode.FOREIGN_KEY_VIOLATION)
                .extracting(Reject::record)
                .containsExactly(11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L, 20L);
    }

    @Test
    void endsWhenEveryRowIsRefused() throws Exception {
        pipeline.run("ALTER TABLE %s ADD CHECK (false)".formatted(dataset));
        var drop = pipeline.put(key("all-bad.csv"), csv(1, 2000));

        loadAll(drop);

        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(2000, 0, 2000, 0, 0));
        assertThat(rows()).startsWith("0 ");
    }

    @Test
    void failsTheJobWhenATriggerDropsRowsInSilence() throws Exception {
        pipeline.run(
                """
                CREATE FUNCTION %1$s_drop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
                CREATE TRIGGER silent BEFORE INSERT ON %1$s FOR EACH ROW EXECUTE FUNCTION %1$s_drop();
                """
                        .formatted(dataset));
        var drop = pipeline.put(key("silent.csv"), csv(1, 3));

        loadAll(drop);

        assertThat(failure(drop).code()).isEqualTo(ErrorCode.DATASET_NOT_APPLIED);
        assertThat(failure(drop).message()).contains("trigger");
    }

    @Test
    void failsTheJobWhenTheTableIsNotThere() throws Exception {
        pipeline.run("DROP TABLE " + dataset);
        var drop = pipeline.put(key("no-table.csv"), csv(1, 3));

        loadAll(drop);

        assertThat(failure(drop).code()).isEqualTo(ErrorCode.DATASET_NOT_APPLIED);
    }

    @Test
    void failsTheJobWhenTheObjectWentBeforeItsChunksWereLoaded() throws Exception {
        var drop = pipeline.put(key("gone.csv"), csv(1, 100));
        intake(drop, 200);
        pipeline.s3.deleteObject(request ->
                request.bucket(drop.bucket()).key(drop.key()).versionId(drop.versionId()));

        deliverAll(pipeline.job(drop));

        assertThat(failure(drop).code()).isEqualTo(ErrorCode.OBJECT_VANISHED);
    }

    @Test
    void readsTheVersionThatWasAnnouncedThoughTheKeyWasOverwritten() throws Exception {
        var first = pipeline.put(key("twice.csv"), csv(1, 50));
        intake(first, 200);
        var second = pipeline.put(key("twice.csv"), csv(51, 90));

        deliverAll(pipeline.job(first));

        assertThat(rows()).isEqualTo("50 50 1 50");
        assertThat(called).isEmpty();
        assertThat(second.versionId()).isNotEqualTo(first.versionId());
    }

    @Test
    void callsTheNextDropOfAKeyWhenTheOneBeforeIsDone() throws Exception {
        var first = pipeline.put(key("queue.csv"), csv(1, 50));
        var second = pipeline.put(key("queue.csv"), csv(51, 90));
        intake(first, 1000);
        intake(second, 1000);
        assertThat(pipeline.state(second)).isEqualTo(JobState.QUEUED);

        deliverAll(pipeline.job(first));

        assertThat(called).extracting(Drop::versionId).containsExactly(second.versionId());
        loadAll(second);
        assertThat(pipeline.state(second)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void reportsTheSameContentUnderTheSameKeyAsADuplicate() throws Exception {
        var first = pipeline.put(key("same.csv"), csv(1, 20));
        loadAll(first);
        var again = pipeline.put(key("same.csv"), csv(1, 20));

        loadAll(again);

        assertThat(pipeline.state(again)).isEqualTo(JobState.DUPLICATE);
        assertThat(pipeline.job(again).duplicateOf()).isEqualTo(pipeline.job(first).id());
        assertThat(rows()).isEqualTo("20 20 1 20");
    }

    @Test
    void loadsAGzipFileAsOneChunkWithTheRightPlaces() throws Exception {
        var drop = pipeline.put(key("no-gz-in-its-name"), gzip("id,name\n1,a\nx,b\n3,c\n"));
        intake(drop, 10);
        assertThat(pipeline.job(drop).chunks()).isEqualTo(1);

        deliverAll(pipeline.job(drop));

        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(3, 2, 1, 0, 0));
        assertThat(rejects(drop).getFirst())
                .returns(3L, Reject::line)
                .returns(12L, Reject::byteOffset)
                .returns("id", Reject::column);
    }

    @Test
    void loadsNothingOfAGzipFileThatIsCut() throws Exception {
        byte[] whole = gzip(csv(1, 5000));
        var drop = pipeline.put(key("cut.gz"), java.util.Arrays.copyOf(whole, whole.length - 9));

        loadAll(drop);

        assertThat(failure(drop).code()).isEqualTo(ErrorCode.CORRUPT_GZIP);
        assertThat(rows()).startsWith("0 ");
    }

    @Test
    void leavesTheChunkForAnotherTryWhenTheTimeIsOver() throws Exception {
        var drop = pipeline.put(key("slow.csv"), csv(1, 10));
        intake(drop, 1000);
        var address = new Address(pipeline.job(drop).id(), 1);

        boolean done = load().load(address, Deadline.in(Duration.ofMillis(1)));

        assertThat(done).isFalse();
        assertThat(deliver(address)).isTrue();
        assertThat(rows()).isEqualTo("10 10 1 10");
    }

    @Test
    void succeedsWithNothingForAnEmptyFile() throws Exception {
        var drop = pipeline.put(key("empty.csv"), "");

        loadAll(drop);

        assertThat(pipeline.state(drop)).isEqualTo(JobState.SUCCEEDED);
        assertThat(pipeline.job(drop).books()).isEqualTo(Books.EMPTY);
    }

    private String key(String name) {
        return "demo/" + dataset + "/" + name;
    }

    private static String csv(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> i + ",\"name, " + i + "\"\n")
                .collect(Collectors.joining("", "id,name\n", ""));
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    private void intake(Drop drop, long chunkBytes) throws Exception {
        try (var intake = new TestingIntake(pipeline, chunkBytes)) {
            intake.take(drop);
        }
    }

    private void loadAll(Drop drop) throws Exception {
        intake(drop, 1 << 20);
        deliverAll(pipeline.job(drop));
    }

    private void deliverAll(Job job) {
        for (int chunk = 1; chunk <= job.chunks(); chunk++) {
            assertThat(deliver(new Address(job.id(), chunk))).isTrue();
        }
    }

    private boolean deliver(Address address) {
        try (var own = pipeline.loader()) {
            return load(own).load(address, Deadline.in(TIME));
        }
    }

    private Load load() {
        return load(database);
    }

    private Load load(Database database) {
        var assets = new Assets(pipeline.assets);
        return new Load(
                database,
                new Inbox(pipeline.s3),
                new Lookups(assets),
                assets,
                this::call,
                new ChunkMessages(pipeline.sqs, pipeline.queueUrl));
    }

    private synchronized void call(Drop drop) {
        called.add(drop);
    }

    private JobError failure(Drop drop) throws SQLException {
        return Optional.ofNullable(pipeline.job(drop).error()).orElseThrow();
    }

    private List<Reject> rejects(Drop drop) throws SQLException {
        var job = pipeline.job(drop);
        return database.inTransaction(c -> Rejects.list(c, job.id(), 0, 1000));
    }

    /// Rows, distinct places, least and largest id.
    private String rows() throws SQLException {
        return pipeline.ask(
                """
                SELECT count(*) || ' ' || count(DISTINCT (_job, _record)) || ' ' || coalesce(min(id), 0)
                    || ' ' || coalesce(max(id), 0) FROM %s
                """
                        .formatted(dataset));
    }

    private String ids() throws SQLException {
        return pipeline.ask("SELECT string_agg(id::text, ',' ORDER BY id) FROM " + dataset);
    }
}
