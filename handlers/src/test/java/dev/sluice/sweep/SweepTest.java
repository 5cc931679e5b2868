package dev.sluice.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.db.Chunks;
import dev.sluice.db.Chunks.Address;
import dev.sluice.db.Database;
import dev.sluice.db.Drops;
import dev.sluice.db.Jobs;
import dev.sluice.db.Plans;
import dev.sluice.db.Turns;
import dev.sluice.db.Uploads;
import dev.sluice.job.Chunk;
import dev.sluice.job.Drop;
import dev.sluice.job.Job;
import dev.sluice.job.JobState;
import dev.sluice.job.Position;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Patience;
import dev.sluice.lambda.Settings;
import dev.sluice.testing.TestingLambda;
import dev.sluice.testing.TestingPipeline;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import software.amazon.awssdk.services.sqs.model.Message;

/// The danger: a drop, a chunk or a lock that was lost and that nobody finds; a sweep that one
/// trouble stops for ever.
class SweepTest {
    private static final Patience PATIENCE = Patience.from(new Settings(Map.of()));
    private static final Deadline TIME = Deadline.in(Duration.ofMinutes(10));
    private static final InstantSource LATER = () -> Instant.now().plusSeconds(3600);
    private static final Duration OVER = Duration.ofMillis(-1);

    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final Database database = pipeline.loader();
    private final TestingLambda lambda = new TestingLambda();

    /// A queue of its own: a sweep sends what other tests left lying as well.
    private final String queueUrl = pipeline.queue(TestingPipeline.unique("swept"));

    @AfterEach
    void disconnect() {
        database.close();
        lambda.close();
    }

    @Test
    void walksOverEveryVersionOfEveryKeyOnceAcrossPages() {
        var stem = "demo/walk/" + UUID.randomUUID() + "/";
        var put = new HashSet<String>();
        for (int i = 0; i < 5; i++) {
            put.add(pipeline.put(stem + i + " +%.csv", "x").versionId());
            put.add(pipeline.put(stem + i + " +%.csv", "y").versionId());
        }
        var walk = new InboxWalk(pipeline.s3, TestingPipeline.BUCKET, /* pageSize= */ 3);
        var found = new HashSet<String>();
        @Nullable String position = null;
        do {
            var page = walk.page(position);
            page.drops().stream()
                    .filter(drop -> drop.key().startsWith(stem))
                    .forEach(drop -> assertThat(found.add(drop.versionId())).isTrue());
            position = page.next();
        } while (position != null);

        assertThat(found).isEqualTo(put);
    }

    @Test
    void findsTheSameDropThatTheEventWouldHaveAnnounced() {
        var key = "demo/walk/" + UUID.randomUUID() + "/ünï cödé.csv";
        var announced = pipeline.put(key, "some bytes");
        var listed = find(key);

        assertThat(listed.bucket()).isEqualTo(announced.bucket());
        assertThat(listed.versionId()).isEqualTo(announced.versionId());
        assertThat(listed.etag()).isEqualTo(announced.etag());
        assertThat(listed.bytes()).isEqualTo(announced.bytes());
    }

    private Drop find(String key) {
        var walk = new InboxWalk(pipeline.s3, TestingPipeline.BUCKET, 1000);
        @Nullable String position = null;
        do {
            var page = walk.page(position);
            for (var drop : page.drops()) {
                if (drop.key().equals(key)) {
                    return drop;
                }
            }
            position = page.next();
        } while (position != null);
        throw new AssertionError("not listed: " + key);
    }

    @Test
    void announcesOnlyWhatNoJobWasRegisteredFor() throws Exception {
        var known = pipeline.put("demo/walk/" + UUID.randomUUID(), "x");
        var unknown = pipeline.put("demo/walk/" + UUID.randomUUID(), "x");
        database.<Drop, SQLException>inTransaction(
                c -> Jobs.register(c, UUID.randomUUID(), "demo", "walk", known).drop());

        var missing = database.inTransaction(c -> Drops.unheardOf(c, List.of(known, unknown)));

        assertThat(missing).containsExactly(unknown);
    }

    @Test
    void announcesADropAgainUntilItHasAJobAndNotBeforeItsEventHadTime() throws Exception {
        var drop = pipeline.put("demo/walk/" + UUID.randomUUID(), "x");

        sweepAt(drop.droppedAt());
        assertThat(lambda.asked(drop)).isZero();

        sweepAll();
        assertThat(lambda.asked(drop)).isPositive();

        register(drop);
        long before = lambda.asked(drop);
        sweepAt(drop.droppedAt().plus(PATIENCE.event()).plusSeconds(1));
        assertThat(lambda.asked(drop)).isEqualTo(before);
    }

