package dev.sluice.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Chunks;
import dev.sluice.db.Chunks.Address;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
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
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The danger: a row seen of a job that failed, a good row hidden by a bad one, the former
/// version's rows beside the later one's, books that do not balance.
class StagedRoadTest {
    private static final Duration TIME = Duration.ofMinutes(2);
    private static final String COLUMNS =
            """
            columns:
              - {name: id, type: bigint}
              - {name: name, type: text}
            """;

    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final Database database = pipeline.loader();
    private final List<Drop> called = new ArrayList<>();
    private String dataset = "";

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void showsNothingBeforeThePublishAndAllAfterIt() throws Exception {
        dataset("maxRejects: 2\n");
        var drop = put("a.csv", csv(1, 100) + "x,bad\n");
        intake(drop, 400);
        var job = pipeline.job(drop);
        assertThat(job.chunks()).isGreaterThan(2);
        for (int chunk = 1; chunk < job.chunks(); chunk++) {
            deliver(new Address(job.id(), chunk));
            assertThat(pipeline.job(drop).books()).matches(Books::balanced);
        }
        assertThat(rows()).isEqualTo("");
        assertThat(pipeline.job(drop).books().staged()).isPositive();

        deliver(new Address(job.id(), job.chunks()));

        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(101, 100, 1, 0, 0));
        assertThat(pipeline.state(drop)).isEqualTo(JobState.SUCCEEDED_WITH_REJECTS);
        assertThat(count()).isEqualTo("100");
        assertThat(staged()).isEqualTo("0");
    }

    @Test
    void loadsNothingWhenMoreIsRejectedThanTheDatasetBears() throws Exception {
        dataset("maxRejects: 1\n");
        pipeline.run("ALTER TABLE %s ADD CHECK (name <> 'bad')".formatted(dataset));
        var drop = put("a.csv", "id,name\n1,a\nx,b\n3,bad\n4,d\n");

        loadAll(drop);

        assertThat(failure(drop).code()).isEqualTo(ErrorCode.TOO_MANY_REJECTS);
        assertThat(failure(drop).message()).contains("2 of 4").contains("at most 1");
        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(4, 0, 2, 0, 2));
        assertThat(rows()).isEqualTo("");
        assertThat(staged()).isEqualTo("0");
        assertThat(rejects(drop))
                .extracting(Reject::line, Reject::byteOffset, Reject::code, Reject::raw)
                .containsExactly(
                        Tuple.tuple(3L, 12L, RejectCode.INVALID_INTEGER, "x,b"),
                        Tuple.tuple(4L, 16L, RejectCode.CHECK_VIOLATION, "3,bad"));
    }

    @Test
    void bearsFewerRejectsWhenTheUploaderSaysSo() throws Exception {
        dataset("maxRejectRatio: 0.9\n");
        var file = "id,name\n1,a\nx,b\n3,c\n4,d\n";
        var strict = put("strict.csv", file, Map.of("sluice-max-reject-ratio", "0.2"));
        var loose = put("loose.csv", file, Map.of("sluice-max-reject-ratio", "1"));

        loadAll(strict);
        loadAll(loose);

        assertThat(failure(strict).code()).isEqualTo(ErrorCode.TOO_MANY_REJECTS);
        assertThat(pipeline.job(loose).limit().ratio()).isEqualTo(0.9);
        assertThat(rows()).isEqualTo("1a 3c 4d");
    }

    @Test
    void reportsAllOfADryRunAndLoadsNoRow() throws Exception {
        dataset("key: [id]\n");
        var dry =
                put("a.csv", "id,name\n1,a\nx,b\n1,again\n2,c\n", Map.of("sluice-dry-run", "true"));
        loadAll(dry);

        assertThat(pipeline.state(dry)).isEqualTo(JobState.SUCCEEDED_WITH_REJECTS);
        assertThat(pipeline.job(dry).books()).isEqualTo(new Books(4, 0, 2, 0, 2));
        assertThat(rejects(dry))
                .extracting(Reject::code)
                .containsExactly(RejectCode.INVALID_INTEGER, RejectCode.UNIQUE_VIOLATION);
        assertThat(rows()).isEqualTo("");

        var real = put("a.csv", "id,name\n1,a\nx,b\n1,again\n2,c\n");
        loadAll(real);
        assertThat(pipeline.job(real).books()).isEqualTo(new Books(4, 2, 2, 0, 0));
    }

    @Test
    void letsTheLatestGoodRecordOfAKeyWinUnderUpsert() throws Exception {
        dataset("key: [id]\nmode: upsert\n");
        pipeline.run("ALTER TABLE %s ADD CHECK (name <> 'bad')".formatted(dataset));
        loadAll(put("before.csv", "id,name\n1,old\n9,stays\n"));
        var drop = put("a.csv", "id,name\n1,a\n2,b\n1,c\n1,bad\n,nokey\n3,d\n");

        loadAll(drop);

        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(6, 3, 2, 1, 0));
        assertThat(rejects(drop))
                .extracting(Reject::line, Reject::code)
                .containsExactly(
                        Tuple.tuple(5L, RejectCode.CHECK_VIOLATION),
                        Tuple.tuple(6L, RejectCode.REQUIRED));
        assertThat(rows()).isEqualTo("1c 2b 3d 9stays");
    }

    @Test
    void countsWhatWasThereAsDuplicatesUnderSkipDuplicates() throws Exception {
        dataset("key: [id]\nmode: skip-duplicates\n");
        loadAll(put("before.csv", "id,name\n1,old\n"));
        var drop = put("a.csv", "id,name\n1,new\n2,b\n2,c\n");

        loadAll(drop);

        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(3, 1, 0, 2, 0));
        assertThat(pipeline.state(drop)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rows()).isEqualTo("1old 2b");
    }

    @Test
    void replacesTheFormerVersionAndLeavesOtherFilesAlone() throws Exception {
        dataset("onReplace: replace\n");
        loadAll(put("other.csv", "id,name\n9,other\n"));
        loadAll(put("a.csv", "id,name\n1,a\n2,b\n"));

        loadAll(put("a.csv", "id,name\n2,c\n"));

        assertThat(rows()).isEqualTo("2c 9other");
    }

    @Test
    void replacesByNothingWhenTheFileIsEmpty() throws Exception {
        dataset("onReplace: replace\n");
        loadAll(put("a.csv", "id,name\n1,a\n"));
        var empty = put("a.csv", "");

        loadAll(empty);

        assertThat(pipeline.state(empty)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rows()).isEqualTo("");
    }

    @Test
    void keepsTheFormerRowsWhenTheLaterVersionHasTooManyRejects() throws Exception {
        dataset("onReplace: replace\nmaxRejects: 0\n");
        loadAll(put("a.csv", "id,name\n1,a\n"));

        loadAll(put("a.csv", "id,name\n2,b\nx,y\n"));

        assertThat(rows()).isEqualTo("1a");
    }

    @Test
    void endsWithTheLastVersionWhateverOrderTheEventsComeIn() throws Exception {
        dataset("onReplace: replace\n");
        var first = put("a.csv", "id,name\n1,A\n");
        var second = put("a.csv", "id,name\n2,B\n");
        var third = put("a.csv", "id,name\n1,A\n");

        for (var drop : List.of(third, first, second, third, second)) {
            loadAll(drop);
        }
        while (!called.isEmpty()) {
            loadAll(called.removeFirst());
        }

        assertThat(rows()).isEqualTo("1A");
        assertThat(List.of(first, second, third))
                .allMatch(drop -> state(drop) == JobState.SUCCEEDED);
    }

    @Test
    void refusesAnEarlierVersionOnceALaterOneIsLoaded() throws Exception {
        dataset("onReplace: replace\n");
        var first = put("a.csv", "id,name\nx,A\n1,A\n");
        intake(first, 1 << 20);
        fail(first);
        loadAll(put("a.csv", "id,name\n2,B\n"));

        retry(first);
        loadAll(first);

        assertThat(failure(first).code()).isEqualTo(ErrorCode.SUPERSEDED);
        assertThat(rows()).isEqualTo("2B");
    }

    @Test
    void takesNoSecondVersionUnderReject() throws Exception {
        dataset("onReplace: reject\n");
        loadAll(put("a.csv", "id,name\n1,a\n"));
        var same = put("a.csv", "id,name\n1,a\n");
        var other = put("a.csv", "id,name\n2,b\n");
        loadAll(same);
        loadAll(other);

        assertThat(pipeline.state(same)).isEqualTo(JobState.DUPLICATE);
        assertThat(failure(other).code()).isEqualTo(ErrorCode.KEY_ALREADY_LOADED);
        assertThat(rows()).isEqualTo("1a");
    }

    @Test
    void startsAStagedJobOverWhenItIsTriedAgain() throws Exception {
        dataset("maxRejects: 0\n");
        var drop = put("a.csv", csv(1, 100));
        intake(drop, 400);
        deliver(new Address(pipeline.job(drop).id(), 1));
        fail(drop);
        assertThat(pipeline.job(drop).books().discarded()).isPositive();
        assertThat(staged()).isNotEqualTo("0");

        retry(drop);
        loadAll(drop);

        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(100, 100, 0, 0, 0));
        assertThat(count()).isEqualTo("100");
        assertThat(staged()).isEqualTo("0");
    }

    @Test
    void goesOnWithADirectJobWhenItIsTriedAgain() throws Exception {
        dataset("");
        var drop = put("a.csv", csv(1, 100));
        intake(drop, 400);
        var id = pipeline.job(drop).id();
        deliver(new Address(id, 2));
        fail(drop);

        retry(drop);
        pipeline.messages();
        intake(drop, 400);
        assertThat(sent(drop)).doesNotContain(2).contains(1, 3);
        deliverAll(drop);

        assertThat(pipeline.job(drop)).returns("direct", Job::road).returns(2, Job::attempt);
        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(100, 100, 0, 0, 0));
        assertThat(count()).isEqualTo("100");
    }

    @Test
    void leavesNothingOfAJobThatIsCancelledWhileItsChunksRun() throws Exception {
        dataset("maxRejects: 0\n");
        var drop = put("a.csv", csv(1, 200));
        intake(drop, 400);
        var job = pipeline.job(drop);
        var deliveries = new ArrayList<Callable<Boolean>>();
        for (int chunk = 1; chunk <= job.chunks(); chunk++) {
            var address = new Address(job.id(), chunk);
            deliveries.add(() -> deliver(address));
            if (chunk == job.chunks() / 2) {
                deliveries.add(() ->
                        database.inTransaction(c -> Jobs.cancel(c, job.id(), "demo")).isPresent());
            }
        }
        try (var pool = Executors.newFixedThreadPool(4)) {
            for (var delivery : pool.invokeAll(deliveries, 60, TimeUnit.SECONDS)) {
                assertThat(delivery.get()).isTrue();
            }
        }

        assertThat(pipeline.state(drop)).isEqualTo(JobState.CANCELLED);
        assertThat(pipeline.job(drop).books())
                .matches(Books::balanced)
                .returns(0L, Books::staged)
                .returns(0L, Books::loaded);
        assertThat(rows()).isEqualTo("");
    }

    @Test
    void letsOnlyTheOwnerOfThePublishPublish() throws Exception {
        dataset("maxRejects: 0\n");
        var drop = put("a.csv", csv(1, 10));
        intake(drop, 1 << 20);
        var id = pipeline.job(drop).id();
        var chunk =
                database.inTransaction(c -> Chunks.lease(c, new Address(id, 1), TIME))
                        .orElseThrow();
        var staged = target(drop);
        new ChunkTransaction(database, source(), staged).run(chunk, ChunkTransaction.Way.STAGED);
        var publish = new Publish(database, source(), target(drop));
        var address = new Address(id, 0);
        var frozen =
                database.inTransaction(c -> Chunks.lease(c, address, Duration.ofMillis(-1)))
                        .orElseThrow();
        var owner = database.inTransaction(c -> Chunks.lease(c, address, TIME)).orElseThrow();

        assertThatThrownBy(() -> publish.run(frozen))
                .isInstanceOf(ChunkTransaction.LeaseLostException.class);
        assertThat(rows()).isEqualTo("");
        assertThat(publish.run(owner)).isEqualTo(JobState.SUCCEEDED);
        assertThatThrownBy(() -> publish.run(frozen)).isInstanceOf(SQLException.class);

        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(10, 10, 0, 0, 0));
        assertThat(count()).isEqualTo("10");
    }

    @Test
    void publishesTwoJobsIntoOneTableAtOnce() throws Exception {
        dataset("key: [id]\nmode: upsert\n");
        var drops = new ArrayList<Drop>();
        for (int file = 0; file < 4; file++) {
            var order = file;
            drops.add(
                    put(
                            "f" + file + ".csv",
                            IntStream.range(0, 3000)
                                    .mapToObj(i -> order % 2 == 0 ? i : 2999 - i)
                                    .map(i -> i + ",f" + order + "\n")
                                    .collect(Collectors.joining("", "id,name\n", ""))));
        }
        var loads = new ArrayList<Callable<Boolean>>();
        for (var drop : drops) {
            intake(drop, 1 << 20);
            loads.add(() -> {
                for (int tries = 0; tries < 20 && !pipeline.state(drop).ended(); tries++) {
                    deliver(new Address(pipeline.job(drop).id(), 1));
                    deliver(new Address(pipeline.job(drop).id(), 0));
                }
                return true;
            });
        }
        try (var pool = Executors.newFixedThreadPool(4)) {
            for (var load : pool.invokeAll(loads, 90, TimeUnit.SECONDS)) {
                assertThat(load.get()).isTrue();
            }
        }

        assertThat(drops).allMatch(drop -> state(drop) == JobState.SUCCEEDED);
        assertThat(count()).isEqualTo("3000");
        assertThat(pipeline.job(drops.getFirst()).books())
                .isEqualTo(new Books(3000, 3000, 0, 0, 0));
    }

    @Test
    void failsTheJobWhenTheFormerRowsCannotLeave() throws Exception {
        dataset("onReplace: replace\n");
        loadAll(put("a.csv", "id,name\n1,a\n"));
        pipeline.run("CREATE UNIQUE INDEX ON %s (id)".formatted(dataset));
        pipeline.run(
                "CREATE TABLE %s_child (id bigint REFERENCES %s (id))".formatted(dataset, dataset));
        pipeline.run("INSERT INTO %s_child VALUES (1)".formatted(dataset));
        var drop = put("a.csv", "id,name\n2,b\n");

        loadAll(drop);

        assertThat(failure(drop).code()).isEqualTo(ErrorCode.REPLACE_REFUSED);
        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(1, 0, 0, 0, 1));
        assertThat(rows()).isEqualTo("1a");
    }

    private void dataset(String settings) throws Exception {
        dataset = pipeline.dataset(TestingPipeline.unique("s"), COLUMNS + settings);
        assertThat(TestingApply.apply(pipeline, dataset)).contains("\"refused\":[]");
    }

    private Drop put(String name, String content) {
        return put(name, content, Map.of());
    }

    private Drop put(String name, String content, Map<String, String> metadata) {
        return pipeline.put(
                "demo/" + dataset + "/" + name, content.getBytes(StandardCharsets.UTF_8), metadata);
    }

    private static String csv(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> i + ",\"name, " + i + "\"\n")
                .collect(Collectors.joining("", "id,name\n", ""));
    }

    private void intake(Drop drop, long chunkBytes) throws Exception {
        try (var intake = new TestingIntake(pipeline, chunkBytes)) {
            intake.take(drop);
        }
    }

    private void loadAll(Drop drop) throws Exception {
        intake(drop, 1 << 20);
        deliverAll(drop);
    }

    /// The publish too: of a file without rows only its own message asks for it.
    private void deliverAll(Drop drop) throws Exception {
        var job = pipeline.job(drop);
        for (int chunk = 1; chunk <= job.chunks(); chunk++) {
            assertThat(deliver(new Address(job.id(), chunk))).isTrue();
        }
        assertThat(deliver(new Address(job.id(), 0))).isTrue();
    }

    private boolean deliver(Address address) {
        try (var own = pipeline.loader()) {
            return load(own).load(address, Deadline.in(TIME));
        }
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

    private ChunkRecords.Source source() {
        return new ChunkRecords.Source(
                new Inbox(pipeline.s3),
                new Lookups(new Assets(pipeline.assets)),
                dev.sluice.rows.Limits.DEFAULT,
                new dev.sluice.rows.ReadAhead.Batches());
    }

    private Target target(Drop drop) throws Exception {
        return new Target(new Assets(pipeline.assets).dataset(dataset), pipeline.job(drop));
    }

    private synchronized void call(Drop drop) {
        called.add(drop);
    }

    private List<Integer> sent(Drop drop) throws SQLException {
        var job = pipeline.job(drop).id();
        return pipeline.messages().stream()
                .map(message -> ChunkMessages.read(message.body()))
                .filter(address -> address.job().equals(job))
                .map(Address::chunk)
                .toList();
    }

    private void fail(Drop drop) throws SQLException {
        var job = pipeline.job(drop);
        var error = new JobError(ErrorCode.CHUNK_FAILED, "out of luck");
        assertThat((boolean) database.inTransaction(c -> Jobs.fail(c, job.id(), error))).isTrue();
    }

    private void retry(Drop drop) throws SQLException {
        var job = pipeline.job(drop);
        Optional<Job> again = database.inTransaction(c -> Jobs.retry(c, job.id(), "demo"));
        assertThat(again).isPresent();
    }

    private JobState state(Drop drop) {
        try {
            return pipeline.state(drop);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private JobError failure(Drop drop) throws SQLException {
        return Optional.ofNullable(pipeline.job(drop).error()).orElseThrow();
    }

    private List<Reject> rejects(Drop drop) throws SQLException {
        var job = pipeline.job(drop);
        return database.inTransaction(c -> Rejects.list(c, job.id(), 0, 1000));
    }

    private String rows() throws SQLException {
        return pipeline.ask(
                "SELECT coalesce(string_agg(id || name, ' ' ORDER BY id, name), '') FROM "
                        + dataset);
    }

    private String count() throws SQLException {
        return pipeline.ask("SELECT count(*) FROM " + dataset);
    }

    private String staged() throws SQLException {
        return pipeline.ask("SELECT count(*) FROM sluice_stage.\"%s\"".formatted(dataset));
    }
}
