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
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The danger: a chunk committed by two invocations, a writer that lost its lease and does not
/// know, the last two chunks missing each other.
class ChunkLedgerTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration OVER = Duration.ofMillis(-1);
    private static final Books ONE_ROW = new Books(1, 1, 0, 0, 0);

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
    void leasesAChunkToOneInvocationAtATime() throws SQLException {
        var job = planned(1);

        var lease = lease(job, 1, MINUTE).orElseThrow();

        assertThat(lease.chunk()).isEqualTo(chunk(1));
        assertThat(lease.tries()).isEqualTo(1);
        assertThat(lease(job, 1, MINUTE)).isEmpty();
    }

    @Test
    void refusesTheWriterWhoseLeaseWasTakenOver() throws SQLException {
        var job = planned(1);
        var zombie = lease(job, 1, OVER).orElseThrow();
        var owner = lease(job, 1, MINUTE).orElseThrow();

        assertThat(owner.fence()).isGreaterThan(zombie.fence());
        assertThat(done(zombie)).isFalse();
        assertThat(done(owner)).isTrue();
        assertThat(done(owner)).isFalse();
        assertThat(lease(job, 1, MINUTE)).isEmpty();
    }

    @Test
    void leasesNothingOfAJobThatEnded() throws SQLException {
        var job = planned(1);
        database.inTransaction(
                c -> Jobs.fail(c, job.id(), new JobError(ErrorCode.CHUNK_FAILED, "no")));

        assertThat(lease(job, 1, MINUTE)).isEmpty();
    }

    @Test
    void givesALeaseBackOnlyWhileItIsHeld() throws SQLException {
        var job = planned(1);
        var zombie = lease(job, 1, OVER).orElseThrow();
        var owner = lease(job, 1, MINUTE).orElseThrow();

        assertThat(release(zombie)).isFalse();
        assertThat(lease(job, 1, MINUTE)).isEmpty();
        assertThat(release(owner)).isTrue();
        assertThat(lease(job, 1, MINUTE)).isPresent();
    }

    @Test
    void endsTheJobExactlyOnceWhenAllChunksCommitTogether() throws Exception {
        int chunks = 24;
        var job = planned(chunks);
        var commits = new ArrayList<Callable<JobState>>();
        for (int i = 1; i <= chunks; i++) {
            int number = i;
            commits.add(() -> commit(job, number));
        }
        var ends = new ArrayList<JobState>();
        try (var pool = Executors.newFixedThreadPool(8)) {
            for (var end : pool.invokeAll(commits, 60, TimeUnit.SECONDS)) {
                ends.add(end.get());
            }
        }

        assertThat(ends).filteredOn(JobState.SUCCEEDED::equals).hasSize(1);
        var ended = database.inTransaction(c -> Jobs.find(c, job.id())).orElseThrow();
        assertThat(ended.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(ended.books()).isEqualTo(new Books(chunks, chunks, 0, 0, 0));
        assertThat(ended.chunksLeft()).isZero();
    }

    @Test
    void sendsAgainWhatLostItsLeaseAndWaitsLongerEachTime() throws SQLException {
        var job = planned(2);
        lease(job, 1, OVER);
        lease(job, 2, MINUTE);

        assertThat(takeForSending()).containsExactly(new Address(job.id(), 1));
        assertThat(takeForSending()).isEmpty();

        age(job, "3 minutes");
        assertThat(takeForSending()).isEmpty();
        age(job, "5 minutes");
        assertThat(takeForSending()).containsExactly(new Address(job.id(), 1));
    }

    @Test
    void waitsLongerBeforeTheNextTryOfAChunkThatEndsItsFunctionEachTime() throws SQLException {
        var job = planned(1);
        lease(job, 1, OVER);
        lease(job, 1, OVER);
        ranOut(job, "10 seconds");

        assertThat(takeForSending()).isEmpty();
        ranOut(job, "20 seconds");
        assertThat(takeForSending()).hasSize(1);

        lease(job, 1, OVER);
        ranOut(job, "40 seconds");
        assertThat(takeForSending()).isEmpty();
        ranOut(job, "50 seconds");
        assertThat(takeForSending()).hasSize(1);
    }

    /// Lets time pass since a lease ran out whose message had come two minutes before.
    private static void ranOut(Job job, String ago) throws SQLException {
        TestingPostgres.run(
                """
                UPDATE sluice.chunk SET lease_until = now() - interval '%1$s',
                    sent_at = now() - interval '%1$s' - interval '2 minutes'
                WHERE job_id = '%2$s'
                """
                        .formatted(ago, job.id()));
    }

    @Test
    void endsNoChunkForTheWriterWhoseLeaseWasTakenOver() throws SQLException {
        var job = planned(1);
        var late = lease(job, 1, Duration.ZERO).orElseThrow();
        var now = lease(job, 1, MINUTE).orElseThrow();

        assertThat(end(late)).isEmpty();
        assertThat(end(now)).contains(JobState.SUCCEEDED);
        assertThat(end(now)).isEmpty();
    }

    @Test
    void addsNoBooksForTheWriterWhoseLeaseWasTakenOverWhileAnotherChunkIsLeft()
            throws SQLException {
        var job = planned(2);
        var late = lease(job, 1, Duration.ZERO).orElseThrow();
        var _ = lease(job, 1, MINUTE).orElseThrow();

        assertThat(end(late)).isEmpty();
        assertThat(commit(job, 2)).isEqualTo(JobState.LOADING);
        assertThat(database.inTransaction(c -> Jobs.find(c, job.id())).orElseThrow().books())
                .isEqualTo(ONE_ROW);
    }

    @Test
    void sendsAgainAMessageThatNobodyCameFor() throws SQLException {
        var job = planned(1);

        assertThat(takeForSending()).isEmpty();
        age(job, "3 minutes");
        assertThat(takeForSending()).containsExactly(new Address(job.id(), 1));
    }

    @Test
    void failsAChunkThatWasReallyTriedAndNotOneThatWasOnlySent() throws SQLException {
        var tried = planned(1);
        for (int i = 0; i < 3; i++) {
            release(lease(tried, 1, MINUTE).orElseThrow());
        }
        var sent = planned(1);
        for (int i = 0; i < 9; i++) {
            age(sent, "9 hours");
            takeForSending();
        }

        var failed = database.inTransaction(c -> Jobs.failTriedTooOften(c, 3, 10));

        assertThat(failed).extracting(Job::id).containsExactly(tried.id());
        assertThat(failed.getFirst().error())
                .isEqualTo(
                        new JobError(
                                ErrorCode.CHUNK_FAILED,
                                "Chunk 1 of the file did not load in 3 tries."));
    }

    private JobState commit(Job job, int number) throws SQLException {
        try (var own = TestingPostgres.loader()) {
            var address = new Address(job.id(), number);
            var lease = own.inTransaction(c -> Chunks.lease(c, address, MINUTE)).orElseThrow();
            return own.inTransaction(c -> Jobs.endChunk(c, lease, ONE_ROW).orElseThrow());
        }
    }

    private Job planned(int chunks) throws SQLException {
        var id = UUID.randomUUID();
        var drop = new Drop("inbox", id.toString(), "v", "e", 10, "00", Instant.EPOCH);
        return database.inTransaction(c -> {
            Jobs.register(c, id, "demo", "d", drop);
            Turns.takeTurn(c, id, "mark", 10, null);
            var lease = Plans.lease(c, id, MINUTE).orElseThrow();
            var all = new ArrayList<Chunk>();
            for (int i = 1; i <= chunks; i++) {
                all.add(chunk(i));
            }
            var shape = new Plans.Shape("id", "NONE");
            var end = new Position(10L * chunks, chunks + 1, chunks + 1);
            Plans.registerChunks(c, lease, shape, all, end, MINUTE, /* complete= */ true);
            return Jobs.find(c, id).orElseThrow();
        });
    }

    private static Chunk chunk(int number) {
        return new Chunk(number, new Position(10L * (number - 1), number, number), 10L * number);
    }

    private Optional<Lease> lease(Job job, int number, Duration time) throws SQLException {
        return database.inTransaction(c -> Chunks.lease(c, new Address(job.id(), number), time));
    }

    private boolean done(Lease lease) throws SQLException {
        return database.inTransaction(c -> Chunks.done(c, lease, ONE_ROW));
    }

    /// As its one caller does: nothing stays where it was not ours.
    private Optional<JobState> end(Lease lease) throws SQLException {
        return database.inTransaction(c -> {
            var state = Jobs.endChunk(c, lease, ONE_ROW);
            if (state.isEmpty()) {
                c.rollback();
            }
            return state;
        });
    }

    private boolean release(Lease lease) throws SQLException {
        return database.inTransaction(c -> Chunks.release(c, lease, "out of luck"));
    }

    private List<Address> takeForSending() throws SQLException {
        return database.inTransaction(c -> Chunks.takeForSending(c, Duration.ofMinutes(2), 10));
    }

    /// Lets time pass for the messages of a job.
    private static void age(Job job, String by) throws SQLException {
        TestingPostgres.run(
                """
                UPDATE sluice.chunk SET sent_at = now() - interval '%s',
                    lease_until = CASE WHEN lease_until < now() THEN now() - interval '1 day' ELSE lease_until END
                WHERE job_id = '%s'
                """
                        .formatted(by, job.id()));
    }
}
