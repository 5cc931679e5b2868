package dev.sluice.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Chunks.Address;
import dev.sluice.db.Database;
import dev.sluice.intake.TestingIntake;
import dev.sluice.job.Books;
import dev.sluice.job.Drop;
import dev.sluice.job.Job;
import dev.sluice.job.JobState;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Inbox;
import dev.sluice.local.proxy.Proxy;
import dev.sluice.local.proxy.ProxyFigures;
import dev.sluice.migrate.TestingApply;
import dev.sluice.rows.Lookups;
import dev.sluice.testing.TestingPipeline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Many more Loads at once than database connections. The danger: a statement that pins, a
/// connection too many, or one that never comes back.
final class ConcurrentLoadsTest {
    private static final int LOADS = 32;
    private static final int CONNECTIONS = 8;
    private static final int ROWS = 64_000;
    private static final Duration TIME = Duration.ofMinutes(2);

    private final TestingPipeline pipeline = TestingPipeline.shared();

    @Test
    void shareFewDatabaseConnectionsWithoutAPin() throws Exception {
        var dataset =
                pipeline.dataset(
                        TestingPipeline.unique("many"),
                        """
                        columns:
                          - {name: id, type: bigint, required: true}
                          - {name: name, type: text}
                        key: [id]
                        """);
        TestingApply.apply(pipeline, dataset);
        var drop = pipeline.put("demo/%s/many.csv".formatted(dataset), csv());
        try (var intake = new TestingIntake(pipeline, 12_000)) {
            intake.take(drop);
        }
        var job = pipeline.job(drop);
        assertThat(job.chunks()).isGreaterThan(2 * LOADS);

        var figures = loadAtOnce(job);

        System.out.println(LOADS + " Loads at once, " + job.chunks() + " chunks: " + figures);
        assertThat(pipeline.job(drop).books()).isEqualTo(new Books(ROWS, ROWS - 1, 1, 0, 0));
        assertThat(pipeline.state(drop)).isEqualTo(JobState.SUCCEEDED_WITH_REJECTS);
        assertThat(figures.pins()).isEmpty();
        assertThat(figures.mostServers()).isEqualTo(CONNECTIONS);
        assertThat(figures.timeouts()).isZero();
        assertThat(figures.borrowed()).isZero();
    }

    /// The figures when all is done and every Load has gone.
    private ProxyFigures loadAtOnce(Job job) throws Exception {
        try (var proxy = Proxy.start(pipeline.proxySettings(CONNECTIONS));
                var threads = Executors.newFixedThreadPool(LOADS)) {
            var start = new CyclicBarrier(LOADS);
            var loads = new ArrayList<Callable<Boolean>>();
            for (int load = 0; load < LOADS; load++) {
                int first = load + 1;
                loads.add(() -> load(job, first, proxy.port(), start));
            }
            for (var each : threads.invokeAll(loads, TIME.toSeconds(), TimeUnit.SECONDS)) {
                assertThat(each.get()).isTrue();
            }
            return atRest(proxy);
        }
    }

    /// One execution environment: every 32nd chunk, and each of them twice.
    private boolean load(Job job, int first, int port, CyclicBarrier start) throws Exception {
        var settings = pipeline.settings("sluice_loader", port);
        try (var database = new Database(settings, InstantSource.system())) {
            var assets = new Assets(pipeline.assets);
            var load =
                    new Load(
                            database,
                            new Inbox(pipeline.s3),
                            new Lookups(assets),
                            assets,
                            ConcurrentLoadsTest::ignore,
                            new ChunkMessages(pipeline.sqs, pipeline.queueUrl));
            start.await(TIME.toSeconds(), TimeUnit.SECONDS);
            boolean all = true;
            for (int chunk = first; chunk <= job.chunks(); chunk += LOADS) {
                var address = new Address(job.id(), chunk);
                all &= load.load(address, Deadline.in(TIME, System::nanoTime));
                all &= load.load(address, Deadline.in(TIME, System::nanoTime));
            }
            return all;
        }
    }

    private static void ignore(Drop next) {
        // no other drop of this key
    }

    private static ProxyFigures atRest(Proxy proxy) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        var figures = proxy.figures();
        // each side of a session ends in a thread of its own
        while (figures.clients() + figures.borrowed() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(5);
            figures = proxy.figures();
        }
        assertThat(figures.clients()).isZero();
        return figures;
    }

    /// Its last row repeats the key of the first.
    private static String csv() {
        return IntStream.rangeClosed(1, ROWS)
                .mapToObj(row -> (row == ROWS ? 1 : row) + ",name " + row + "\n")
                .collect(Collectors.joining("", "id,name\n", ""));
    }
}
