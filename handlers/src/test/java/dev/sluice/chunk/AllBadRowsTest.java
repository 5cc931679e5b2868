package dev.sluice.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Chunks.Address;
import dev.sluice.intake.TestingIntake;
import dev.sluice.job.Books;
import dev.sluice.job.Drop;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Inbox;
import dev.sluice.migrate.TestingApply;
import dev.sluice.rows.Lookups;
import dev.sluice.testing.TestingPipeline;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The danger: a file that the database refuses row by row, and that never comes to an end. Prints
/// the times that decisions/ quotes.
@Tag("bad")
@Tag("long")
class AllBadRowsTest {
    private static final int ROWS = 200_000;

    private final TestingPipeline pipeline = TestingPipeline.shared();

    @ParameterizedTest
    @CsvSource({
        "direct, '', false",
        "direct, '', i % 1000 <> 0",
        "direct, '', i % 2 <> 0",
        "staged, 'maxRejectRatio: 1', false",
        "staged, 'maxRejectRatio: 1', i % 1000 <> 0",
        "staged, 'key: [id]\\nmode: upsert', false",
        "staged, 'key: [id]\\nmode: upsert', i % 1000 <> 0",
        "staged, 'key: [id]\\nmode: upsert', i % 2 <> 0",
        "staged, 'key: [id]\\nmode: skip-duplicates', false",
        "staged, 'key: [id]\\nmode: skip-duplicates', i % 1000 <> 0",
        "staged, 'key: [id]\\nmode: skip-duplicates', i % 2 <> 0"
    })
    void endsWithinOneInvocation(String road, String settings, String good) throws Exception {
        var dataset =
                pipeline.dataset(
                        TestingPipeline.unique("bad"),
                        """
                        columns:
                          - {name: id, type: bigint}
                          - {name: name, type: text}
                        %s
                        """
                                .formatted(settings.replace("\\n", "\n")));
        TestingApply.apply(pipeline, dataset);
        pipeline.run("ALTER TABLE %s ADD CHECK (%s)".formatted(dataset, good.replace("i", "id")));
        var drop =
                pipeline.put(
                        "demo/" + dataset + "/a.csv",
                        IntStream.rangeClosed(1, ROWS)
                                .mapToObj(i -> i + ",name " + i)
                                .collect(Collectors.joining("\n", "id,name\n", "\n"))
                                .getBytes(StandardCharsets.UTF_8));
        try (var intake = new TestingIntake(pipeline, 16 << 20)) {
            intake.take(drop);
        }

        long start = System.nanoTime();
        load(drop);
        long millis = (System.nanoTime() - start) / 1_000_000;

        var books = pipeline.job(drop).books();
        System.out.printf(
                "%s %s good %s: %d rejects of %d rows in %d ms%n",
                road, settings.replace("\n", " "), good, books.rejected(), books.read(), millis);
        assertThat(books).matches(Books::balanced).returns((long) ROWS, Books::read);
        assertThat(pipeline.job(drop).road()).isEqualTo(road);
        assertThat(pipeline.job(drop).state().ended()).isTrue();
    }

    private void load(Drop drop) throws Exception {
        var assets = new Assets(pipeline.assets);
        try (var database = pipeline.patientLoader()) {
            var load =
                    new Load(
                            database,
                            new Inbox(pipeline.s3),
                            new Lookups(assets),
                            assets,
                            _ -> {},
                            new ChunkMessages(pipeline.sqs, pipeline.queueUrl));
            load.load(new Address(pipeline.job(drop).id(), 1), Deadline.in(Duration.ofMinutes(2)));
        }
    }
}
