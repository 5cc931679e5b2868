package dev.sluice.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.stack.Database;
import dev.sluice.cli.stack.Inbox;
import dev.sluice.cli.stack.InboxKey;
import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.JobState;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.testing.UpProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Twelve files load in many chunks while function processes are killed at random; then everything
/// is killed, and started again on what is left on disk. The danger: a row twice, a row lost, books
/// that do not balance, a job that never ends.
@Tag("long")
@Tag("crash")
final class CrashTest {
    private static final int FILES = 12;
    private static final int ROWS = 50_000;
    private static final long ALL_ROWS = (long) FILES * ROWS;
    private static final Duration LOADING_LIMIT = Duration.ofMinutes(10);
    private static final Duration STUCK_AFTER = Duration.ofMinutes(5);
    private static final String FUNCTION =
            "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
    private static final String DATASET =
            """
            dataset: crash
            table: crash
            columns:
              - {name: file, type: integer, required: true}
              - {name: row, type: integer, required: true}
              - {name: word, type: text}
            """;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<String> versions = new ArrayList<>();

    @Test
    void loadsEveryRowOnceWhateverIsKilled(@TempDir Path folder) throws Exception {
        say("seed " + seed + " (-Dseed=" + seed + " takes the same victims)");
        var settings = settings(folder);
        var first = UpProcess.start(settings);
        var killed = killWhileLoading(first, folder);
        say("killing everything: the stack, its functions, its database");
        var victims = first.children();
        assertThat(victims).as("functions").anyMatch(CrashTest::isFunction);
        assertThat(victims).as("database").anyMatch(CrashTest::isDatabase);
        first.kill();
        say(killed + " functions were killed before");

        var again = Instant.now();
        try (var second = UpProcess.start(settings)) {
            say("up again after " + Duration.between(again, Instant.now()).toMillis() + " ms");
            var jobs = awaitEnds(second);
            say("all ended after " + Duration.between(again, Instant.now()).toSeconds() + " s");
            checkJobs(jobs);
            checkRows(Database.of(second.endpoints()));
        }
    }

    private static UpProcess.Settings settings(Path folder) throws IOException {
        var assets = folder.resolve("assets");
        Files.createDirectories(assets.resolve("lookups"));
        var datasets = Files.createDirectories(assets.resolve("datasets"));
        Files.writeString(datasets.resolve("crash.yaml"), DATASET);
        var home = Path.of("..").toAbsolutePath().normalize();
        return new UpProcess.Settings(
                home, folder.resolve("data"), assets, Map.of("ChunkBytes", "262144"));
    }

    /// Drops the files, kills functions as the rows come in, and leaves off half-way.
    private int killWhileLoading(UpProcess up, Path folder) throws IOException, SQLException {
        try (var inbox = Inbox.of(up.endpoints())) {
            for (var file = 1; file <= FILES; file++) {
                versions.add(inbox.put(write(folder, file), key(file), Map.of(), _ -> {}));
            }
        }
        return killWhileLoading(up, Database.of(up.endpoints()));
    }

    private static String key(int file) {
        return new InboxKey("demo", "crash", "file " + file + ".csv").text();
    }

    private static Path write(Path folder, int file) throws IOException {
        var path = folder.resolve("file-" + file + ".csv");
        try (var out = Files.newBufferedWriter(path, UTF_8)) {
            out.write("file,row,word\n");
            for (var row = 1; row <= ROWS; row++) {
                out.write(file + "," + row + ",\"a \"\"word\"\" of row\n" + row + ", naïve\"\n");
            }
        }
        return path;
    }

    private int killWhileLoading(UpProcess up, Database database) throws SQLException {
        var deadline = Instant.now().plus(LOADING_LIMIT);
        var killed = 0;
        var rows = 0L;
        while (rows < ALL_ROWS / 2) {
            assertThat(Instant.now()).as("half of the rows are loaded").isBefore(deadline);
            rows = awaitMoreRows(database, rows);
            killed += killOne(up);
        }
        assertThat(rows).as("killed while it loads").isLessThan(ALL_ROWS);
        assertThat(killed).isGreaterThan(3);
        return killed;
    }

    /// Returns when more rows are there, or after a while without: then it is killed all the more.
    private static long awaitMoreRows(Database database, long seen) throws SQLException {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            for (var look = 0; look < 10; look++) {
                try (var result =
                        statement.executeQuery("SELECT count(*), pg_sleep(0.3) FROM crash")) {
                    result.next();
                    if (result.getLong(1) > seen) return result.getLong(1);
                }
            }
        }
        return seen;
    }

    private int killOne(UpProcess up) {
        var functions = up.children().stream().filter(CrashTest::isFunction).toList();
        if (functions.isEmpty()) return 0;
        return functions.get(random.nextInt(functions.size())).destroyForcibly() ? 1 : 0;
    }

    private static boolean isFunction(ProcessHandle process) {
        return hasArgument(process, FUNCTION);
    }

    private static boolean isDatabase(ProcessHandle process) {
        return hasArgument(process, "-D");
    }

    private static boolean hasArgument(ProcessHandle process, String wanted) {
        return process.info()
                .arguments()
                .map(arguments -> List.of(arguments).contains(wanted))
                .orElse(false);
    }

    private List<Job> awaitEnds(UpProcess up) throws IOException, InterruptedException {
        var deadline = Instant.now().plus(STUCK_AFTER);
        try (var jobs = Jobs.of(up.endpoints())) {
            for (var file = 1; file <= FILES; file++) {
                var left = Duration.between(Instant.now(), deadline);
                var job = jobs.await(key(file), versions.get(file - 1), left).orElseThrow();
                left = Duration.between(Instant.now(), deadline);
                var last = jobs.awaitUntil(job.id(), left, seen -> seen.state().isEnd());
                assertThat(last.state().isEnd()).as("not stuck: %s", last).isTrue();
            }
            return jobs.list(Jobs.Filter.ANY, 1000);
        }
    }

    private static void checkJobs(List<Job> jobs) {
        assertThat(jobs).hasSize(FILES);
        for (var job : jobs) {
            assertThat(job.state()).as("%s", job).isEqualTo(JobState.SUCCEEDED);
            assertThat(job.rows()).isEqualTo(new Job.Rows(ROWS, ROWS, 0, 0, 0));
            assertThat(job.progress().chunksDone()).isEqualTo(job.progress().chunks());
            assertThat(job.progress().chunks()).isGreaterThan(5);
        }
    }

    private static void checkRows(Database database) throws SQLException {
        assertThat(database.countRows("crash")).isEqualTo(ALL_ROWS);
        assertThat(database.number("SELECT count(DISTINCT (_job, _record)) FROM crash"))
                .isEqualTo(ALL_ROWS);
        assertThat(database.number("SELECT count(DISTINCT (file, row)) FROM crash"))
                .isEqualTo(ALL_ROWS);
        assertThat(database.number("SELECT count(*) FROM crash WHERE row <> _record")).isZero();
        assertThat(database.number("SELECT count(*) FROM sluice.chunk WHERE state <> 'DONE'"))
                .isZero();
        assertThat(
                        database.number(
                                """
                                SELECT count(*) FROM pg_stat_activity
                                WHERE state LIKE 'idle in transaction%'
                                """))
                .isZero();
    }

    @SuppressWarnings("SystemOut")
    private static void say(String text) {
        System.out.println("crash test: " + text);
    }
}