    @Test
    void takesEveryStepThoughOthersFail() throws Exception {
        var drop = pipeline.put("demo/walk/" + UUID.randomUUID(), "x");
        var lost = lostChunk();
        var upload = awaitUpload(Instant.now().minus(PATIENCE.upload()).minusSeconds(1));
        var noQueue = new ChunkMessages(pipeline.sqs, pipeline.queueUrl + "-that-is-not-there");

        assertThatThrownBy(() -> sweep(noQueue, PATIENCE, LATER).run(TIME))
                .isInstanceOfSatisfying(
                        Sweep.SweepException.class, e -> assertThat(e.getSuppressed()).hasSize(1));

        assertThat(job(upload).state()).isEqualTo(JobState.EXPIRED);
        assertThat(lambda.asked(drop)).isPositive();
        assertThat(job(lost).state()).isEqualTo(JobState.LOADING);
    }

    @Test
    void sendsALostChunkOnceThoughTwoSweepsRunTogether() throws Exception {
        var lost = lostChunk();
        try (var pool = Executors.newFixedThreadPool(2);
                var other = pipeline.loader()) {
            var sweeps = List.of(sweep(database), sweep(other));
            for (var end :
                    pool.invokeAll(
                            sweeps.stream()
                                    .<Callable<Boolean>>map(sweep -> () -> done(sweep))
                                    .toList(),
                            60,
                            TimeUnit.SECONDS)) {
                assertThat(end.get()).isTrue();
            }
        }

        assertThat(sent()).filteredOn(body -> body.contains(lost.toString())).hasSize(1);
    }

    @Test
    void sendsAPublishThatNobodyWasToldOf() throws Exception {
        var job = lostChunk();
        pipeline.run("UPDATE sluice.chunk SET number = 0 WHERE job_id = '%s'".formatted(job));

        sweepAll();

        assertThat(sent()).contains("{\"job\":\"%s\",\"chunk\":0}".formatted(job));
    }

    @Test
    void failsAJobThatIsTriedOutAndAsksForTheNextDropOfItsKey() throws Exception {
        var key = "demo/walk/" + UUID.randomUUID();
        var first = pipeline.put(key, "x");
        var second = pipeline.put(key, "y");
        var job = loading(first);
        register(second);
        for (int i = 0; i < PATIENCE.tries(); i++) {
            database.inTransaction(c -> Chunks.lease(c, new Address(job, 1), OVER));
        }

        sweepAll();

        assertThat(job(job).state()).isEqualTo(JobState.FAILED);
        assertThat(lambda.asked(second)).isPositive();
    }

    @Test
    void asksForTheNextDropOfAKeyWhoseJobEndedWithoutAWord() throws Exception {
        var key = "demo/walk/" + UUID.randomUUID();
        var first = loading(pipeline.put(key, "x"));
        var second = pipeline.put(key, "y");
        register(second);
        pipeline.run(
                "UPDATE sluice.job SET dropped_at = now() - interval '1 hour' WHERE object_key = '%s'"
                        .formatted(key));

        sweepAll();
        assertThat(lambda.asked(second)).isZero();

        database.inTransaction(c -> Jobs.cancel(c, first, "demo"));
        sweepAll();
        assertThat(lambda.asked(second)).isEqualTo(1);
    }

    @Test
    void removesRowsThatEndedJobsStagedAndLeavesThoseOfALoadingOne() throws Exception {
        var table = "sluice_stage." + TestingPipeline.unique("s");
        pipeline.run("CREATE TABLE %s (id bigint, _job integer, _record bigint)".formatted(table));
        pipeline.run("CREATE INDEX ON %s (_job, _record)".formatted(table));
        pipeline.run("GRANT SELECT, INSERT, DELETE ON %s TO sluice_loader".formatted(table));
        var ended = stage(table, 500);
        var loading = stage(table, 5);
        database.inTransaction(c -> Jobs.cancel(c, ended, "demo"));

        sweepAll();

        assertThat(pipeline.ask("SELECT count(*) FROM " + table)).isEqualTo("5");
        assertThat(pipeline.ask("SELECT max(_job) FROM " + table))
                .isEqualTo(String.valueOf(job(loading).number()));
        pipeline.run("DROP TABLE " + table);
    }

    @Test
    void endsACopyThatOutlivedItsInvocationAndNoYoungerOne() throws Exception {
        pipeline.run("CREATE TABLE IF NOT EXISTS stalled (id text)");
        pipeline.run("GRANT INSERT ON stalled TO sluice_loader");
        try (var frozen = pipeline.settings("sluice_loader").dataSource().getConnection()) {
            frozen.setAutoCommit(false);
            var copy =
                    frozen.unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("COPY stalled FROM STDIN");

            sweepAll();
            assertThat(copyingBackends()).isEqualTo("1");

            done(sweep(messages(), impatient(), LATER));
            assertThat(copyingBackends()).isEqualTo("0");
            assertThatThrownBy(copy::endCopy).isInstanceOf(SQLException.class);
            frozen.abort(Runnable::run);
        }
    }

