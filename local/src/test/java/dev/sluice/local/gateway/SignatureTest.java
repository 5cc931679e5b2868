package dev.sluice.local.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.document.Documents;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/// What is signed by the SDK gets in, and nothing that differs from it by a letter.
class SignatureTest {
    private static final Instant NOW = Instant.parse("2026-11-22T15:00:00Z");
    private static final String DOCUMENT =
            """
            openapi: 3.0.3
            info: {title: t, version: "1"}
            paths:
              /ops/{id}/stop:
                post:
                  security: [{sigv4: []}]
                  x-amazon-apigateway-integration:
                    type: aws_proxy
                    httpMethod: POST
                    uri: arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/answer/invocations
            components:
              securitySchemes:
                sigv4: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: awsSigv4}
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestingBackend answers =
            new TestingBackend(
                    Map.of(
                            "answer",
                            _ -> TestingBackend.success("{\"statusCode\":200,\"body\":\"ok\"}")));
    @TempDir Path folder;
    private Gateway gateway;

    @BeforeEach
    void open() throws Exception {
        var file = Files.writeString(folder.resolve("api.yaml"), DOCUMENT);
        gateway = Gateway.open(0);
        gateway.serve(
                new RestApi(
                        "abcdefghij",
                        "live",
                        "eu-west-1",
                        "000000000000",
                        Documents.read(file),
                        Map.of(),
                        List.of(),
                        Set.of("answer"),
                        "local",
                        "secret",
                        Duration.ofSeconds(29)),
                answers,
                () -> NOW,
                _ -> {});
    }

    @AfterEach
    void close() {
        gateway.close();
        client.close();
    }

    @ParameterizedTest
    @CsvSource({"/ops/7/stop", "/ops/a%20b%C3%A4/stop?x=1&b=%26+&a"})
    void letsInWhatTheSdkSigned(String path) throws Exception {
        var signed = signed(path, "{\"why\":\"ü\"}", "local", "secret", "eu-west-1", NOW);

        assertThat(send(signed, "{\"why\":\"ü\"}").statusCode()).isEqualTo(200);
        var context =
                (Map<?, ?>)
                        Objects.requireNonNull(answers.events().getFirst().get("requestContext"));
        assertThat((Map<?, ?>) context.get("identity"))
                .extracting("accessKey", "accountId", "userArn")
                .containsExactly("local", "000000000000", "arn:aws:iam::000000000000:root");
        assertThat(context.containsKey("authorizer")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "local, wrong, eu-west-1, 0, InvalidSignatureException, does not match",
        "stranger, secret, eu-west-1, 0, UnrecognizedClientException, security token",
        "local, secret, us-east-1, 0, InvalidSignatureException, valid region",
        "local, secret, eu-west-1, -301, InvalidSignatureException, Signature expired",
        "local, secret, eu-west-1, 301, InvalidSignatureException, not yet current",
    })
    void refusesAnotherKeyRegionAndTime(
            String key, String secret, String region, int seconds, String type, String message)
            throws Exception {
        var signed = signed("/ops/7/stop", "x", key, secret, region, NOW.plusSeconds(seconds));

        assertRefused(send(signed, "x"), type, message);
    }

    @Test
    void refusesWhatDiffersFromWhatWasSigned() throws Exception {
        var signed = signed("/ops/7/stop", "x", "local", "secret", "eu-west-1", NOW);

        assertRefused(send(signed, "y"), "InvalidSignatureException", "does not match");
        var elsewhere = signed.toBuilder().encodedPath("/live/ops/8/stop").build();
        assertRefused(send(elsewhere, "x"), "InvalidSignatureException", "does not match");
        var asked = signed.toBuilder().putRawQueryParameter("force", "true").build();
        assertRefused(send(asked, "x"), "InvalidSignatureException", "does not match");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Bearer abc | IncompleteSignatureException | missing equal-sign",
                "AWS4-HMAC-SHA256 Credential=local/20261122/eu-west-1/execute-api/aws4_request | IncompleteSignatureException | 'Signature'",
                "AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=00 | IncompleteSignatureException | slash-delimited",
            })
    void saysWhatIsNoSignature(String header, String type, String message) throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(gateway.endpoint() + "/live/ops/7/stop"))
                        .header("Authorization", header)
                        .POST(BodyPublishers.noBody());

        assertRefused(client.send(request.build(), BodyHandlers.ofString()), type, message);
    }

    @Test
    void saysThatThereIsNone() throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(gateway.endpoint() + "/live/ops/7/stop"))
                        .POST(BodyPublishers.noBody());

        assertRefused(
                client.send(request.build(), BodyHandlers.ofString()),
                "MissingAuthenticationTokenException",
                "{\"message\":\"Missing Authentication Token\"}");
    }

    private SdkHttpRequest signed(
            String path, String body, String key, String secret, String region, Instant at) {
        var request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.POST)
                        .uri(URI.create(gateway.endpoint() + "/live" + path))
                        .putHeader("Content-Type", "application/json")
                        .build();
        return AwsV4HttpSigner.create()
                .sign(it ->
                        it.identity(AwsCredentialsIdentity.create(key, secret))
                                .request(request)
                                .payload(
                                        ContentStreamProvider.fromString(
                                                body, StandardCharsets.UTF_8))
                                .putProperty(
                                        HttpSigner.SIGNING_CLOCK, Clock.fixed(at, ZoneOffset.UTC))
                                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "execute-api")
                                .putProperty(AwsV4HttpSigner.REGION_NAME, region))
                .request();
    }

    private HttpResponse<String> send(SdkHttpRequest signed, String body) throws Exception {
        var request =
                HttpRequest.newBuilder(signed.getUri())
                        .timeout(Duration.ofSeconds(60))
                        .POST(BodyPublishers.ofString(body));
        signed.forEachHeader((name, values) -> {
            if (!name.equalsIgnoreCase("Host") && !name.equalsIgnoreCase("Content-Length")) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private void assertRefused(HttpResponse<String> response, String type, String message) {
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.headers().firstValue("x-amzn-ErrorType")).hasValue(type);
        assertThat(response.body()).contains(message);
        assertThat(answers.events()).isEmpty();
    }
}
