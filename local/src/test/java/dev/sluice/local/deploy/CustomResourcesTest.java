package dev.sluice.local.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.invoke.InvokeResult;
import dev.sluice.local.template.Reach;
import dev.sluice.local.template.Stack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The protocol between CloudFormation and a function that makes something for it.
class CustomResourcesTest {
    private static final String TOKEN = "arn:aws:lambda:eu-west-1:000000000000:function:maker";

    @TempDir Path folder;
    private final List<Map<String, Object>> requests = new ArrayList<>();

    @Test
    void createsFirstAndUpdatesLater() throws Exception {
        var answer =
                deploy(
                        Map.of("Size", "1"),
                        answering(
                                Map.of(
                                        "Status",
                                        "SUCCESS",
                                        "PhysicalResourceId",
                                        "it",
                                        "Data",
                                        Map.of("Name", "x", "Count", 3))));
        deploy(
                Map.of("Size", "2"),
                answering(Map.of("Status", "SUCCESS", "PhysicalResourceId", "it")));

        assertThat(answer).isEqualTo(new Reach.Answer("it", Map.of("Name", "x", "Count", "3")));
        assertThat(requests).hasSize(2);
        assertThat(requests.getFirst())
                .containsEntry("RequestType", "Create")
                .containsEntry("ServiceToken", TOKEN)
                .containsEntry("LogicalResourceId", "Thing")
                .containsEntry("ResourceType", "Custom::Thing")
                .containsEntry("StackId", "stack")
                .containsEntry("ResourceProperties", Map.of("Size", "1"))
                .containsKeys("RequestId", "ResponseURL")
                .doesNotContainKeys("PhysicalResourceId", "OldResourceProperties");
        assertThat(requests.getLast())
                .containsEntry("RequestType", "Update")
                .containsEntry("PhysicalResourceId", "it")
                .containsEntry("ResourceProperties", Map.of("Size", "2"))
                .containsEntry("OldResourceProperties", Map.of("Size", "1"));
    }

    @Test
    void deletesWhatAnUpdateReplaced() throws Exception {
        deploy(Map.of("Size", "1"), answering(success("first")));
        deploy(Map.of("Size", "2"), answering(success("second")));

        assertThat(requests.getLast())
                .containsEntry("RequestType", "Delete")
                .containsEntry("PhysicalResourceId", "first")
                .containsEntry("ResourceProperties", Map.of("Size", "1"));
    }

    @Test
    void givesTheReasonOfAFailure() {
        assertThatThrownBy(() ->
                        deploy(
                                Map.of(),
                                answering(
                                        Map.of("Status", "FAILED", "Reason", "the disk is full"))))
                .isInstanceOf(DeployException.class)
                .hasMessage("The resource Thing could not be made: the disk is full");
        assertThat(requests).hasSize(1);
    }

    @Test
    void doesNotWaitForAFunctionThatCrashed() {
        assertThatThrownBy(() ->
                        deploy(
                                Map.of(),
                                (_, _) ->
                                        new InvokeResult.FunctionError(
                                                "id",
                                                "{\"errorMessage\":\"boom\"}"
                                                        .getBytes(StandardCharsets.UTF_8),
                                                "")))
                .hasMessage("The resource Thing could not be made: maker failed: boom");
    }

    @Test
    void doesNotWaitForeverForAnAnswer() {
        assertThatThrownBy(() -> deploy(Map.of(), (_, _) -> done()))
                .hasMessage(
                        "The resource Thing could not be made: maker did not answer at the"
                                + " response URL in time");
    }

    private Reach.Answer deploy(Map<String, Object> properties, CustomResources.Backend backend)
            throws Exception {
        var resource =
                new Stack.CustomResource(
                        "Thing",
                        "Custom::Thing",
                        TOKEN,
                        "maker",
                        properties,
                        Duration.ofSeconds(10));
        try (var resources =
                CustomResources.start(
                        DeployedResources.open(folder), "stack", Duration.ofMillis(200))) {
            return resources.deploy(resource, backend);
        }
    }

    private static Map<String, Object> success(String physicalResourceId) {
        return Map.of("Status", "SUCCESS", "PhysicalResourceId", physicalResourceId);
    }

    /// A function that answers like this.
    private CustomResources.Backend answering(Map<String, Object> answer) {
        return (function, payload) -> {
            assertThat(function).isEqualTo("maker");
            try (var client = HttpClient.newHttpClient()) {
                var request = JSON.std.mapFrom(new String(payload, StandardCharsets.UTF_8));
                requests.add(new LinkedHashMap<>(request));
                client.send(
                        HttpRequest.newBuilder(
                                        URI.create(String.valueOf(request.get("ResponseURL"))))
                                .PUT(BodyPublishers.ofString(JSON.std.asString(answer)))
                                .build(),
                        BodyHandlers.discarding());
                return done();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        };
    }

    private static InvokeResult done() {
        return new InvokeResult.Success("id", "null".getBytes(StandardCharsets.UTF_8), "");
    }
}
