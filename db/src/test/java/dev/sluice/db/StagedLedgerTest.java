package dev.sluice.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.db.Chunks.Address;
import dev.sluice.db.Chunks.Lease;
import dev.sluice.job.Books;
import dev.sluice.job.Chunk;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.job.JobState;
import dev.sluice.job.Position;
import dev.sluice.job.Reject;
import dev.sluice.job.RejectLimit;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The danger: a staged job that ends before its publish or publishes twice, a retry that counts
/// rows of the attempt before, a writer of an earlier attempt that is let in.
class StagedLedgerTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration OVER = Duration.ofMillis(-1);
    private static final Books TWO_STAGED = new Books(3, 0, 1, 0, 0, 2);
    private static final JobError GONE = new JobError(ErrorCode.OBJECT_VANISHED, "gone");

    private final Database database = TestingPostgres.loader();

    @BeforeEach
    void emptyTheLedger() throws SQLException {
        TestingPostgres.empty();
    }

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void opensThePublishWithTheLastChunkAndEndsTheJobWithIt() throws SQLException {
        var job = planned("staged", 2);
        stage(job, 1);
        assertThat(lease(job, 0)).isEmpty();
        stage(job, 2);
        assertThat(find(job).state()).isEqualTo(JobState.LOADING);
        assertThat(find(job).books()).isEqualTo(new Books(6, 0, 2, 0, 0, 4));

        var publish = lease(job, 0).orElseThrow();
        var books = new Books(0, 2, 1, 1, 0, -4);
        assertThat(publish.chunk().isPublish()).isTrue();
        assertThat(done(publish, books)).isTrue();
        assertThat(endPublish(job, books, null)).contains(JobState.SUCCEEDED_WITH_REJECTS);

        assertThat(find(job).books()).isEqualTo(new Books(6, 2, 3, 1, 0));
        assertThat(find(job).chunks()).isEqualTo(2);
        assertThat(endPublish(job, books, null)).isEmpty();
    }

    @Test
    void opensThePublishOfAFileWithoutChunks() throws SQLException {
        var job = planned("staged", 0);

        assertThat(find(job).state()).isEqualTo(JobState.LOADING);
        assertThat(lease(job, 0)).isPresent();
        assertThat(endPublish(job, Books.EMPTY, null)).contains(JobState.SUCCEEDED);
    }

    @Test
    void opensNoPublishOnTheDirectRoad() throws SQLException {
        var job = planned("direct", 1);
        var books = new Books(1, 1, 0, 0, 0);
        var lease = lease(job, 1).orElseThrow();
        database.inTransaction(c -> Jobs.endChunk(c, lease, books).orElseThrow());

        assertThat(find(job).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(TestingPostgres.ask("SELECT count(*) FROM sluice.chunk WHERE number = 0"))
                .isEqualTo("0");
    }

    @Test
    void discardsWhatIsStagedHoweverAJobEndsEarly() throws SQLException {
        var failed = planned("staged", 2);
        stage(failed, 1);
        database.inTransaction(c -> Jobs.fail(c, failed.id(), GONE));
        var cancelled = planned("staged", 2);
        stage(cancelled, 1);
        database.inTransaction(c -> Jobs.cancel(c, cancelled.id(), "demo"));
        var hopeless = planned("staged", 2);
        stage(hopeless, 1);
        lease(hopeless, 2, OVER);
        database.inTransaction(c -> Jobs.failTriedTooOften(c, 1, 10));

        for (var job : List.of(failed, cancelled, hopeless)) {
            assertThat(find(job).state().ended()).isTrue();
            assertThat(find(job).books()).isEqualTo(new Books(3, 0, 1, 0, 2));
        }
    }

    @Test
    void letsNoRunningChunkIntoACancelledJob() throws SQLException {
        var job = planned("staged", 1);
        var running = lease(job, 1).orElseThrow();
        database.inTransaction(c -> Jobs.cancel(c, job.id(), null));

        assertThat(state(c -> Jobs.endChunk(c, running, TWO_STAGED))).isEmpty();
        assertThat(job(c -> Jobs.cancel(c, job.id(), null))).isEmpty();
    }

    @Test
    void cancelsAndRetriesOnlyForTheJobsTenant() throws SQLException {
        var job = planned("direct", 1);

        assertThat(job(c -> Jobs.cancel(c, job.id(), "other"))).isEmpty();
        database.inTransaction(c -> Jobs.fail(c, job.id(), GONE));
        assertThat(job(c -> Jobs.retry(c, job.id(), "other"))).isEmpty();
        assertThat(job(c -> Jobs.retry(c, job.id(), "demo")))
                .map(Job::state)
                .contains(JobState.QUEUED);
    }

    @Test
    void startsAStagedJobOverAndRefusesTheWritersOfTheAttemptBefore() throws SQLException {
        var job = planned("staged", 2);
        stage(job, 1);
        var zombie = lease(job, 2).orElseThrow();
        database.inTransaction(c -> Jobs.fail(c, job.id(), GONE));

        var again = database.inTransaction(c -> Jobs.retry(c, job.id(), null)).orElseThrow();
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.error()).isNull();
        assertThat(yes(c -> Plans.isResumable(c, job.id()))).isFalse();
        database.inTransaction(c -> {
            Plans.startOver(c, job.id());
            return Turns.takeTurn(c, job.id(), turn("staged"));
        });
        plan(job, 2);

        assertThat(find(job).books()).isEqualTo(Books.EMPTY);
        assertThat(lease(job, 2).orElseThrow().fence()).isGreaterThan(2 << 16);
        assertThat(done(zombie, TWO_STAGED)).isFalse();
    }

    @Test
    void goesOnWithTheChunksOfTheDirectRoadThatAreNotDone() throws SQLException {
        var job = planned("direct", 3);
        var books = new Books(1, 1, 0, 0, 0);
        var lease = lease(job, 1).orElseThrow();
        database.inTransaction(c -> Jobs.endChunk(c, lease, books).orElseThrow());
        var zombie = lease(job, 2).orElseThrow();
        database.inTransaction(c -> Jobs.fail(c, job.id(), GONE));
        database.inTransaction(c -> Jobs.retry(c, job.id(), null));

        assertThat(yes(c -> Plans.isResumable(c, job.id()))).isTrue();
        var undone = database.inTransaction(c -> Plans.resume(c, job.id()));

        assertThat(undone)
                .containsExactlyInAnyOrder(new Address(job.id(), 2), new Address(job.id(), 3));
        database.inTransaction(c -> Turns.takeTurn(c, job.id(), turn("direct")));
        assertThat(done(zombie, books)).isFalse();
        assertThat(lease(job, 2).orElseThrow().tries()).isEqualTo(1);
        assertThat(find(job).books()).isEqualTo(books);
    }

    @Test
    void doesNotCountATryThatAnotherTransactionStoodInTheWayOf() throws SQLException {
        var job = planned("direct", 1);
        var lease = lease(job, 1).orElseThrow();

        database.inTransaction(c -> Chunks.releaseUncounted(c, lease, "deadlock"));

        assertThat(lease(job, 1).orElseThrow().tries()).isEqualTo(1);
    }

    @Test
    void givesTheSameUploadForTheSameLabelUntilItCanNoLongerLoad() throws SQLException {
        var first = awaitUpload("nightly", Instant.now().plusSeconds(60));
        var again = awaitUpload("nightly", Instant.now().plusSeconds(60));
        var other = awaitUpload(null, Instant.now().plusSeconds(60));

        assertThat(again.id()).isEqualTo(first.id());
        assertThat(other.id()).isNotEqualTo(first.id());
        assertThat(first.state()).isEqualTo(JobState.AWAITING_UPLOAD);
        assertThat(first.drop().versionId()).isEmpty();
        database.inTransaction(c -> Jobs.cancel(c, first.id(), "demo"));
        assertThat(awaitUpload("nightly", Instant.now()).id()).isNotEqualTo(first.id());
    }

    @Test
    void retriesNoJobWhoseLabelAnotherOneHasByNow() throws SQLException {
        var first = awaitUpload("nightly", Instant.now());
        database.inTransaction(c -> Uploads.adopt(c, first.id(), drop(first.drop().key(), "v1")));
        database.inTransaction(c -> Jobs.fail(c, first.id(), GONE));
        awaitUpload("nightly", Instant.now());

        assertThat(job(c -> Jobs.retry(c, first.id(), "demo"))).isEmpty();
    }

    @Test
    void adoptsTheObjectOfAnUploadOnceAndOnlyUnderItsKey() throws SQLException {
        var job = awaitUpload(null, Instant.now());
        var key = job.drop().key();

        assertThat(adopt(job, drop("demo/d/other", "v1"))).isEmpty();
        assertThat(adopt(job, drop(key, "v1"))).map(Job::state).contains(JobState.QUEUED);
        assertThat(adopt(job, drop(key, "v2"))).isEmpty();
        assertThat(find(job).drop().versionId()).isEqualTo("v1");
    }

    @Test
    void expiresUploadsThatDidNotComeInTime() throws SQLException {
        var late = awaitUpload(null, Instant.now().minusSeconds(1));
        awaitUpload(null, Instant.now().plusSeconds(60));

        assertThat(jobs(c -> Uploads.expireUploads(c, Duration.ZERO, 10)))
                .extracting(Job::id, Job::state)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(late.id(), JobState.EXPIRED));
        assertThat(adopt(late, drop(late.drop().key(), "v1"))).isEmpty();
    }

    @Test
    void removesTheDetailsOfOldJobsAndKeepsTheirMarks() throws SQLException {
        var old = planned("direct", 1);
        TestingPostgres.run(
                "INSERT INTO sluice.reject VALUES ('%s', 1, 2, 3, NULL, 'REQUIRED', 'm', 'r')"
                        .formatted(old.id()));
        database.inTransaction(c -> Jobs.fail(c, old.id(), GONE));
        var busy = planned("direct", 1);

        assertThat(count(c -> Retention.expunge(c, Duration.ofHours(1), 10))).isZero();
        assertThat(count(c -> Retention.expunge(c, Duration.ZERO, 10))).isEqualTo(1);

        assertThat(rejects(c -> Rejects.list(c, old.id(), 0, 10))).isEmpty();
        assertThat(job(c -> Jobs.findShown(c, old.id()))).isEmpty();
        assertThat(find(old).state()).isEqualTo(JobState.FAILED);
        assertThat(job(c -> Jobs.ofDrop(c, old.drop()))).isPresent();
        assertThat(job(c -> Jobs.retry(c, old.id(), null))).isEmpty();
        assertThat(lease(busy, 1)).isPresent();
    }

    @Test
    void recordsARemovalOnceHoweverOftenItIsAnnounced() throws SQLException {
        for (int i = 0; i < 2; i++) {
            database.inTransaction(c -> {
                Drops.recordRemoval(c, "inbox", "demo/d/a", "m1", "00AB", Instant.EPOCH);
                return true;
            });
        }

        assertThat(
                        TestingPostgres.ask(
                                "SELECT count(*) FROM sluice.removal WHERE object_key = 'demo/d/a'"))
                .isEqualTo("1");
    }

    @Test
    void tellsStagingTablesOfLongNamesApart() {
        var long1 = StagingTable.of("d".repeat(99) + "1");
        var long2 = StagingTable.of("d".repeat(99) + "2");

        assertThat(StagingTable.of("navaids").quoted()).isEqualTo("sluice_stage.\"navaids\"");
        assertThat(long1.name()).hasSize(63).isNotEqualTo(long2.name());
    }

    private Job planned(String road, int chunks) throws SQLException {
        var id = UUID.randomUUID();
        var job =
                database.inTransaction(c -> {
                    Jobs.register(c, id, "demo", "d", drop(id.toString(), "v"));
                    Turns.takeTurn(c, id, turn(road));
                    return Jobs.find(c, id).orElseThrow();
                });
        plan(job, chunks);
        return job;
    }

    private void plan(Job job, int chunks) throws SQLException {
        var all =
                java.util.stream.IntStream.rangeClosed(1, chunks)
                        .mapToObj(i -> new Chunk(i, new Position(10L * i, i, i), 10L * i + 10))
                        .toList();
        var end = new Position(10L * chunks, chunks + 1, chunks + 1);
        assertThat(
                        yes(c -> {
                            var lease = Plans.lease(c, job.id(), MINUTE).orElseThrow();
                            var shape = new Plans.Shape("id", "NONE");
                            return Plans.registerChunks(
                                    c, lease, shape, all, end, MINUTE, /* complete= */ true);
                        }))
                .isTrue();
    }

    private static Turns.Turn turn(String road) {
        return new Turns.Turn("m", 10, null, false, road, RejectLimit.NONE, null, List.of());
    }

    private static Drop drop(String key, String version) {
        return new Drop("inbox", key, version, "e", 10, "00", Instant.EPOCH);
    }

    private Job awaitUpload(@org.jspecify.annotations.Nullable String label, Instant until)
            throws SQLException {
        var id = UUID.randomUUID();
        var upload =
                new Uploads.NewUpload(
                        id, "demo", "d", label, "inbox", "demo/d/" + id, 5, until, null);
        return database.inTransaction(c -> Uploads.awaitUpload(c, upload));
    }

    private Optional<Job> adopt(Job job, Drop drop) throws SQLException {
        return database.inTransaction(c -> Uploads.adopt(c, job.id(), drop));
    }

    private void stage(Job job, int number) throws SQLException {
        var lease = lease(job, number).orElseThrow();
        database.inTransaction(c -> Jobs.endChunk(c, lease, TWO_STAGED).orElseThrow());
    }

    private Optional<JobState> endPublish(
            Job job, Books books, @org.jspecify.annotations.Nullable JobError error)
            throws SQLException {
        return database.inTransaction(c -> Jobs.endPublish(c, job.id(), books, error));
    }

    private boolean done(Lease lease, Books books) throws SQLException {
        return database.inTransaction(c -> Chunks.done(c, lease, books));
    }

    private Optional<Lease> lease(Job job, int number) throws SQLException {
        return lease(job, number, MINUTE);
    }

    private Optional<Lease> lease(Job job, int number, Duration time) throws SQLException {
        return database.inTransaction(c -> Chunks.lease(c, new Address(job.id(), number), time));
    }

    private Optional<Job> job(Database.Work<Optional<Job>, RuntimeException> work)
            throws SQLException {
        return database.inTransaction(work);
    }

    private List<Job> jobs(Database.Work<List<Job>, RuntimeException> work) throws SQLException {
        return database.inTransaction(work);
    }

    private Optional<JobState> state(Database.Work<Optional<JobState>, RuntimeException> work)
            throws SQLException {
        return database.inTransaction(work);
    }

    private List<Reject> rejects(Database.Work<List<Reject>, RuntimeException> work)
            throws SQLException {
        return database.inTransaction(work);
    }

    private boolean yes(Database.Work<Boolean, RuntimeException> work) throws SQLException {
        return database.inTransaction(work);
    }

    private int count(Database.Work<Integer, RuntimeException> work) throws SQLException {
        return database.inTransaction(work);
    }

    private Job find(Job job) throws SQLException {
        return database.inTransaction(c -> Jobs.find(c, job.id())).orElseThrow();
    }
}
