package dev.sluice.migrate;

import dev.sluice.lambda.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The answer to CloudFormation: a document PUT to the URL of the request.
///
/// Source: AWS CloudFormation User Guide, "Custom resource response objects".
record CustomResourceAnswer(Json.Value event) {
    private static final int LONGEST_REASON = 500;

    String succeed(String version) throws IOException {
        return send(document("SUCCESS", null, version));
    }

    String fail(String reason) throws IOException {
        var cut = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason;
        return send(document("FAILED", cut, "none"));
    }

    private String document(String status, @Nullable String reason, String version) {
        return Json.object(answer -> {
            answer.put("Status", status);
            if (reason != null) {
                answer.put("Reason", reason);
            }
            var physical = event.get("PhysicalResourceId").textOrNull();
            answer.put("PhysicalResourceId", physical == null ? "sluice-ledger" : physical)
                    .put("StackId", event.get("StackId").textOrNull())
                    .put("RequestId", event.get("RequestId").textOrNull())
                    .put("LogicalResourceId", event.get("LogicalResourceId").textOrNull())
                    .startObjectField("Data")
                    .put("Version", version)
                    .end();
        });
    }

    private String send(String document) throws IOException {
        var url = URI.create(event.get("ResponseURL").text("ResponseURL"));
        try (var http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build()) {
            // An empty content type: the URL is signed without one.
            var request =
                    HttpRequest.newBuilder(url)
                            .timeout(Duration.ofSeconds(30))
                            .header("Content-Type", "")
                            .PUT(HttpRequest.BodyPublishers.ofString(document))
                            .build();
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IOException("CloudFormation answered " + answer.statusCode());
            }
            return document;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while answering CloudFormation", e);
        }
    }
}
