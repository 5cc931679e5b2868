package dev.sluice.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Chunks.Address;
import dev.sluice.db.Database;
import dev.sluice.intake.TestingIntake;
import dev.sluice.job.Books;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobError;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Inbox;
import dev.sluice.migrate.TestingApply;
import dev.sluice.rows.Lookups;
import dev.sluice.testing.TestingPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The danger: a dataset file or a lookup changes while a job is under way, and its chunks are read
/// by different rules.
class PinnedAssetsTest {
    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final Database database = pipeline.loader();
    // one of each, as an execution environment has: what it remembers must not mix versions
    private final Load load = load();
    private String dataset = "";

    @BeforeEach
    void makeTwoVersions() throws Exception {
        dataset = TestingPipeline.unique("pinned");
        version("one", "", "word\na\n");
        version("two", ", min: 1000", "word\nb\n");
        switchTo("one");
        TestingApply.apply(pipeline, dataset);
    }

    @AfterEach
    void leaveNoVersion() throws IOException {
        database.close();
        Files.deleteIfExists(pipeline.assets.resolve("current"));
    }

    @Test
    void readsEveryChunkByTheVersionThatTheJobBeganWith() throws Exception {
        var first = drop("first.csv");
        assertThat(pipeline.job(first).assetsVersion()).isEqualTo("one");
        deliver(first, 1, 1);

        switchTo("two");
        var second = drop("second.csv");
        deliver(second, 1, 1);
        deliver(first, 2, pipeline.job(first).chunks());
        deliver(second, 2, pipeline.job(second).chunks());

        assertThat(pipeline.job(first).chunks()).isGreaterThan(3);
        assertThat(pipeline.job(first).books()).isEqualTo(new Books(60, 60, 0, 0, 0));
        assertThat(pipeline.job(second).assetsVersion()).isEqualTo("two");
        assertThat(pipeline.job(second).books()).isEqualTo(new Books(60, 0, 60, 0, 0));
    }

    @Test
    void failsAJobWhoseVersionIsGone() throws Exception {
        var drop = drop("late.csv");
        switchTo("two");
        Files.move(
                pipeline.assets.resolve("versions/one"),
                pipeline.assets.resolve("versions/" + dataset));

        deliver(drop, 1, 1);

        assertThat(pipeline.job(drop).error())
                .isEqualTo(
                        new JobError(
                                ErrorCode.INVALID_DATASET,
                                "Version one of the assets, with which the job began, is no longer there."));
    }

    private Drop drop(String name) throws Exception {
        var rows =
                IntStream.rangeClosed(1, 60)
                        .mapToObj(i -> i + ",a\n")
                        .collect(Collectors.joining("", "id,word\n", ""));
        var drop = pipeline.put("demo/" + dataset + "/" + name, rows);
        try (var intake = new TestingIntake(pipeline, 60)) {
            intake.take(drop);
        }
        return drop;
    }

    private void deliver(Drop drop, int from, int to) throws Exception {
        var job = pipeline.job(drop);
        for (int chunk = from; chunk <= to; chunk++) {
            assertThat(load.load(new Address(job.id(), chunk), Deadline.in(Duration.ofMinutes(2))))
                    .isTrue();
        }
    }

    private Load load() {
        var assets = new Assets(pipeline.assets);
        return new Load(
                database,
                new Inbox(pipeline.s3),
                new Lookups(assets),
                assets,
                _ -> {},
                new ChunkMessages(pipeline.sqs, pipeline.queueUrl));
    }

    private void version(String id, String rule, String words) throws IOException {
        var folder = pipeline.assets.resolve("versions").resolve(id);
        Files.createDirectories(folder.resolve("datasets"));
        Files.createDirectories(folder.resolve("lookups"));
        Files.writeString(
                folder.resolve("datasets/" + dataset + ".yaml"),
                """
                dataset: %s
                table: %s
                columns: [{name: id, type: bigint%s}, {name: word, type: text, lookup: words.word}]
                """
                        .formatted(dataset, dataset, rule));
        Files.writeString(folder.resolve("lookups/words.csv"), words);
    }

    private void switchTo(String id) throws IOException {
        var current = pipeline.assets.resolve("current");
        Files.deleteIfExists(current);
        Files.createSymbolicLink(current, Path.of("versions", id));
    }
}
