package dev.sluice.status;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.job.Job;
import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import dev.sluice.rest.ProblemException;
import dev.sluice.testing.TestingPipeline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;

/// The danger: a record that is cut, missing or comes twice, wherever it stands in the file.
class ExportsTest {
    private static final String REASONS = ",sluice_line,sluice_column,sluice_code,sluice_message\n";

    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final Database loader = pipeline.loader();
    private final String dataset =
            pipeline.dataset(
                    TestingPipeline.unique("d"),
                    "columns: [{name: id, type: bigint}, {name: note, type: text}]\n");

    @AfterEach
    void disconnect() {
        loader.close();
    }

    /// A file in which every record that begins with an x is refused.
    private static String content() {
        var text = new StringBuilder("id,note\r\nx1,first\r\nx2,\"two\r\nlines\"\r\n");
        for (int i = 0; i < 60_000; i++) {
            text.append(i).append(",filler\r\n");
        }
        text.append("x3,").append("long".repeat(100_000)).append("\r\nx4,behind it\r\n");
        for (int i = 0; i < 60_000; i++) {
            text.append(i).append(",filler\r\n");
        }
        return text.append("x5,last without an end").toString();
    }

    private static String expected(String content, List<Reject> rejects) {
        var text = new StringBuilder("id,note" + REASONS);
        for (var reject : rejects) {
            int from = Math.toIntExact(reject.byteOffset());
            int end = content.indexOf(reject.record() == 2 ? "\"\r\n" : "\r\n", from);
            text.append(content, from, end < 0 ? content.length() : end)
                    .append(reject.record() == 2 ? "\"" : "")
                    .append(",%d,id,INVALID_INTEGER,no\n".formatted(reject.line()));
        }
        return text.toString();
    }

    private static List<Reject> rejects(String content) {
        var rejects = new ArrayList<Reject>();
        for (int at = content.indexOf("\nx"); at >= 0; at = content.indexOf("\nx", at + 1)) {
            var number = rejects.size() + 1;
            long line = content.substring(0, at).lines().count() + 1;
            rejects.add(
                    new Reject(
                            number, line, at + 1L, "id", RejectCode.INVALID_INTEGER, "no", "cut"));
        }
        return rejects;
    }

    @ParameterizedTest
    @ValueSource(strings = {"NONE", "GZIP"})
    void givesEveryRecordAsItStandsInTheFile(String compression) throws Exception {
        var content = content();
        var rejects = rejects(content);
        assertThat(rejects).hasSize(5);
        var job = job(compression, content);

        var export = exports(ExportFile.Caps.DEFAULT).export(job, pages(rejects), 0);

        assertThat(export.next()).isNull();
        assertThat(fetch(export)).isEqualTo(expected(content, rejects));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NONE", "GZIP"})
    void goesOnInTheNextFile(String compression) throws Exception {
        var content = content();
        var rejects = rejects(content);
        var job = job(compression, content);
        var exports = exports(new ExportFile.Caps(2, 64L << 20, Duration.ofMinutes(1)));
        var parts = new ArrayList<String>();
        @Nullable Long after = 0L;
        while (after != null) {
            var export = exports.export(job, pages(rejects), after);
            parts.add(fetch(export));
            after = export.next();
        }
        var header = "id,note" + REASONS;
        assertThat(parts).hasSize(3).allMatch(part -> part.startsWith(header));
        assertThat(header + String.join("", parts).replace(header, ""))
                .isEqualTo(expected(content, rejects));
    }

    @Test
    void comesFurtherEvenWithoutTime() throws Exception {
        var content = content();
        var exports = exports(new ExportFile.Caps(100, 64L << 20, Duration.ZERO));

        var plain = exports.export(job("NONE", content), pages(rejects(content)), 0);
        assertThat(plain.next()).isEqualTo(1);
        var problem =
                catchThrowableOfType(
                        ProblemException.class,
                        () -> exports.export(job("GZIP", content), pages(rejects(content)), 0));
        assertThat(problem.answer().status()).isEqualTo(422);
    }

    @Test
    void isMadeOnceForAnAttempt() throws Exception {
        var content = content();
        var job = job("NONE", content);
        var exports = exports(ExportFile.Caps.DEFAULT);
        var _ = exports.export(job, pages(rejects(content)), 0);
        pipeline.s3.putObject(
                it ->
                        it.bucket(TestingPipeline.EXPORTS)
                                .key("%s/%d/0".formatted(job.id(), job.attempt())),
                RequestBody.fromString("kept"));

        assertThat(fetch(exports.export(job, pages(rejects(content)), 0))).isEqualTo("kept");
    }

    @Test
    void leavesOutWhatIsTooLongForARecord() throws Exception {
        var content = "id,note\nx1,a\nx2,b\n";
        var rejects = new ArrayList<>(rejects(content));
        var first = rejects.getFirst();
        rejects.set(
                0, new Reject(1, 2, first.byteOffset(), null, RejectCode.RECORD_TOO_LONG, "l", ""));

        var export =
                exports(ExportFile.Caps.DEFAULT).export(job("NONE", content), pages(rejects), 0);

        assertThat(fetch(export)).isEqualTo("id,note" + REASONS + "x2,b,3,id,INVALID_INTEGER,no\n");
    }

    @Test
    void saysThatTheObjectIsGone() throws Exception {
        var job = job("NONE", "id,note\nx1,a\n");
        pipeline.s3.deleteObject(it ->
                it.bucket(TestingPipeline.BUCKET)
                        .key(job.drop().key())
                        .versionId(job.drop().versionId()));

        var problem =
                catchThrowableOfType(
                        ProblemException.class,
                        () ->
                                exports(ExportFile.Caps.DEFAULT)
                                        .export(job, pages(rejects("id,note\nx1,a\n")), 0));
        assertThat(problem.answer().status()).isEqualTo(410);
    }

    @Test
    void isEmptyForAJobWithoutRejects() throws Exception {
        var export =
                exports(ExportFile.Caps.DEFAULT)
                        .export(job("NONE", "id\n1\n"), pages(List.of()), 0);

        assertThat(fetch(export)).isEmpty();
    }

    private Exports exports(ExportFile.Caps caps) {
        return new Exports(
                () -> pipeline.s3,
                () -> pipeline.presigner,
                TestingPipeline.EXPORTS,
                new Assets(pipeline.assets),
                InstantSource.system(),
                caps);
    }

    private static RejectPages pages(List<Reject> rejects) {
        return (after, limit) ->
                rejects.stream()
                        .filter(it -> it.record() > after)
                        .limit(Math.min(limit, 2))
                        .toList();
    }

    private Job job(String compression, String content) throws SQLException, IOException {
        var bytes = content.getBytes(UTF_8);
        var drop =
                pipeline.put(
                        "t/%s/%s".formatted(dataset, TestingPipeline.unique("f")),
                        compression.equals("GZIP") ? gzip(bytes) : bytes);
        var job = pipeline.job(drop);
        pipeline.run(
                """
                UPDATE sluice.job SET state = 'SUCCEEDED_WITH_REJECTS', planned = true, finished_at = now(),
                    dataset = '%s', compression = '%s' WHERE number = %d
                """
                        .formatted(dataset, compression, job.number()));
        return loader.inTransaction(c -> Jobs.find(c, job.id()).orElseThrow());
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static String fetch(Exports.Export export) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create(export.url()))
                            .timeout(Duration.ofSeconds(60))
                            .build();
            var answer = http.send(request, BodyHandlers.ofString(UTF_8));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return answer.body();
        }
    }
}
