package dev.sluice.uploads;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.lambda.JobIds;
import dev.sluice.lambda.Json;
import dev.sluice.testing.TestingPipeline;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The danger: a URL that is good for more than its job, a label that two jobs have, one tenant
/// moving another's job. The role is the function's own, with its few rights.
class UploadsHandlerTest {
    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final Database clerk =
            new Database(pipeline.settings("sluice_clerk"), InstantSource.system());
    private final Database loader = pipeline.loader();
    private final String tenant = TestingPipeline.unique("tenant");
    private final String dataset =
            pipeline.dataset(TestingPipeline.unique("d"), "columns: [{name: id, type: bigint}]\n");
    private final List<Drop> asked = new ArrayList<>();

    @AfterEach
    void disconnect() {
        clerk.close();
        loader.close();
    }

    @Test
    void offersAUrlThatTakesTheFileUnderTheJobsId() throws Exception {
        var reply = upload("\"fileName\":\"a b/ü.csv\",\"contentLength\":5");

        assertThat(reply.status()).isEqualTo(201);
        var body = reply.body();
        assertThat(body.get("state").textOrNull()).isEqualTo("AWAITING_UPLOAD");
        assertThat(body.get("key").textOrNull()).isEqualTo(key("a b/ü.csv"));
        assertThat(body.get("method").textOrNull()).isEqualTo("PUT");
        var expires = Instant.parse(body.get("expiresAt").text("expiresAt"));
        assertThat(Duration.between(Instant.now(), expires))
                .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
        assertThat(put(body, "hello!")).isEqualTo(403);
        assertThat(put(body, "hello")).isEqualTo(200);
        var head =
                pipeline.s3.headObject(
                        it -> it.bucket(TestingPipeline.BUCKET).key(key("a b/ü.csv")));
        assertThat(head.metadata()).containsEntry("sluice-job", body.get("jobId").textOrNull());
    }

    @Test
    void givesALabelOneJobAndAFreshUrlAsLongAsItsFileIsAwaited() throws Exception {
        var first = upload("\"fileName\":\"a.csv\",\"label\":\"l\"");
        var again = upload("\"fileName\":\"a.csv\",\"label\":\"l\"");
        var id = first.body().get("jobId").text("jobId");

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body().get("jobId").textOrNull()).isEqualTo(id);
        assertThat(put(again.body(), "x")).isEqualTo(200);

