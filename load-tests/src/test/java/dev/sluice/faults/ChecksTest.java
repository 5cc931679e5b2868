package dev.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.stack.Jobs;
import dev.sluice.faults.Checks.Drop;
import dev.sluice.faults.Ledger.JobRow;
import dev.sluice.local.proxy.Pin;
import dev.sluice.local.proxy.ProxyFigures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Each check is shown what it is there for, once: a harness that finds nothing may be one that
/// looks at nothing.
@Tag("long")
@Tag("faults")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ChecksTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private TestedStack stack;
    private Ledger ledger;
    private Jobs mine;
    private Jobs foreign;
    private Drop drop;
    private JobRow job;
    private int files;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        stack = TestedStack.start(Path.of("..").toAbsolutePath().normalize(), folder);
        ledger = new Ledger(stack.database());
        ledger.watch();
        mine = stack.jobs(TestedStack.TENANT);
        foreign = stack.jobs("other");
    }

    @AfterAll
    void stop() throws Exception {
        foreign.close();
        mine.close();
        stack.close();
    }

    @BeforeEach
    void loadAFile() throws Exception {
        files++;
        var file =
                TestedFile.make(
                        Target.DIRECT,
                        "check " + files + ".csv",
                        files,
                        new TestedFile.Recipe(400, 10, false, false),
                        new Random(files));
        drop = new Drop(file, stack.drop(file), null, Set.of(), /* duplicate= */ false);
        var found = mine.await(file.key(), drop.version(), LIMIT).orElseThrow();
        assertThat(mine.awaitUntil(found.id(), LIMIT, it -> it.state().isEnd()).state().isEnd())
                .isTrue();
        job = ledger.jobs(file.key(), drop.version()).getFirst();
        assertThat(findings()).as("before").isEmpty();
    }

    private List<String> findings() throws Exception {
        return findings(drop);
    }

    private List<String> findings(Drop of) throws Exception {
        var checks = new Checks(ledger);
        checks.drop(of, List.of());
        checks.api(List.of(of), mine, foreign);
        return checks.findings();
    }

    private void execute(String sql) throws Exception {
        assertThat(ledger.execute(sql.formatted(job.number(), job.id()))).isPositive();
    }

    @Test
    void seesALostRow() throws Exception {
        execute(
                "DELETE FROM faults_direct WHERE ctid = (SELECT min(ctid) FROM faults_direct WHERE _job = %d)");
        assertThat(findings()).anyMatch(it -> it.startsWith("I1 1 rows"));
    }

    @Test
    void seesARowTwice() throws Exception {
        execute(
                "INSERT INTO faults_direct SELECT * FROM faults_direct WHERE _job = %d ORDER BY _record LIMIT 1");
        assertThat(findings()).anyMatch(it -> it.startsWith("I1 row") && it.endsWith("twice"));
    }

    @Test
    void seesAValueThatIsAnother() throws Exception {
        execute(
                "UPDATE faults_direct SET word = 'another' WHERE _job = %d AND _record % 7 = 0"
                        .replace("% 7", "%% 7"));
        assertThat(findings()).anyMatch(it -> it.startsWith("I1 row"));
    }

    @Test
    void seesRowsOfNobody() throws Exception {
        long rows = ledger.rows();
        ledger.execute("INSERT INTO faults_direct (file, id, _job, _record) VALUES (1, 1, -1, 1)");
        assertThat(rest(rows, List.of())).anyMatch(it -> it.startsWith("I1 the table has"));
        ledger.execute("DELETE FROM faults_direct WHERE _job = -1");
        assertThat(rest(rows, List.of())).isEmpty();
    }

    private List<String> rest(long rows, List<String> temporary) throws Exception {
        return rest(rows, stack.local().databaseProxy().orElseThrow(), temporary);
    }

    private List<String> rest(long rows, ProxyFigures proxy, List<String> temporary)
            throws Exception {
        var checks = new Checks(ledger);
        checks.rest(rows, proxy, stack.environments().size(), temporary);
        return checks.findings();
    }

    @Test
    void seesBooksThatAreNotThoseOfTheChunks() throws Exception {
        execute(
                "UPDATE sluice.job SET rows_read = rows_read - 1, rows_loaded = rows_loaded - 1 WHERE number = %d");
        assertThat(findings()).anyMatch(it -> it.startsWith("I2 the books of job"));
    }

    @Test
    void seesALostReject() throws Exception {
        execute(
                "DELETE FROM sluice.reject WHERE job_id = '%2$s' AND record = (SELECT min(record) FROM sluice.reject WHERE job_id = '%2$s')");
        assertThat(findings()).anyMatch(it -> it.startsWith("I2 job"));
    }

    @Test
    void seesAChunkThatWasDoneTwice() throws Exception {
        execute(
                """
                INSERT INTO watched.change (job_id, chunk, before, after, fence_before, fence_after)
                VALUES ('%2$s', 1, 'LEASED', 'DONE', 1, 1)
                """);
        assertThat(findings()).anyMatch(it -> it.startsWith("I3") && it.endsWith("done 2 times"));
    }

    @Test
    void seesAFenceThatFell() throws Exception {
        execute("UPDATE sluice.chunk SET fence = 0 WHERE job_id = '%2$s' AND number = 1");
        assertThat(findings()).anyMatch(it -> it.startsWith("I3 the fence"));
    }

    @Test
    void seesAChunkThatWasNotLoaded() throws Exception {
        execute("UPDATE sluice.chunk SET state = 'WAITING' WHERE job_id = '%2$s' AND number = 1");
        assertThat(findings()).anyMatch(it -> it.startsWith("I3 job"));
    }

    @Test
    void seesAJobThatDoesNotEnd() throws Exception {
        execute("UPDATE sluice.job SET state = 'LOADING' WHERE number = %d");
        assertThat(findings())
                .anyMatch(it -> it.startsWith("I4 job") && it.endsWith("is LOADING"))
                .anyMatch(it -> it.startsWith("I4 job") && it.contains("REJECTS>LOADING"));
    }

    @Test
    void seesAJobThatFailedForNoReason() throws Exception {
        execute(
                "UPDATE sluice.job SET state = 'FAILED', error_code = 'CHUNK_FAILED' WHERE number = %d");
        assertThat(findings()).anyMatch(it -> it.startsWith("I4 job") && it.contains("failed"));
    }

    @Test
    void seesADropWithoutAJob() throws Exception {
        assertThat(findings(new Drop(drop.file(), "no such version", null, Set.of(), false)))
                .anyMatch(it -> it.startsWith("I4 0 jobs"));
    }

    @Test
    void seesACancelThatNobodyAskedFor() throws Exception {
        execute("UPDATE sluice.job SET state = 'CANCELLED' WHERE number = %d");
        assertThat(findings()).anyMatch(it -> it.endsWith("was cancelled by nobody"));
    }

    @Test
    void seesAnUploadThatAnotherJobTookThanWasPromised() throws Exception {
        var promised = new Drop(drop.file(), drop.version(), UUID.randomUUID(), Set.of(), false);
        assertThat(findings(promised)).anyMatch(it -> it.endsWith("was promised"));
    }

    @Test
    void seesTwoJobsThatLoadedTheSame() throws Exception {
        var twin = new Drop(drop.file(), drop.version(), null, Set.of(), /* duplicate= */ true);
        var checks = new Checks(ledger);
        checks.twins(List.of(twin, twin));
        assertThat(checks.findings()).anyMatch(it -> it.startsWith("I1 of 2 drops"));
    }

    @Test
    void seesRowsLeftInAStagingTable() throws Exception {
        long rows = ledger.rows();
        ledger.execute(
                "INSERT INTO sluice_stage.faults_limited (file, id, _job, _record) VALUES (1, 1, -1, 1)");
        assertThat(rest(rows, List.of())).anyMatch(it -> it.startsWith("I6 1 rows are left"));
        ledger.execute("DELETE FROM sluice_stage.faults_limited WHERE _job = -1");
    }

    @Test
    void seesARowOfAFailedJobThatShouldBeSeenWholeOrNotAtAll() throws Exception {
        var file =
                TestedFile.make(
                        Target.LIMITED,
                        "too bad " + files + ".csv",
                        files,
                        new TestedFile.Recipe(300, 60, false, false),
                        new Random(files));
        var failed = new Drop(file, stack.drop(file), null, Set.of(), /* duplicate= */ false);
        var found = mine.await(file.key(), failed.version(), LIMIT).orElseThrow();
        var end = mine.awaitUntil(found.id(), LIMIT, it -> it.state().isEnd());
        assertThat(findings(failed)).isEmpty();
        ledger.execute(
                "INSERT INTO faults_limited (file, id, _job, _record) VALUES (1, 1, %d, 1)"
                        .formatted(end.number()));
        assertThat(findings(failed)).anyMatch(it -> it.startsWith("I1 1 rows of job"));
    }

    @Test
    void seesASessionAndALockThatWereLeftBehind() throws Exception {
        long rows = ledger.rows();
        var url = "jdbc:postgresql://127.0.0.1:" + stack.database().getPort() + "/sluice";
        try (var left = DriverManager.getConnection(url, "sluice_loader", "");
                var statement = left.createStatement()) {
            left.setAutoCommit(false);
            statement.execute("LOCK TABLE sluice.walk IN ROW EXCLUSIVE MODE");
            assertThat(rest(rows, List.of()))
                    .anyMatch(it -> it.startsWith("I6 1 transactions"))
                    .anyMatch(it -> it.startsWith("I6") && it.endsWith("locks are held"));
        }
    }

    @Test
    void seesAPinAndClientsOfNobody() throws Exception {
        var pin = new Pin(Instant.EPOCH, "sluice_loader", "load", "SET", "SET x = 1");
        int clients = stack.environments().size() + 1;
        var figures =
                new ProxyFigures(
                        clients, clients, 1, 1, 0, 0, Duration.ZERO, 0, 0, 0, List.of(pin), 1);
        assertThat(rest(ledger.rows(), figures, List.of()))
                .anyMatch(it -> it.startsWith("I7 pins"))
                .anyMatch(it -> it.startsWith("I6") && it.contains("sessions"));
    }

    @Test
    void seesAFileLeftInTmp() throws Exception {
        var environment = stack.environments().getFirst();
        var left = Path.of("/proc", Long.toString(environment.pid()), "root/tmp/left");
        Files.writeString(left, "behind");
        try {
            assertThat(stack.leftInTmp()).containsExactly(environment.logicalId() + ": left");
        } finally {
            Files.delete(left);
        }
        assertThat(stack.leftInTmp()).isEmpty();
    }

    @Test
    void seesAnotherTenantsJob() throws Exception {
        var checks = new Checks(ledger);
        checks.api(List.of(drop), mine, /* foreign= */ mine);
        assertThat(checks.findings()).anyMatch(it -> it.startsWith("I8 another tenant"));
    }

    @Test
    void seesAnApiThatTellsSomethingElse() throws Exception {
        var told = new Checks(ledger);
        told.told(mine.get(job.id().toString()), job.loaded() - 1);
        assertThat(told.findings()).anyMatch(it -> it.startsWith("I8 the API told"));
    }

    @Test
    void seesAFileThatIsReadAgainAndAgain() throws Exception {
        var checks = new Checks(ledger);
        checks.bytesRead(List.of(drop), 50L * drop.file().content().length + 400_000);
        assertThat(checks.findings()).anyMatch(it -> it.startsWith("I9"));
    }
}
