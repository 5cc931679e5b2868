package dev.sluice.status;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.db.Rejects;
import dev.sluice.job.Drop;
import dev.sluice.job.Job;
import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import dev.sluice.lambda.Json;
import dev.sluice.testing.TestingPipeline;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The danger: one tenant learning of another's jobs, a page that skips one, a stack trace.
class StatusHandlerTest {
    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final Database loader = pipeline.loader();
    private final Database reader =
            new Database(pipeline.settings("sluice_reader"), InstantSource.system());
    private final String tenant = TestingPipeline.unique("tenant");

    @AfterEach
    void disconnect() {
        loader.close();
        reader.close();
    }

    @Test
    void showsAJobAsTheContractHasIt() throws Exception {
        var job = register("data file.csv");

        var answer = get("/v1/jobs/{id}", tenant, Map.of("id", job.id().toString()), Map.of());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().get("key").textOrNull()).isNull();
        assertThat(answer.text())
                .isEqualTo(
                        """
                        {"id":"%1$s","number":%2$d,"tenant":"%3$s","dataset":"d","state":"QUEUED","road":null,\
                        "dryRun":false,"label":null,"object":{"bucket":"inbox","key":"data file.csv","versionId":"v-%1$s",\
                        "etag":"e","bytes":10},"rows":{"read":0,"loaded":0,"rejected":0,"duplicate":0,"discarded":0},\
                        "progress":{"planned":false,"chunks":0,"chunksDone":0,"bytesDone":0},"error":null,"errors":[],\
                        "duplicateOf":null,"createdAt":"2026-01-02T03:04:05.006Z","startedAt":null,"finishedAt":null,\
                        "links":{"self":"/live/v1/jobs/%1$s","rejects":"/live/v1/jobs/%1$s/rejects"}}\
                        """
                                .formatted(job.id(), job.number(), tenant));
        assertThat(answer.header("Retry-After")).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/jobs/{id}", "/v1/jobs/{id}/rejects"})
    void answersTheSameForAForeignJobAndForNone(String route) throws Exception {
        var job = register("a.csv");
        var foreign = get(route, "somebody-else", Map.of("id", job.id().toString()), Map.of());
        var missing =
                get(route, "somebody-else", Map.of("id", UUID.randomUUID().toString()), Map.of());
        var nonsense = get(route, "somebody-else", Map.of("id", "../../etc"), Map.of());

        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.raw()).isEqualTo(missing.raw()).isEqualTo(nonsense.raw());
    }

    @Test
    void listsEveryJobOnceFromPageToPage() throws Exception {
        for (int i = 0; i < 7; i++) {
            register("list-" + i);
        }
        var seen = new ArrayList<String>();
        String cursor = null;
        do {
            var page = get("/v1/jobs", tenant, Map.of(), page("3", cursor));
            page.body().get("jobs").elements().forEach(j -> seen.add(j.get("id").text("id")));
            cursor = page.body().get("next").textOrNull();
        } while (cursor != null);

        assertThat(seen).hasSize(7).doesNotHaveDuplicates();
    }

    @Test
    void listsOnlyTheTenantsOwnJobsWhateverTheFilter() throws Exception {
        register("mine.csv");
        var query = Map.of("key", "mine.csv", "dataset", "d", "state", "QUEUED");

        assertThat(get("/v1/jobs", tenant, Map.of(), query).body().get("jobs").elements())
                .hasSize(1);
        assertThat(get("/v1/jobs", "other", Map.of(), query).body().get("jobs").elements())
                .isEmpty();
    }

    @Test
    void pagesThroughRejectsInTheOrderOfTheFile() throws Exception {
        var job = register("bad.csv");
        var rejects = new ArrayList<Reject>();
        for (int i = 1; i <= 5; i++) {
            rejects.add(
                    new Reject(
                            i, i + 1, 9L * i, "id", RejectCode.INVALID_INTEGER, "no", "raw " + i));
        }
        loader.<Boolean, SQLException>inTransaction(c -> {
            Rejects.write(c, job.id(), rejects);
            return true;
        });
        var id = Map.of("id", job.id().toString());

        var first = get("/v1/jobs/{id}/rejects", tenant, id, page("3", null));
        var next = first.body().get("next").textOrNull();
        var second = get("/v1/jobs/{id}/rejects", tenant, id, page("3", next));

        assertThat(first.text())
                .startsWith(
                        """
                        {"rejects":[{"line":2,"byteOffset":9,"column":"id","code":"INVALID_INTEGER","message":"no","raw":"raw 1"},\
                        """);
        assertThat(second.body().get("rejects").elements()).hasSize(2);
        assertThat(second.body().get("next").isPresent()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "limit, 0",
        "limit, 101",
        "limit, many",
        "state, LOST",
        "cursor, !!!",
        "cursor, LTU",
    })
    void namesTheParameterThatIsWrong(String name, String value) throws Exception {
        var answer = get("/v1/jobs", tenant, Map.of(), Map.of(name, value));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.body().get("detail").textOrNull()).contains(name);
    }

    @Test
    void showsNothingOfAJobWhoseDetailsWereRemoved() throws Exception {
        var job = register("old.csv");
        pipeline.run("UPDATE sluice.job SET expunged_at = now() WHERE number = " + job.number());
        var path = Map.of("id", job.id().toString());

        assertThat(get("/v1/jobs/{id}", tenant, path, Map.of()).status()).isEqualTo(404);
        assertThat(get("/v1/jobs/{id}/rejects", tenant, path, Map.of()).status()).isEqualTo(404);
        assertThat(get("/v1/jobs", tenant, Map.of(), Map.of()).body().get("jobs").elements())
                .isEmpty();
    }

    @Test
    void knowsTheFormatsOfRejects() throws Exception {
        var path = Map.of("id", register("formats.csv").id().toString());
        var route = "/v1/jobs/{id}/rejects";

        assertThat(get(route, tenant, path, Map.of("format", "json")).status()).isEqualTo(200);
        assertThat(get(route, tenant, path, Map.of("format", "xlsx")).status()).isEqualTo(400);
        var running = get(route, tenant, path, Map.of("format", "csv"));
        assertThat(running.status()).isEqualTo(409);
        assertThat(running.header("Retry-After")).isEqualTo("2");
    }

    @Test
    void answersNotModifiedToWhoHasTheDocument() throws Exception {
        var job = register("etag.csv");
        var path = Map.of("id", job.id().toString());
        var etag = get("/v1/jobs/{id}", tenant, path, Map.of()).header("ETag");

        var again = get("/v1/jobs/{id}", tenant, path, Map.of(), "\"other\", " + etag);

        assertThat(again.status()).isEqualTo(304);
        assertThat(again.text()).isEmpty();
        assertThat(again.header("ETag")).isEqualTo(etag);
    }

    @Test
    void tellsNothingOfWhatBrokeInside() throws Exception {
        var settings = pipeline.settings("sluice_reader", 1);
        try (var nowhere = new Database(settings, InstantSource.system())) {
            var handler = new StatusHandler(routes(nowhere));
            var answer = ask(handler, event("/v1/health", tenant, Map.of(), Map.of(), null));

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.raw()).doesNotContain("127.0.0.1", "Exception", "sluice_reader");
        }
    }

    @Test
    void listsDatasetsAndSaysWhatIsWrongWithABrokenOne() throws Exception {
        var good =
                pipeline.dataset(
                        TestingPipeline.unique("good"), "columns: [{name: id, type: bigint}]\n");
        var broken = pipeline.dataset(TestingPipeline.unique("broken"), "columns: 7\n");

        var datasets = get("/v1/datasets", tenant, Map.of(), Map.of()).body().get("datasets");

        assertThat(named(datasets, good).get("table").textOrNull()).isEqualTo("public." + good);
        assertThat(named(datasets, good).get("error").isPresent()).isFalse();
        assertThat(named(datasets, broken).get("error").textOrNull()).contains(broken + ".yaml");
    }

    @Test
    void keepsJobsApartThatHaveTheSameKeyInOtherTenants() throws Exception {
        var ids = new HashSet<UUID>();
        ids.add(register("same.csv").id());
        ids.add(register("same.csv").id());

        assertThat(ids).hasSize(2);
    }

    private static Json.Value named(Json.Value datasets, String name) {
        return datasets.elements().stream()
                .filter(dataset -> name.equals(dataset.get("dataset").textOrNull()))
                .findFirst()
                .orElseThrow();
    }

    private Job register(String key) throws SQLException {
        var id = UUID.randomUUID();
        var drop =
                new Drop(
                        "inbox",
                        key,
                        "v-" + id,
                        "e",
                        10,
                        "00",
                        Instant.parse("2026-01-02T03:04:05.006Z"));
        return loader.inTransaction(c -> Jobs.register(c, id, tenant, "d", drop));
    }

    private Routes routes(Database database) {
        var assets = new Assets(pipeline.assets);
        var exports =
                new Exports(
                        () -> pipeline.s3,
                        () -> pipeline.presigner,
                        TestingPipeline.EXPORTS,
                        assets,
                        InstantSource.system(),
                        ExportFile.Caps.DEFAULT);
        return new Routes(database, assets, exports);
    }

    private static Map<String, String> page(String limit, @Nullable String cursor) {
        return cursor == null ? Map.of("limit", limit) : Map.of("limit", limit, "cursor", cursor);
    }

    /// What the handler answered to the gateway.
    private record Reply(String raw) {
        int status() {
            return Math.toIntExact(Json.read(raw).get("statusCode").number("statusCode"));
        }

        @Nullable String header(String name) {
            return Json.read(raw).get("headers").get(name).textOrNull();
        }

        String text() {
            return Json.read(raw).get("body").text("body");
        }

        Json.Value body() {
            return Json.read(text());
        }
    }

    private Reply get(
            String route, String tenant, Map<String, String> path, Map<String, String> query)
            throws IOException {
        return get(route, tenant, path, query, null);
    }

    private Reply get(
            String route,
            String tenant,
            Map<String, String> path,
            Map<String, String> query,
            @Nullable String ifNoneMatch)
            throws IOException {
        var handler = new StatusHandler(routes(reader));
        return ask(handler, event(route, tenant, path, query, ifNoneMatch));
    }

    private static Reply ask(StatusHandler handler, String event) throws IOException {
        var out = new ByteArrayOutputStream();
        handler.answer(new ByteArrayInputStream(event.getBytes(UTF_8)), out);
        return new Reply(out.toString(UTF_8));
    }

    private static String event(
            String route,
            String tenant,
            Map<String, String> path,
            Map<String, String> query,
            @Nullable String ifNoneMatch) {
        return Json.object(event -> {
            event.put("resource", route).put("httpMethod", "GET");
            event.putObject("pathParameters", path);
            event.putObject("queryStringParameters", query);
            event.putObject(
                    "headers",
                    ifNoneMatch == null ? Map.of() : Map.of("If-None-Match", ifNoneMatch));
            event.startObjectField("requestContext")
                    .put("path", "/live/v1/jobs/" + List.copyOf(path.values()))
                    .startObjectField("authorizer")
                    .put("tenant", tenant)
                    .end()
                    .end();
        });
    }
}
