package dev.sluice.migrate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.dataset.Assets;
import dev.sluice.db.DatabaseSettings;
import dev.sluice.lambda.Json;
import dev.sluice.testing.TestingPipeline;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The danger: a deploy that hangs because nobody answers CloudFormation, a dataset that stops the
/// others.
class MigrateHandlerTest {
    private final TestingPipeline pipeline = TestingPipeline.shared();

    @Test
    void answersCloudFormationWithTheLedgersVersion() throws Exception {
        var answer = customResource(pipeline.owner(), "Update");

        assertThat(answer.get("Status").textOrNull()).isEqualTo("SUCCESS");
        assertThat(answer.get("Data").get("Version").textOrNull()).isNotEqualTo("none");
        assertThat(answer.get("RequestId").textOrNull()).isEqualTo("request-1");
        assertThat(answer.get("LogicalResourceId").textOrNull()).isEqualTo("Migration");
        assertThat(answer.get("PhysicalResourceId").textOrNull()).isEqualTo("physical-1");
    }

    @Test
    void tellsCloudFormationThatTheDatabaseIsNotThere() throws Exception {
        var answer = customResource(pipeline.settings("postgres", 1), "Create");

        assertThat(answer.get("Status").textOrNull()).isEqualTo("FAILED");
        assertThat(answer.get("Reason").textOrNull()).isNotBlank();
    }

    @Test
    void leavesTheLedgerWhenTheStackIsDeleted() throws Exception {
        var answer = customResource(pipeline.settings("postgres", 1), "Delete");

        assertThat(answer.get("Status").textOrNull()).isEqualTo("SUCCESS");
    }

    @Test
    void makesTheTableOfADatasetAndAddsToIt() throws Exception {
        var name =
                pipeline.dataset(
                        TestingPipeline.unique("m"), "columns: [{name: id, type: bigint}]\n");
        var first = apply(name).get("applied").elements().getFirst();
        pipeline.dataset(
                name, "columns: [{name: id, type: bigint}, {name: at, type: timestamptz}]\n");
        var second = apply(name).get("applied").elements().getFirst();

        assertThat(first.get("created").textOrNull()).isEqualTo("true");
        assertThat(second.get("created").textOrNull()).isEqualTo("false");
        assertThat(second.get("addedColumns").elements().getFirst().textOrNull()).isEqualTo("at");
    }

    @Test
    void refusesOneDatasetAndAppliesTheOthers() throws Exception {
        var good =
                pipeline.dataset(
                        TestingPipeline.unique("g"), "columns: [{name: id, type: bigint}]\n");
        var keyless =
                pipeline.dataset(
                        TestingPipeline.unique("s"),
                        "columns: [{name: id, type: bigint}]\nmode: upsert\n");

        var answer = ask("{\"action\":\"apply-all\"}");

        assertThat(answer.get("applied").elements())
                .anyMatch(each -> good.equals(each.get("dataset").textOrNull()));
        assertThat(answer.get("refused").elements())
                .anyMatch(each ->
                        keyless.equals(each.get("dataset").textOrNull())
                                && each.get("message").text("message").contains("mode upsert"));
    }

    @Test
    void namesWhatAnEventLacks() {
        assertThatThrownBy(() -> ask("{\"action\":\"fly\"}")).hasMessageContaining("'fly'");
        assertThatThrownBy(() -> ask("{}")).hasMessageContaining("action");
    }

    private Json.Value apply(String dataset) throws IOException {
        return ask("{\"action\":\"apply\",\"dataset\":\"%s\"}".formatted(dataset));
    }

    private Json.Value ask(String event) throws IOException {
        return ask(pipeline.owner(), event);
    }

    private Json.Value ask(DatabaseSettings owner, String event) throws IOException {
        var out = new ByteArrayOutputStream();
        var handler = new MigrateHandler(owner, new Assets(pipeline.assets));
        handler.answer(new ByteArrayInputStream(event.getBytes(UTF_8)), out);
        return Json.read(out.toString(UTF_8));
    }

    /// Sends a request as CloudFormation does and returns what was PUT to its URL.
    private Json.Value customResource(DatabaseSettings owner, String type) throws Exception {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext(
                "/answer",
                exchange -> {
                    answers.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        server.start();
        try {
            var url = "http://127.0.0.1:%d/answer".formatted(server.getAddress().getPort());
            var event =
                    Json.object(request ->
                            request.put("RequestType", type)
                                    .put("ResponseURL", url)
                                    .put("StackId", "stack-1")
                                    .put("RequestId", "request-1")
                                    .put("LogicalResourceId", "Migration")
                                    .put("PhysicalResourceId", "physical-1"));
            var _ = ask(owner, event);
            var answer = answers.poll(60, TimeUnit.SECONDS);
            assertThat(answer).isNotNull();
            return Json.read(String.valueOf(answer));
        } finally {
            server.stop(0);
        }
    }
}
