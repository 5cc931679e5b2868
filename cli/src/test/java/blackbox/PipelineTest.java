package blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.stack.AssetsBucket;
import dev.sluice.cli.stack.Functions;
import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.JobState;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.stack.Json;
import dev.sluice.cli.stack.Migration;
import dev.sluice.cli.stack.Reject;
import dev.sluice.cli.stack.Uploads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The whole road of a file on real parts: S3, the functions as processes, SQS, PostgreSQL, REST.
/// The danger: every part is right and what was dropped is still not what is in the table.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PipelineTest {
    private static final String THINGS =
            """
            dataset: things
            table: things
            columns:
              - {name: id, type: bigint, required: true}
              - {name: name, type: text, maxLength: 10}
              - {name: amount, type: "numeric(8,2)"}
            """;

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private Stack stack;

    @BeforeAll
    void startEverything(@TempDir Path folder) throws Exception {
        var assets = folder.resolve("assets");
        copy(Path.of("../assets"), assets);
        Files.writeString(assets.resolve("datasets/things.yaml"), THINGS);
        stack = Stack.start(folder, assets);
    }

    @AfterAll
    void stopEverything() throws Exception {
        stack.close();
    }

    @Test
    void loadsEveryRowOfAGoodFile() throws Exception {
        var job = stack.load("navaids", "navaids.csv", sample("navaids.csv"));
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        assertBooks(job, 11_008, 11_008, 0);
        assertThat(job.progress().chunksDone()).isGreaterThan(4);
        assertThat(rowsOf("navaids", job)).isEqualTo(11_008);
        assertThat(number("count(DISTINCT _record)", "navaids", job)).isEqualTo(11_008);
        assertThat(text("SELECT name FROM navaids WHERE id = 85050")).isEqualTo("Williams Harbour");
    }

    @Test
    void namesEveryBadRowAndLoadsTheRest() throws Exception {
        var job = stack.load("navaids", "damaged.csv", sample("navaids-damaged.csv"));
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED_WITH_REJECTS);
        var rejects = stack.jobs().rejects(job.id(), 1000);
        var expected =
                new String(sample("navaids-damaged.rejects.csv"), UTF_8).lines().skip(1).toList();
        assertThat(rejects).extracting(PipelineTest::place).isEqualTo(expected);
        assertThat(rejects).allMatch(reject -> reject.raw() != null && !reject.message().isEmpty());
        assertThat(job.firstRejects()).hasSize(10);
        assertThat(rowsOf("navaids", job)).isEqualTo(59 - rejects.size());
        assertBooks(job, 59, 59 - rejects.size(), rejects.size());
    }

    private static String place(Reject reject) {
        var column = reject.column();
        return reject.line() + "," + reject.code() + "," + (column == null ? "" : column);
    }

    @Test
    void loadsGzipOfSeveralMembers() throws Exception {
        var members = new ByteArrayOutputStream();
        members.writeBytes(gzip("id,name,amount\n1,a,1.5\n2,"));
        members.writeBytes(gzip("b,\n3,c,-7\n"));
        var job = stack.load("things", "members.csv.gz", members.toByteArray());
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(things(job)).isEqualTo("1 a 1.50, 2 b -, 3 c -7.00");
    }

    @Test
    void failsADamagedGzipInPlainWords() throws Exception {
        var whole = gzip("id,name\n" + "1,a\n".repeat(5000));
        var job = stack.load("things", "cut.gz", Arrays.copyOf(whole, whole.length - 9));
        assertFailed(job, "CORRUPT_GZIP");
        assertThat(rowsOf("things", job)).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bom        | \uFEFFid,name\\n1,a\\n2,b\\n",
                "crlf       | id,name\\r\\n1,a\\r\\n2,b\\r\\n",
                "mixed      | id,name\\n1,a\\r\\n2,b\\n",
                "no end     | id,name\\n1,a\\n2,b",
                "blank line | id,name\\n1,a\\n2,b\\n\\n",
                "order      | name,other,id\\na,x,1\\nb,y,2\\n",
                "quoted     | \"id\",\"name\"\\n1,\"a\"\\n\"2\",b\\n",
            })
    void takesWhatFilesLookLikeInTheWild(String name, String content) throws Exception {
        var bytes = content.replace("\\r", "\r").replace("\\n", "\n").getBytes(UTF_8);
        var job = stack.load("things", name + ".csv", bytes);
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(things(job)).isEqualTo("1 a -, 2 b -");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "id,name\n", "\uFEFF"})
    void succeedsWithNoRowsWhereThereAreNone(String content) throws Exception {
        var name = "empty " + content.length() + content.hashCode() + ".csv";
        var job = stack.load("things", name, content.getBytes(UTF_8));
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        assertBooks(job, 0, 0, 0);
        assertThat(job.finishedAt()).isNotNull();
    }

    @Test
    void reportsTheSameContentUnderTheSameKeyAsDuplicate() throws Exception {
        var content = "id,name\n1,once\n".getBytes(UTF_8);
        var first = stack.load("things", "again.csv", content);
        var second = stack.load("things", "again.csv", content);
        assertThat(second.state()).isEqualTo(JobState.DUPLICATE);
        assertThat(second.duplicateOf()).isEqualTo(first.id());
        var changed = stack.load("things", "again.csv", "id,name\n1,twice\n".getBytes(UTF_8));
        assertThat(changed.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(stack.database().number("SELECT count(*) FROM things WHERE name = 'once'"))
                .isEqualTo(1);
    }

    @Test
    void splitsALargeFileAndLoadsEveryRecordUnderItsNumber() throws Exception {
        var rows =
                IntStream.rangeClosed(1, 60_000)
                        .mapToObj(i -> i + ",\"n\n" + i % 1000 + "\"," + i % 7 + ".25")
                        .collect(Collectors.joining("\n", "id,name,amount\n", "\n"));
        var job = stack.load("things", "large.csv", rows.getBytes(UTF_8));
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(job.progress().chunks()).isGreaterThan(3);
        assertThat(number("count(*) FILTER (WHERE id = _record)", "things", job)).isEqualTo(60_000);
        assertThat(number("count(DISTINCT id)", "things", job)).isEqualTo(60_000);
    }

    @Test
    void failsADropOfAnUnknownDataset() throws Exception {
        assertFailed(stack.load("nobody", "x.csv", "id\n1\n".getBytes(UTF_8)), "UNKNOWN_DATASET");
    }

    @ParameterizedTest
    @CsvSource({
        "'name,amount', MISSING_COLUMN, id",
        "'id,name,id', INVALID_HEADER, id",
    })
    void failsAHeaderThatDoesNotDo(String header, String code, String column) throws Exception {
        var job = stack.load("things", code + ".csv", (header + "\n1,2,3\n").getBytes(UTF_8));
        assertFailed(job, code);
        assertThat(job.failure().message()).contains(column);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b.csv",
                "a+b.csv",
                "a%20b%.csv",
                "näïve 東京 🛩.csv",
                "..",
                "../../../etc/passwd",
                "a//b/./c/../d.csv",
                "a&b=c?d#e;f.csv",
                "'\"<>\\.csv",
            })
    void takesAnyNameForAName(String name) throws Exception {
        var job = stack.load("things", name, "id,name\n1,a\n".getBytes(UTF_8));
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(job.drop().key()).isEqualTo("demo/things/" + name);
        assertThat(things(job)).isEqualTo("1 a -");
    }

    @Test
    void usesADatasetThatWasAddedWhileItRuns() throws Exception {
        var yaml =
                """
                dataset: late
                table: late
                columns:
                  - {name: word, type: text, required: true}
                """;
        stack.addDataset("late", yaml);
        assertFailed(
                stack.load("late", "early.csv", "word\na\n".getBytes(UTF_8)),
                "DATASET_NOT_APPLIED");
        apply("late", "created");
        var job = stack.load("late", "late.csv", "word\nhello\n".getBytes(UTF_8));
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(text("SELECT word FROM late")).isEqualTo("hello");
        stack.addDataset("late", yaml + "  - {name: more, type: integer}\n");
        apply("late", "extended by more");
        var wider = stack.load("late", "wider.csv", "word,more\nwide,7\n".getBytes(UTF_8));
        assertThat(wider.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(text("SELECT more FROM late WHERE word = 'wide'")).isEqualTo("7");
    }

    private void apply(String dataset, String sentence) throws IOException {
        try (var functions = Functions.of(stack.endpoints())) {
            var outcome = new Migration(functions).apply(dataset);
            assertThat(outcome.refused()).isEmpty();
            assertThat(outcome.applied().getFirst().sentence()).contains(sentence);
        }
    }

    @Test
    void refusesADatasetFileInPlainWords() throws Exception {
        stack.addDataset("broken", "dataset: broken\ntable: [\n");
        try (var functions = Functions.of(stack.endpoints())) {
            var refused = new Migration(functions).apply("broken").refused();
            assertThat(refused).hasSize(1);
            assertThat(refused.getFirst().message()).doesNotContain("Exception");
        }
        assertFailed(stack.load("broken", "x.csv", "a\n1\n".getBytes(UTF_8)), "INVALID_DATASET");
    }

    @Test
    void takesDatasetsFromTheirBucketAndKeepsTheGoodOnes(@TempDir Path folder) throws Exception {
        var file = folder.resolve("parcels.yaml");
        var yaml = "dataset: parcels\ntable: parcels\ncolumns:\n  - {name: id, type: bigint}\n";
        try (var assets = AssetsBucket.of(stack.endpoints())) {
            assets.put(Files.writeString(file, yaml), "datasets/parcels.yaml");
            var good = assets.takeIn();
            apply("parcels", "created");
            var job = stack.load("parcels", "a.csv", "id\n1\n".getBytes(UTF_8));
            assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(text("SELECT assets_version FROM sluice.job WHERE number = " + job.number()))
                    .isEqualTo(good.version());
            assets.put(Files.writeString(file, yaml + "no: [\n"), "datasets/parcels.yaml");
            var broken = assets.takeIn();
            assertThat(broken.version()).isEqualTo(good.version());
            assertThat(broken.refused())
                    .filteredOn(refused -> refused.file().equals("datasets/parcels.yaml"))
                    .singleElement()
                    .extracting(AssetsBucket.Refused::message)
                    .asString()
                    .startsWith("datasets/parcels.yaml:6: this is not YAML");
            assertThat(stack.load("parcels", "b.csv", "id\n2\n".getBytes(UTF_8)).state())
                    .isEqualTo(JobState.SUCCEEDED);
            var token = stack.endpoints().token();
            assertThat(stack.get("/v1/datasets", token).body())
                    .contains("\"table\":\"public.parcels\"", "\"navaids\"");
        } finally {
            stack.forgetPutAssets();
        }
    }

    @Test
    void showsAForeignTenantNothing() throws Exception {
        var job = stack.load("things", "mine.csv", "id,name\n1,a\n".getBytes(UTF_8));
        var other = stack.tokenOf("other");
        var foreign = stack.get("/v1/jobs/" + job.id(), other);
        var missing = stack.get("/v1/jobs/01990000-0000-7000-8000-000000000000", other);
        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(foreign.body()).isEqualTo(missing.body());
        assertThat(foreign.headers().firstValue("content-type"))
                .hasValue("application/problem+json");
        assertThat(stack.get("/v1/jobs/" + job.id() + "/rejects", other).statusCode())
                .isEqualTo(404);
        assertThat(stack.get("/v1/jobs", other).body()).doesNotContain(job.id());
        assertThat(stack.get("/v1/jobs/" + job.id(), stack.endpoints().token()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void loadsAFileThatCameByAPresignedUrl() throws Exception {
        var mine = stack.as("demo");
        var wanted = "{\"dataset\":\"things\",\"fileName\":\"by url.csv\",\"contentLength\":12}";
        var offer = Json.object(mine.send("POST", "/v1/uploads", wanted, Map.of()).body());
        var id = String.valueOf(Json.text(offer, "jobId"));
        var url = String.valueOf(Json.text(offer, "url"));
        var headers = Map.of("x-amz-meta-sluice-job", id);
        assertThat(stack.jobs().get(id).state()).isEqualTo(JobState.AWAITING_UPLOAD);
        assertThat(
                        stack.putTo(url.replace("by%20url", "other"), headers, "id,name\n1,a\n")
                                .statusCode())
                .isEqualTo(403);
        assertThat(stack.putTo(url, Map.of(), "id,name\n1,a\n").statusCode()).isEqualTo(403);

        assertThat(stack.putTo(url, headers, "id,name\n1,a\n").statusCode()).isEqualTo(200);
        var job = stack.jobs().awaitUntil(id, LIMIT, it -> it.state().isEnd());
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(things(job)).isEqualTo("1 a -");

        var later = stack.putTo(url, headers, "id,name\n2,b\n");
        var version = later.headers().firstValue("x-amz-version-id").orElseThrow();
        var next = stack.end("demo/things/by url.csv", version);
        assertThat(next.id()).isNotEqualTo(id);
        assertThat(things(next)).isEqualTo("2 b -");
        assertThat(stack.jobs().get(id).rows()).isEqualTo(job.rows());
    }

    @Test
    void sendsAFileOfOneLabelOnce(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("f.csv"), "id,name\n1,labelled\n");
        try (var uploads = new Uploads(stack.jobs())) {
            var first = uploads.put(file, "things", "label.csv", "a label", _ -> {}).orElseThrow();
            var job = stack.jobs().awaitUntil(first, LIMIT, it -> it.state().isEnd());
            assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(job.label()).isEqualTo("a label");
            assertThat(uploads.put(file, "things", "label.csv", "a label", _ -> {}))
                    .hasValue(first);
        }
        assertThat(stack.jobs().list(Jobs.Filter.key("demo/things/label.csv"), 10)).hasSize(1);
    }

    @Test
    void reportsWhatADryRunWouldLoadAndLoadsNothing(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("dry.csv"), "id,name\n1,a\nx,b\n3,c\n");
        var ran = stack.sluice("put", "--dataset=things", "--dry-run", "--wait", file.toString());

        assertThat(ran.code()).as(ran.err()).isEqualTo(3);
        var job = stack.jobs().get(ran.out().strip());
        assertThat(job.rows()).isEqualTo(new Job.Rows(3, 0, 1, 0, 2));
        assertThat(job.firstRejects()).extracting(Reject::line).containsExactly(3L);
        assertThat(rowsOf("things", job)).isZero();

        var real = stack.sluice("put", "--dataset=things", "--wait", file.toString());
        assertThat(real.code()).as(real.err()).isEqualTo(3);
        assertThat(rowsOf("things", stack.jobs().get(real.out().strip()))).isEqualTo(2);
    }

    @Test
    void loadsNothingOfAFileWithMoreRejectsThanItsUploaderBears(@TempDir Path folder)
            throws Exception {
        var file = Files.writeString(folder.resolve("bad.csv"), "id,name\n1,a\nx,b\n3,c\n4,d\n");
        var strict =
                stack.sluice(
                        "put",
                        "--dataset=things",
                        "--max-reject-ratio=0.2",
                        "--wait",
                        file.toString());

        assertThat(strict.code()).as(strict.err()).isEqualTo(1);
        var job = stack.jobs().get(strict.out().strip());
        assertFailed(job, "TOO_MANY_REJECTS");
        assertThat(rowsOf("things", job)).isZero();

        var bears =
                stack.sluice(
                        "put",
                        "--dataset=things",
                        "--name=borne.csv",
                        "--max-reject-ratio=0.25",
                        "--wait",
                        file.toString());
        assertThat(bears.code()).as(bears.err()).isEqualTo(3);
        assertThat(rowsOf("things", stack.jobs().get(bears.out().strip()))).isEqualTo(3);
    }

    @Test
    void givesRejectsBackAsAFileThatLoadsOnceItIsMended() throws Exception {
        var content = "id,name,amount\n1,a,1\nx,=b,2\n3,\"c\nd\",much\n4,e,4\n";
        var job = stack.load("things", "to mend.csv", content.getBytes(UTF_8));
        var bytes = new ByteArrayOutputStream();
        stack.jobs().rejectFile(job.id(), bytes);
        var file = bytes.toString(UTF_8);
        assertThat(file)
                .startsWith(
                        """
                        id,name,amount,sluice_line,sluice_column,sluice_code,sluice_message
                        x,'=b,2,3,id,INVALID_INTEGER,\
                        """)
                .contains("\n3,\"c\nd\",much,4,amount,INVALID_NUMBER,");

        var mended = file.replace("x,'=b", "2,b").replace("much", "3");
        var again = stack.load("things", "mended.csv", mended.getBytes(UTF_8));
        assertThat(again.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(things(again)).isEqualTo("2 b 2.00, 3 c\nd 3.00");
    }

    @Test
    void retriesWhatFailedOnceItsCauseIsGone() throws Exception {
        var yaml =
                """
                dataset: retried
                table: retried
                columns:
                  - {name: word, type: text}
                """;
        stack.addDataset("retried", yaml);
        var job = stack.load("retried", "early.csv", "word\na\n".getBytes(UTF_8));
        assertFailed(job, "DATASET_NOT_APPLIED");
        apply("retried", "created");

        assertThat(stack.jobs().move(job.id(), "retry").state()).isEqualTo(JobState.QUEUED);
        var after = stack.jobs().awaitUntil(job.id(), LIMIT, it -> it.state().isEnd());
        assertThat(after.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(rowsOf("retried", after)).isEqualTo(1);
    }

    @Test
    void letsOpsMoveAnyJobByTheirSignatureAlone() throws Exception {
        var other = stack.as("other");
        var wanted = "{\"dataset\":\"things\",\"fileName\":\"ops.csv\"}";
        var id = id(other.send("POST", "/v1/uploads", wanted, Map.of()).body());
        var path = "/ops/v1/jobs/" + id + "/cancel";

        assertThat(other.send("POST", path, "", Map.of()).statusCode()).isEqualTo(403);
        assertThat(stack.sendSigned("POST", path, "wrong").statusCode()).isEqualTo(403);
        var secret = String.valueOf(stack.endpoints().secretAccessKey());
        var answer = stack.sendSigned("POST", path, secret);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Json.text(Json.object(answer.body()), "state")).isEqualTo("CANCELLED");
    }

    @Test
    void showsAForeignTenantNothingOnAnyRoute() throws Exception {
        var loaded = stack.load("things", "matrix.csv", "id,name\n1,a\nx,b\n".getBytes(UTF_8));
        var failed = stack.load("nobody", "matrix.csv", "id\n1\n".getBytes(UTF_8));
        var mine = stack.as("demo");
        var offer = "{\"dataset\":\"things\",\"fileName\":\"matrix2.csv\",\"label\":\"matrix\"}";
        var awaited = id(mine.send("POST", "/v1/uploads", offer, Map.of()).body());
        var ids = List.of(loaded.id(), failed.id(), awaited);
        var before = documents(mine, ids);
        var other = stack.as("other");

        for (var route : TenantMatrix.routes(Path.of("../openapi.yaml"))) {
            if (route.path().contains("{id}")) {
                for (var id : ids) {
                    var etag = mine.send("GET", "/v1/jobs/" + id, "", Map.of()).headers();
                    other.assertSeesNoDifference(route, id, etag.firstValue("ETag").orElseThrow());
                }
                continue;
            }
            var name = route.method() + " " + route.path();
            switch (name) {
                case "GET /v1/jobs" -> {
                    for (var query :
                            List.of("", "?key=demo/things/matrix.csv", "?dataset=things")) {
                        var body = other.send("GET", "/v1/jobs" + query, "", Map.of()).body();
                        assertThat(body).doesNotContain(ids).doesNotContain("matrix", "demo");
                    }
                }
                case "POST /v1/uploads" -> {
                    var theirs = other.send("POST", "/v1/uploads", offer, Map.of());
                    assertThat(theirs.statusCode()).isEqualTo(201);
                    assertThat(theirs.body()).doesNotContain(awaited).contains("other/things/");
                    var again = other.send("POST", "/v1/uploads", offer, Map.of());
                    assertThat(again.statusCode()).isEqualTo(200);
                    assertThat(id(again.body())).isEqualTo(id(theirs.body()));
                    other.send("POST", "/v1/jobs/" + id(theirs.body()) + "/cancel", "", Map.of());
                }
                // the same for every tenant
                case "GET /v1/datasets", "GET /v1/ping", "GET /v1/health" ->
                        assertThat(other.send("GET", route.path(), "", Map.of()).body())
                                .isEqualTo(mine.send("GET", route.path(), "", Map.of()).body());
                default ->
                        assertThat(route.method()).as(name + " is new here").isEqualTo("OPTIONS");
            }
        }
        assertThat(documents(mine, ids)).isEqualTo(before);
        assertThat(mine.send("POST", "/v1/jobs/" + awaited + "/cancel", "", Map.of()).statusCode())
                .isEqualTo(200);
    }

    private static List<String> documents(TenantMatrix tenant, List<String> ids) throws Exception {
        var documents = new ArrayList<String>();
        for (var id : ids) {
            documents.add(tenant.send("GET", "/v1/jobs/" + id, "", Map.of()).body());
        }
        return documents;
    }

    private static String id(String upload) throws IOException {
        return String.valueOf(Json.text(Json.object(upload), "jobId"));
    }

    @Test
    void letsNobodyInWithoutAGoodToken() throws Exception {
        var token = stack.endpoints().token();
        var forged = token.substring(0, token.length() - 6) + "AAAAAA";
        assertThat(stack.get("/v1/jobs", forged).statusCode()).isEqualTo(401);
        assertThat(stack.get("/v1/jobs", "nonsense").statusCode()).isEqualTo(401);
        assertThat(stack.get("/v1/ping", "nonsense").statusCode()).isEqualTo(200);
    }

    @Test
    void goesOnFromWhereItStoppedAndLeavesNoProcess() throws Exception {
        var content = "id,name\n1,kept\n".getBytes(UTF_8);
        var before = stack.load("things", "kept.csv", content);
        var processes = stack.up().children();
        assertThat(processes).isNotEmpty();

        stack.restart();

        // what the kernel has not cleared away yet counts as alive
        for (var process : processes) {
            process.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(stack.jobs().get(before.id()).rows()).isEqualTo(before.rows());
        var after = stack.load("things", "kept.csv", content);
        assertThat(after.state()).isEqualTo(JobState.DUPLICATE);
        assertThat(after.drop().versionId()).isNotEqualTo(before.drop().versionId());
        assertThat(after.number()).isGreaterThan(before.number());
    }

    private static void assertBooks(Job job, long read, long loaded, long rejected) {
        assertThat(job.rows()).isEqualTo(new Job.Rows(read, loaded, rejected, 0, 0));
    }

    private static void assertFailed(Job job, String code) {
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.failure().code()).isEqualTo(code);
        assertThat(job.failure().message())
                .isNotBlank()
                .doesNotContain("Exception")
                .doesNotContain("\n");
    }

    private long rowsOf(String table, Job job) throws SQLException {
        return number("count(*)", table, job);
    }

    private long number(String what, String table, Job job) throws SQLException {
        return stack.database()
                .number("SELECT %s FROM %s WHERE _job = %d".formatted(what, table, job.number()));
    }

    private String things(Job job) throws SQLException {
        return text(
                """
                SELECT string_agg(
                    concat_ws(' ', id, coalesce(name, '-'), coalesce(amount::text, '-')),
                    ', ' ORDER BY _record)
                FROM things
                WHERE _job = %d
                """
                        .formatted(job.number()));
    }

    private String text(String sql) throws SQLException {
        try (var connection = stack.database().connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "nothing";
        }
    }

    private static byte[] sample(String name) throws IOException {
        try (var content = PipelineTest.class.getResourceAsStream("/samples/" + name)) {
            return content.readAllBytes();
        }
    }

    private static byte[] gzip(String content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) throws IOException {
                        Files.createDirectories(to.resolve(from.relativize(directory)));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.copy(file, to.resolve(from.relativize(file)));
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