    @Test
    void removesTheDetailsOfJobsThatHadTheirTime() throws Exception {
        var job = loading(pipeline.put("demo/walk/" + UUID.randomUUID(), "x"));
        database.inTransaction(c -> Jobs.cancel(c, job, "demo"));
        pipeline.run(
                "UPDATE sluice.job SET finished_at = now() - interval '91 days' WHERE id = '%s'"
                        .formatted(job));

        sweepAll();

        assertThat(
                        pipeline.ask(
                                "SELECT count(*) FROM sluice.chunk WHERE job_id = '%s'"
                                        .formatted(job)))
                .isEqualTo("0");
        Optional<Job> shown = database.inTransaction(c -> Jobs.findShown(c, job));
        assertThat(shown).isEmpty();
    }

    private Sweep sweep(ChunkMessages messages, Patience patience, InstantSource clock) {
        return sweep(database, messages, patience, clock);
    }

    private Sweep sweep(Database ledger) {
        return sweep(ledger, messages(), PATIENCE, LATER);
    }

    private Sweep sweep(
            Database ledger, ChunkMessages messages, Patience patience, InstantSource clock) {
        var walk = new InboxWalk(pipeline.s3, TestingPipeline.BUCKET, 1000);
        return new Sweep(ledger, walk, messages, lambda.intake(), patience, clock);
    }

    private ChunkMessages messages() {
        return new ChunkMessages(pipeline.sqs, queueUrl);
    }

    private static Boolean done(Sweep sweep) throws Sweep.SweepException {
        sweep.run(TIME);
        return true;
    }

    /// One round, an hour later by the clock that judges whether an event is lost. The walk begins
    /// anew, whatever other tests left.
    private void sweepAll() throws Exception {
        pipeline.run("DELETE FROM sluice.walk");
        done(sweep(database));
    }

    private void sweepAt(Instant now) throws Exception {
        pipeline.run("DELETE FROM sluice.walk");
        done(sweep(messages(), PATIENCE, () -> now));
    }

    /// As patient as ever but with transactions.
    private static Patience impatient() {
        return new Patience(
                PATIENCE.message(),
                PATIENCE.event(),
                PATIENCE.planLease(),
                PATIENCE.plan(),
                Duration.ZERO,
                PATIENCE.tries(),
                PATIENCE.upload(),
                PATIENCE.kept());
    }

    private String copyingBackends() throws SQLException {
        return pipeline.ask(
                "SELECT count(*) FROM pg_stat_activity"
                        + " WHERE state = 'active' AND query LIKE 'COPY stalled%'");
    }

    private UUID register(Drop drop) throws SQLException {
        var id = UUID.randomUUID();
        database.inTransaction(c -> Jobs.register(c, id, "demo", "walk", drop));
        return id;
    }

    private UUID loading(Drop drop) throws SQLException {
        var id = register(drop);
        return database.inTransaction(c -> {
            Turns.takeTurn(c, id, "mark", 1, null);
            var plan = Plans.lease(c, id, Duration.ofMinutes(1)).orElseThrow();
            var shape = new Plans.Shape("id", "NONE");
            var chunks = List.of(new Chunk(1, Position.START, 1));
            var end = new Position(1, 2, 2);
            Plans.registerChunks(c, plan, shape, chunks, end, Duration.ZERO, /* complete= */ true);
            return id;
        });
    }

    /// A job whose only chunk was sent an hour ago, and nobody came.
    private UUID lostChunk() throws SQLException {
        var id = loading(pipeline.put("demo/walk/" + UUID.randomUUID(), "x"));
        pipeline.run(
                "UPDATE sluice.chunk SET sent_at = now() - interval '1 hour' WHERE job_id = '%s'"
                        .formatted(id));
        return id;
    }

    private UUID stage(String table, int rows) throws SQLException {
        var id = loading(pipeline.put("demo/walk/" + UUID.randomUUID(), "x"));
        pipeline.run(
                "INSERT INTO %s SELECT g, %d, g FROM generate_series(1, %d) g"
                        .formatted(table, job(id).number(), rows));
        return id;
    }

    private UUID awaitUpload(Instant until) throws SQLException {
        var id = UUID.randomUUID();
        var upload =
                new Uploads.NewUpload(
                        id,
                        "demo",
                        "walk",
                        null,
                        TestingPipeline.BUCKET,
                        "demo/walk/" + id,
                        1,
                        until,
                        null);
        database.inTransaction(c -> Uploads.awaitUpload(c, upload));
        return id;
    }

    private Job job(UUID id) throws SQLException {
        return database.inTransaction(c -> Jobs.find(c, id)).orElseThrow();
    }

    /// The bodies of the messages that were sent; they are taken out of the queue.
    private List<String> sent() {
        return pipeline.messages(queueUrl).stream().map(Message::body).toList();
    }
}
