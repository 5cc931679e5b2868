package dev.sluice.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.job.Books;
import dev.sluice.job.Chunk;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.job.JobState;
import dev.sluice.job.Position;
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

/// The danger: a drop loaded twice, two jobs of one key at once, a plan written by two Intakes.
class JobLedgerTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration OVER = Duration.ofMillis(-1);
    private static final Plans.Shape SHAPE = new Plans.Shape("id,name", "NONE");

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
    void findsTheJobOfADropThatIsAnnouncedTwiceAndUsesUpNoNumber() throws SQLException {
        var first = register(drop("a", "v1", 0));
        var again = register(drop("a", "v1", 0));
        var other = register(drop("a", "v2", 1));

        assertThat(again).isEqualTo(first);
        assertThat(other.number()).isEqualTo(first.number() + 1);
    }

    @Test
    void letsTheOlderVersionOfAKeyGoFirstWhateverTheClocksSaid() throws SQLException {
        var newer = register(drop("a", "v2", 0));
        var older = register(drop("a", "v1", 5));

        assertThat(takeTurn(newer, "m2", "v0", "v1")).isFalse();
        assertThat(takeTurn(older, "m1", "v0")).isTrue();
        assertThat(takeTurn(newer, "m2", "v0", "v1")).isFalse();
    }

    @Test
    void refusesASecondLoadingJobOfAKeyWhenBothTakeTheTurnAtOnce() throws SQLException {
        var job = register(drop("a", "v1", 0));
        takeTurn(job, "m1");
        var late = register(drop("a", "v0", -5));
        // The index is the last line of defence: here the statement's own check is by-passed.
        assertThatThrownBy(() ->
                        TestingPostgres.run(
                                "UPDATE sluice.job SET state = 'LOADING' WHERE id = '%s'"
                                        .formatted(late.id())))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(Turns.isTurnTaken(e)).isTrue());
    }

    @Test
    void callsContentThatIsLoadedAlreadyADuplicate() throws SQLException {
        var first = loaded(drop("a", "v1", 0), "same");
        var second = register(drop("a", "v2", 1));

        assertThat(takeTurn(second, "same")).isTrue();
        assertThat(endIfDuplicate(second)).isTrue();
        assertThat(find(second).state()).isEqualTo(JobState.DUPLICATE);
        assertThat(find(second).duplicateOf()).isEqualTo(first.id());
    }

    @Test
    void loadsOldContentAgainOnceOtherContentCameBetween() throws SQLException {
        loaded(drop("a", "v1", 0), "A");
        loaded(drop("a", "v2", 1), "B");
        var third = register(drop("a", "v3", 2));

        assertThat(takeTurn(third, "A")).isTrue();
        assertThat(endIfDuplicate(third)).isFalse();
    }

    @Test
    void doesNotCountAFailedJobAsLoaded() throws SQLException {
        var failed = register(drop("a", "v1", 0));
        takeTurn(failed, "same");
        database.inTransaction(
                c -> Jobs.fail(c, failed.id(), new JobError(ErrorCode.CORRUPT_GZIP, "cut")));
        var second = register(drop("a", "v2", 1));

        assertThat(takeTurn(second, "same")).isTrue();
        assertThat(endIfDuplicate(second)).isFalse();
    }

    @Test
    void givesAPlanToOneIntakeAtATime() throws SQLException {
        var job = loading(drop("a", "v1", 0));

        assertThat(leasePlan(job, MINUTE)).isPresent();
        assertThat(leasePlan(job, MINUTE)).isEmpty();
    }

    @Test
    void letsTheNextIntakeGoOnFromTheLastBoundaryAndRefusesTheFirst() throws SQLException {
        var job = loading(drop("a", "v1", 0));
        var slow = leasePlan(job, MINUTE).orElseThrow();
        var upTo = new Position(100, 11, 10);
        assertThat(registerChunks(slow, List.of(chunk(1)), upTo, OVER, false)).isTrue();

        var next = leasePlan(job, MINUTE).orElseThrow();

        assertThat(next.from()).isEqualTo(upTo);
        assertThat(next.chunks()).isEqualTo(1);
        assertThat(next.layout()).isEqualTo("id,name");
        assertThat(registerChunks(slow, List.of(), upTo, MINUTE, true)).isFalse();
        assertThat(registerChunks(slow, List.of(chunk(1)), upTo, MINUTE, false)).isFalse();
        assertThat(registerChunks(next, List.of(chunk(2)), upTo, MINUTE, true)).isTrue();
        assertThat(find(job).planned()).isTrue();
    }

    @Test
    void endsAJobWithoutChunksWhenItsPlanIsComplete() throws SQLException {
        var job = loading(drop("a", "v1", 0));
        var lease = leasePlan(job, MINUTE).orElseThrow();

        registerChunks(lease, List.of(), Position.START, MINUTE, true);

        assertThat(find(job).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(find(job).books()).isEqualTo(Books.EMPTY);
    }

    @Test
    void doesNotEndAJobWhoseChunksAreDoneBeforeItsPlanIs() throws SQLException {
        var job = loading(drop("a", "v1", 0));
        var lease = leasePlan(job, MINUTE).orElseThrow();
        registerChunks(lease, List.of(chunk(1)), new Position(10, 2, 2), MINUTE, false);

        var books = new Books(1, 1, 0, 0, 0);
        assertThat(endChunk(job, books)).contains(JobState.LOADING);

        registerChunks(lease, List.of(), new Position(10, 2, 2), MINUTE, true);
        assertThat(find(job).state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void refusesBooksThatDoNotBalance() throws SQLException {
        var job = loading(drop("a", "v1", 0));
        plan(job, 1);
        var lost = new Books(2, 1, 0, 0, 0);

        assertThat(lost.balanced()).isFalse();
        assertThatThrownBy(() -> endChunk(job, lost)).hasMessageContaining("chunk_books_balance");
        assertThatThrownBy(() ->
                        TestingPostgres.run(
                                "UPDATE sluice.job SET rows_read = 2, rows_loaded = 1 WHERE id = '%s'"
                                        .formatted(job.id())))
                .hasMessageContaining("job_books_balance");
    }

    @Test
    void writesNoBooksIntoAJobThatHasFailed() throws SQLException {
        var job = loading(drop("a", "v1", 0));
        plan(job, 1);
        var lease = leaseChunk(job);
        var error = new JobError(ErrorCode.OBJECT_VANISHED, "gone");
        database.inTransaction(c -> Jobs.fail(c, job.id(), error));

        var books = new Books(1, 1, 0, 0, 0);
        var state = database.inTransaction(c -> Jobs.endChunk(c, lease, books));

        assertThat(state).isEmpty();
        assertThat(find(job).error()).isEqualTo(error);
    }

    @Test
    void callsTheNextDropOfAKeyOnlyWhenNoneIsLoading() throws SQLException {
        var job = loading(drop("a", "v1", 0));
        var waiting = register(drop("a", "v2", 1));

        assertThat(nextInTurn("a")).isEmpty();
        database.inTransaction(
                c -> Jobs.fail(c, job.id(), new JobError(ErrorCode.TOO_SLOW, "slow")));
        assertThat(nextInTurn("a")).contains(waiting.drop());
    }

    @Test
    void findsPlansThatNobodyHoldsAndDropsThatNobodyTook() throws SQLException {
        var held = loading(drop("held", "v1", 0));
        leasePlan(held, MINUTE);
        var stopped = loading(drop("stopped", "v1", 0));
        leasePlan(stopped, OVER);
        var queued = register(drop("queued", "v1", 0));
        var behind = register(drop("stopped", "v2", 1));

        var abandoned = database.inTransaction(c -> Plans.abandoned(c, MINUTE, 10));

        assertThat(abandoned).extracting(Job::id).containsExactly(stopped.id(), queued.id());
        assertThat(abandoned).extracting(Job::id).doesNotContain(behind.id());
    }

    @Test
    void failsAPlanThatWasTriedTooOftenButNotOneInProgress() throws SQLException {
        var hopeless = loading(drop("hopeless", "v1", 0));
        var busy = loading(drop("busy", "v1", 0));
        for (int i = 0; i < 3; i++) {
            leasePlan(hopeless, OVER);
            leasePlan(busy, i < 2 ? OVER : MINUTE);
        }

        var failed = database.inTransaction(c -> Jobs.failTriedTooOften(c, 3, 10));

        assertThat(failed).extracting(Job::id).containsExactly(hopeless.id());
        assertThat(find(hopeless).error())
                .isEqualTo(
                        new JobError(
                                ErrorCode.CHUNK_FAILED,
                                "The plan of the file did not get done in 3 tries."));
        assertThat(find(busy).state()).isEqualTo(JobState.LOADING);
    }

    @Test
    void listsATenantsJobsNewestFirstAndNoOtherTenants() throws SQLException {
        var one = register(drop("a", "v1", 0));
        var two = register(drop("b", "v1", 0));
        database.inTransaction(
                c -> Jobs.register(c, UUID.randomUUID(), "other", "d", drop("c", "v1", 0)));

        var all = new Jobs.Query("demo", null, null, null, Integer.MAX_VALUE, 10);
        var byKey = new Jobs.Query("demo", null, null, "b", Integer.MAX_VALUE, 10);
        var older = new Jobs.Query("demo", null, null, null, two.number(), 10);

        assertThat(list(all)).containsExactly(two, one);
        assertThat(list(byKey)).containsExactly(two);
        assertThat(list(older)).containsExactly(one);
    }

    private static Drop drop(String key, String version, int minute) {
        return new Drop(
                "inbox",
                key,
                version,
                "e-" + version,
                10,
                "00" + minute,
                NOON.plusSeconds(60L * minute));
    }

    private static Chunk chunk(int number) {
        return new Chunk(number, new Position(10L * (number - 1), number, number), 10L * number);
    }

    private Job register(Drop drop) throws SQLException {
        return database.inTransaction(c -> Jobs.register(c, UUID.randomUUID(), "demo", "d", drop));
    }

    private boolean takeTurn(Job job, String mark, String... older) throws SQLException {
        var turn =
                new Turns.Turn(
                        mark, 10, null, false, "direct", RejectLimit.NONE, null, List.of(older));
        return database.inTransaction(c -> Turns.takeTurn(c, job.id(), turn));
    }

    private boolean endIfDuplicate(Job job) throws SQLException {
        return database.inTransaction(c -> Turns.endIfDuplicate(c, job.id()));
    }

    private Job loading(Drop drop) throws SQLException {
        var job = register(drop);
        assertThat(takeTurn(job, "mark-" + drop.versionId())).isTrue();
        return find(job);
    }

    private void plan(Job job, int chunks) throws SQLException {
        var lease = leasePlan(job, MINUTE).orElseThrow();
        for (int i = 1; i <= chunks; i++) {
            registerChunks(
                    lease,
                    List.of(chunk(i)),
                    new Position(10L * i, i + 1, i + 1),
                    MINUTE,
                    i == chunks);
        }
    }

    private Job loaded(Drop drop, String mark) throws SQLException {
        var job = register(drop);
        assertThat(takeTurn(job, mark)).isTrue();
        plan(job, 1);
        assertThat(endChunk(job, new Books(1, 1, 0, 0, 0))).contains(JobState.SUCCEEDED);
        return job;
    }

    private Optional<JobState> endChunk(Job job, Books books) throws SQLException {
        var lease = leaseChunk(job);
        return database.inTransaction(c -> Jobs.endChunk(c, lease, books));
    }

    private Chunks.Lease leaseChunk(Job job) throws SQLException {
        var address = new Chunks.Address(job.id(), 1);
        return database.inTransaction(c -> Chunks.lease(c, address, MINUTE)).orElseThrow();
    }

    private Optional<Plans.Lease> leasePlan(Job job, Duration time) throws SQLException {
        return database.inTransaction(c -> Plans.lease(c, job.id(), time));
    }

    private boolean registerChunks(
            Plans.Lease lease,
            List<Chunk> chunks,
            Position upTo,
            Duration prolong,
            boolean complete)
            throws SQLException {
        return database.inTransaction(
                c -> Plans.registerChunks(c, lease, SHAPE, chunks, upTo, prolong, complete));
    }

    private List<Job> list(Jobs.Query query) throws SQLException {
        return database.inTransaction(c -> Jobs.list(c, query));
    }

    private Optional<Drop> nextInTurn(String key) throws SQLException {
        return database.inTransaction(c -> Turns.nextInTurn(c, "inbox", key));
    }

    private Job find(Job job) throws SQLException {
        return database.inTransaction(c -> Jobs.find(c, job.id())).orElseThrow();
    }
}
