package dev.sluice.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.db.Chunks.Address;
import dev.sluice.db.Tries.Verdict;
import dev.sluice.job.Books;
import dev.sluice.job.Chunk;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobError;
import dev.sluice.job.JobState;
import dev.sluice.job.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The danger: a job that fails because its messages were throttled, or one that never fails
/// although its chunk can't be loaded.
class TriesTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration OVER = Duration.ofMillis(-1);
    private static final int MOST = 3;
    private final Database database = TestingPostgres.loader();
    private final UUID job = UUID.randomUUID();
    private final Address chunk = new Address(job, 1);

    @BeforeEach
    void planOneChunk() throws SQLException {
        TestingPostgres.empty();
        var drop = new Drop("inbox", job.toString(), "v", "e", 10, "00", Instant.EPOCH);
        database.inTransaction(c -> {
            Jobs.register(c, job, "demo", "d", drop);
            Turns.takeTurn(c, job, "mark", 10, null);
            var lease = Plans.lease(c, job, MINUTE).orElseThrow();
            var shape = new Plans.Shape("id", "NONE");
            var only = List.of(new Chunk(1, Position.START, 10));
            var end = new Position(10, 2, 2);
            return Plans.registerChunks(c, lease, shape, only, end, MINUTE, /* complete= */ true);
        });
    }

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void sendsAChunkAgainThatWasThrottledAndNotTried() throws SQLException {
        assertThat(judge()).isEqualTo(new Verdict.SendAgain(0));

        assertThat(state()).isEqualTo(JobState.LOADING);
        assertThat(TestingPostgres.ask("SELECT sends FROM sluice.chunk")).isEqualTo("2");
    }

    @Test
    void failsTheJobOnceTheChunkWasReallyTriedSoOften() throws SQLException {
        giveBack("out of luck");
        giveBack("out of luck");
        assertThat(judge()).isEqualTo(new Verdict.SendAgain(2));
        giveBack("out of luck again");

        assertThat(judge()).isEqualTo(new Verdict.TriedOut(3, "out of luck again"));

        assertThat(database.inTransaction(c -> Jobs.find(c, job)).orElseThrow().error())
                .isEqualTo(
                        new JobError(
                                ErrorCode.CHUNK_FAILED,
                                "Chunk 1 of the file did not load in 3 tries."));
        assertThat(judge()).isEqualTo(new Verdict.Over());
    }

    @Test
    void countsATryWhoseFunctionWasKilledBeforeItCouldSayAWord() throws SQLException {
        for (int i = 0; i < MOST; i++) {
            lease(OVER);
        }

        List<String> errors = database.inTransaction(c -> Tries.lastErrors(c, job, 10));
        assertThat(errors).containsExactly("chunk 1, 3 tries: no word, killed or frozen");
        assertThat(judge()).isEqualTo(new Verdict.TriedOut(3, null));
    }

    @Test
    void leavesAChunkAloneWhileSomebodyIsAtIt() throws SQLException {
        lease(OVER);
        lease(OVER);
        lease(MINUTE);

        assertThat(judge()).isEqualTo(new Verdict.Held());
        assertThat(state()).isEqualTo(JobState.LOADING);
    }

    @Test
    void hasNothingToDoForAChunkThatIsLoadedOrUnknown() throws SQLException {
        var lease = lease(MINUTE);
        database.inTransaction(c -> Chunks.done(c, lease, new Books(1, 1, 0, 0, 0)));

        assertThat(judge()).isEqualTo(new Verdict.Over());
        assertThat(judge(new Address(job, 2))).isEqualTo(new Verdict.Unknown());
        assertThat(judge(new Address(UUID.randomUUID(), 1))).isEqualTo(new Verdict.Unknown());
    }

    private Verdict judge() throws SQLException {
        return judge(chunk);
    }

    private Verdict judge(Address address) throws SQLException {
        return database.inTransaction(c -> Tries.judge(c, address, MOST));
    }

    private Chunks.Lease lease(Duration time) throws SQLException {
        return database.inTransaction(c -> Chunks.lease(c, chunk, time)).orElseThrow();
    }

    private void giveBack(String why) throws SQLException {
        var lease = lease(MINUTE);
        database.inTransaction(c -> Chunks.release(c, lease, why));
    }

    private JobState state() throws SQLException {
        return database.inTransaction(c -> Jobs.find(c, job)).orElseThrow().state();
    }
}