        pipeline.run(
                "UPDATE sluice.job SET state = 'QUEUED', version_id = 'v' WHERE id = '%s'"
                        .formatted(id));
        var later = upload("\"fileName\":\"a.csv\",\"label\":\"l\"");
        assertThat(later.status()).isEqualTo(200);
        assertThat(later.body().get("jobId").textOrNull()).isEqualTo(id);
        assertThat(later.body().get("state").textOrNull()).isEqualTo("QUEUED");
        assertThat(later.body().get("url").isPresent()).isFalse();
    }

    @Test
    void keepsLabelsApartByTenantAndDataset() throws Exception {
        var other =
                pipeline.dataset(
                        TestingPipeline.unique("d"), "columns: [{name: id, type: bigint}]\n");
        var ids = new HashSet<String>();
        for (var who : List.of(tenant, tenant + "2")) {
            for (var what : List.of(dataset, other)) {
                var body =
                        "{\"dataset\":\"%s\",\"fileName\":\"a\",\"label\":\"l\"}".formatted(what);
                ids.add(ask("/v1/uploads", who, null, body).body().get("jobId").text("jobId"));
            }
        }
        assertThat(ids).hasSize(4);
    }

    @Test
    void givesACrowdWithOneLabelOneJob() throws Exception {
        var crowd = new ArrayList<Callable<Reply>>();
        for (int i = 0; i < 6; i++) {
            crowd.add(() -> {
                try (var own =
                        new Database(pipeline.settings("sluice_clerk"), InstantSource.system())) {
                    return ask(
                            handler(own),
                            "/v1/uploads",
                            tenant,
                            null,
                            body("\"fileName\":\"a\",\"label\":\"l\""));
                }
            });
        }
        var ids = new HashSet<String>();
        int made = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var reply : threads.invokeAll(crowd)) {
                ids.add(reply.get().body().get("jobId").text("jobId"));
                made += reply.get().status() == 201 ? 1 : 0;
            }
        }
        assertThat(ids).hasSize(1);
        assertThat(made).isEqualTo(1);
    }

    @Test
    void offersPartsForWhatIsTooLargeForOnePut() throws Exception {
        var length = 6L << 30;
        var reply = upload("\"fileName\":\"big\",\"label\":\"l\",\"contentLength\":" + length);

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.body().get("url").isPresent()).isFalse();
        var multipart = reply.body().get("multipart");
        assertThat(multipart.get("parts").elements()).hasSize(24);
        assertThat(multipart.get("partBytes").number("partBytes") * 24).isEqualTo(length);
        var first = multipart.get("parts").elements().getFirst().text("part");
        var etag = send("PUT", first, "part").headers().firstValue("ETag").orElseThrow();
        var again = upload("\"fileName\":\"big\",\"label\":\"l\"").body().get("multipart");
        var complete =
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part></CompleteMultipartUpload>"
                        .formatted(etag);
        assertThat(send("POST", again.get("complete").text("complete"), complete).statusCode())
                .isEqualTo(200);
        var head = pipeline.s3.headObject(it -> it.bucket(TestingPipeline.BUCKET).key(key("big")));
        assertThat(head.metadata())
                .containsEntry("sluice-job", reply.body().get("jobId").textOrNull());
    }

    @Test
    void cutsTheLargestFileIntoPartsThatS3Takes() {
        long partBytes = UploadUrls.partBytes(5L << 40);

        assertThat(partBytes).isLessThanOrEqualTo(5L << 30);
        assertThat(Math.ceilDiv(5L << 40, partBytes)).isLessThanOrEqualTo(1500);
        assertThat(UploadUrls.time(5L << 40)).isEqualTo(Duration.ofHours(12));
        assertThat(UploadUrls.needsParts(5L << 30)).isFalse();
        assertThat(UploadUrls.needsParts((5L << 30) + 1)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"fileName\":\"\"                          | fileName",
                "\"fileName\":\"/a\"                        | slash",
                "\"fileName\":\"a/\"                        | slash",
                "\"fileName\":\"a\\u0000b\"                 | control character",
                "\"fileName\":\"a\\u007fb\"                 | control character",
                "\"fileName\":{}                            | fileName",
                "\"fileName\":\"LONG\"                      | too long",
                "\"label\":\"l\"                            | fileName",
                "\"fileName\":\"a\",\"label\":\"\"          | label",
                "\"fileName\":\"a\",\"label\":\"LABEL\"     | label",
                "\"fileName\":\"a\",\"contentLength\":-1    | contentLength",
                "\"fileName\":\"a\",\"contentLength\":1.5   | contentLength",
                "\"fileName\":\"a\",\"contentLength\":\"x\" | contentLength",
                "\"fileName\":\"a\",\"contentLength\":5497558138881 | contentLength",
                "\"fileName\":\"a\",\"lable\":\"l\"         | nothing else",
            })
    void saysWhichMemberIsWrong(String members, String word) throws Exception {
        var reply =
                upload(members.replace("LONG", "ü".repeat(500)).replace("LABEL", "l".repeat(201)));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(reply.body().get("detail").textOrNull()).contains(word);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "text", "{", "null"})
    void saysWhatIsNoBody(String body) throws Exception {
        assertThat(ask("/v1/uploads", tenant, null, body).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../../x", "a/../b", ".", "a//b", "%2e"})
    void takesDotsForAName(String name) throws Exception {
        var reply = upload("\"fileName\":\"%s\"".formatted(name));

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.body().get("key").textOrNull()).isEqualTo(key(name));
        assertThat(put(reply.body(), "x")).isEqualTo(200);
    }

    @Test
    void knowsDatasetsByTheirFiles() throws Exception {
        var broken = pipeline.dataset(TestingPipeline.unique("broken"), "columns: 7\n");

        var missing = ask("/v1/uploads", tenant, null, "{\"dataset\":\"../x\",\"fileName\":\"a\"}");
        assertThat(missing.status()).isEqualTo(400);
        var unknown = ask("/v1/uploads", tenant, null, "{\"dataset\":\"no\",\"fileName\":\"a\"}");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.body().get("detail").textOrNull()).contains("no dataset");
        var wrong =
                ask(
                        "/v1/uploads",
                        tenant,
                        null,
                        "{\"dataset\":\"%s\",\"fileName\":\"a\"}".formatted(broken));
        assertThat(wrong.status()).isEqualTo(409);
    }

    @Test
    void cancelsAndAsksForTheNextDropOfTheKey() throws Exception {
        var first = register("same");
        var second = register("same");

        var reply = ask("/v1/jobs/{id}/cancel", tenant, first.id(), null);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body().get("state").textOrNull()).isEqualTo("CANCELLED");
        assertThat(asked).containsExactly(second.drop());
        var again = ask("/v1/jobs/{id}/cancel", tenant, first.id(), null);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.body().get("detail").textOrNull()).contains("CANCELLED");
    }

    @Test
    void retriesWhatFailedAndNothingElse() throws Exception {
        var job = register("retried");
        assertThat(ask("/v1/jobs/{id}/retry", tenant, job.id(), null).status()).isEqualTo(409);
        fail(job);

        var reply = ask("/v1/jobs/{id}/retry", tenant, job.id(), null);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body().get("state").textOrNull()).isEqualTo("QUEUED");
        assertThat(reply.body().get("error").isPresent()).isFalse();
        assertThat(asked).containsExactly(job.drop());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/jobs/{id}/cancel", "/v1/jobs/{id}/retry"})
    void answersTheSameForAForeignJobAndForNone(String route) throws Exception {
        var job = register("mine");
        if (route.endsWith("retry")) {
            fail(job);
        }
        var foreign = ask(route, "other", job.id(), null);

        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.raw())
                .isEqualTo(ask(route, "other", UUID.randomUUID(), null).raw())
                .isEqualTo(ask(route, "other", "../x", null).raw());
        assertThat(ask(route, tenant, job.id(), null).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ops/v1/jobs/{id}/cancel", "/ops/v1/jobs/{id}/retry"})
    void letsOpsMoveAnyTenantsJob(String route) throws Exception {
        var job = register("theirs");
        if (route.endsWith("retry")) {
            fail(job);
        }
        var moved = ask(route, null, job.id(), null);
        assertThat(moved.status()).isEqualTo(200);
        assertThat(moved.body().get("links").get("self").textOrNull())
                .isEqualTo("/live/v1/jobs/" + job.id());
        assertThat(ask(route, null, UUID.randomUUID(), null).status()).isEqualTo(404);
    }

    @Test
    void doesWhatWasAskedWhenIntakeCannotBeTold() throws Exception {
        var job = register("untold");
        fail(job);
        var deaf =
                new UploadsHandler(
                        routes(
                                clerk,
                                _ -> {
                                    throw new IllegalStateException("no answer");
                                }));

        assertThat(ask(deaf, "/v1/jobs/{id}/retry", tenant, job.id().toString(), null).status())
                .isEqualTo(200);
    }

    private String key(String name) {
        return tenant + "/" + dataset + "/" + name;
    }

    private Job register(String name) throws SQLException {
        var id = UUID.randomUUID();
        var drop =
                new Drop(
                        TestingPipeline.BUCKET,
                        key(name),
                        "v-" + id,
                        "e",
                        10,
                        "00",
                        Instant.parse("2026-01-02T03:04:05.006Z"));
        return loader.inTransaction(c -> Jobs.register(c, id, tenant, dataset, drop));
    }

    private void fail(Job job) throws SQLException {
        var error = new JobError(ErrorCode.OBJECT_VANISHED, "gone");
        loader.<Boolean, SQLException>inTransaction(c -> Jobs.fail(c, job.id(), error));
    }

    private static int put(Json.Value body, String content) throws Exception {
        var headers = body.get("headers");
        var request = HttpRequest.newBuilder(URI.create(body.get("url").text("url")));
        for (var name : headers.names()) {
            request.header(name, headers.get(name).text(name));
        }
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                            request.timeout(Duration.ofSeconds(60))
                                    .PUT(BodyPublishers.ofString(content))
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static java.net.http.HttpResponse<String> send(
            String method, String url, String content) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .timeout(Duration.ofSeconds(60))
                            .method(method, BodyPublishers.ofString(content))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    /// What the handler answered to the gateway.
    private record Reply(String raw) {
        int status() {
            return Math.toIntExact(Json.read(raw).get("statusCode").number("statusCode"));
        }

        @Nullable String header(String name) {
            return Json.read(raw).get("headers").get(name).textOrNull();
        }

        Json.Value body() {
            return Json.read(Json.read(raw).get("body").text("body"));
        }
    }

    private String body(String members) {
        return "{\"dataset\":\"%s\",%s}".formatted(dataset, members);
    }

    private Reply upload(String members) throws IOException {
        return ask("/v1/uploads", tenant, null, body(members));
    }

    private Reply ask(
            String route, @Nullable String tenant, @Nullable Object id, @Nullable String body)
            throws IOException {
        return ask(handler(clerk), route, tenant, id == null ? null : id.toString(), body);
    }

    private UploadsHandler handler(Database database) {
        return new UploadsHandler(routes(database, asked::add));
    }

    private Routes routes(Database database, Routes.Successor intake) {
        return new Routes(
                database,
                new Assets(pipeline.assets),
                new JobIds(InstantSource.system()),
                new UploadUrls(() -> pipeline.presigner, () -> pipeline.s3, TestingPipeline.BUCKET),
                intake,
                InstantSource.system());
    }

    private static Reply ask(
            UploadsHandler handler,
            String route,
            @Nullable String tenant,
            @Nullable String id,
            @Nullable String body)
            throws IOException {
        var event =
                Json.object(it -> {
                    it.put("resource", route).put("httpMethod", "POST").put("body", body);
                    it.putObject("pathParameters", id == null ? Map.of() : Map.of("id", id));
                    it.putObject("headers", Map.of());
                    var context =
                            it.startObjectField("requestContext").put("path", "/live" + route);
                    if (tenant != null) {
                        context.startObjectField("authorizer").put("tenant", tenant).end();
                    }
                    context.end();
                });
        var out = new ByteArrayOutputStream();
        handler.answer(new ByteArrayInputStream(event.getBytes(UTF_8)), out);
        return new Reply(out.toString(UTF_8));
    }
}
