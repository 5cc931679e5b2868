package dev.sluice.local.invoke;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.RequestTooLargeException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/// The API as AWS's own client and a plain one see it.
class InvokeApiTest {
    @TempDir static Path directory;
    private static final BlockingQueue<String> SENT = new LinkedBlockingQueue<>();
    private static Functions functions;
    private static InvokeApi api;
    private static LambdaClient lambda;
    private static HttpClient http;

    @BeforeAll
    static void start() throws Exception {
        functions = Functions.start(TestingFunctions.settings(directory, SENT));
        functions.deploy(TestingFunctions.spec("Behave", Behaviour.class));
        functions.deploy(
                TestingFunctions.withReserved(
                        TestingFunctions.spec("Off", Behaviour.class), OptionalInt.of(0)));
        api = InvokeApi.start(functions, TestingFunctions.ACCESS_KEY, 0);
        lambda = client(TestingFunctions.ACCESS_KEY);
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        lambda.close();
        api.close();
        functions.close();
    }

    @Test
    void servesTheSdk() {
        var answer =
                lambda.invoke(it ->
                        it.functionName("test-Behave")
                                .payload(SdkBytes.fromUtf8String("\"echo hello\"")));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.payload().asUtf8String()).isEqualTo("\"hello\"");
        assertThat(answer.functionError()).isNull();
        assertThat(answer.executedVersion()).isEqualTo("$LATEST");
        assertThat(answer.logResult()).isNull();
    }

    @Test
    void setsAFunctionsReservedConcurrency() {
        var name = "test-Behave";
        assertThat(lambda.getFunctionConcurrency(it -> it.functionName(name)))
                .extracting(it -> it.reservedConcurrentExecutions())
                .isNull();
        lambda.putFunctionConcurrency(it -> it.functionName(name).reservedConcurrentExecutions(0));
        assertThatThrownBy(() -> lambda.invoke(it -> it.functionName(name)))
                .isInstanceOf(TooManyRequestsException.class);
        assertThat(
                        lambda.getFunctionConcurrency(it -> it.functionName(name))
                                .reservedConcurrentExecutions())
                .isZero();
        assertThatThrownBy(() ->
                        lambda.putFunctionConcurrency(
                                it -> it.functionName(name).reservedConcurrentExecutions(100_000)))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining("below its minimum value");
        lambda.deleteFunctionConcurrency(it -> it.functionName(name));
        assertThat(
                        lambda.invoke(it ->
                                        it.functionName(name)
                                                .payload(SdkBytes.fromUtf8String("\"echo x\"")))
                                .payload()
                                .asUtf8String())
                .isEqualTo("\"x\"");
    }

    @Test
    void takesAnArn() {
        var answer =
                lambda.invoke(it ->
                        it.functionName(functions.arn("test-Behave"))
                                .payload(SdkBytes.fromUtf8String("\"echo by arn\"")));
        assertThat(answer.payload().asUtf8String()).isEqualTo("\"by arn\"");
    }

    @Test
    void marksAFunctionErrorAndGivesTheLog() {
        var answer =
                lambda.invoke(it ->
                        it.functionName("test-Behave")
                                .logType(LogType.TAIL)
                                .payload(SdkBytes.fromUtf8String("\"throw oh\"")));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.functionError()).isEqualTo("Unhandled");
        assertThat(answer.payload().asUtf8String()).contains("\"errorMessage\":\"oh\"");
        var log = new String(Base64.getDecoder().decode(answer.logResult()), UTF_8);
        assertThat(log).startsWith("START RequestId: ").contains("\nREPORT RequestId: ");
    }

    @Test
    void takesAnEventToBeRunSoon() throws Exception {
        var mark = directory.resolve("ran");
        var answer =
                lambda.invoke(it ->
                        it.functionName("test-Behave")
                                .invocationType(InvocationType.EVENT)
                                .payload(SdkBytes.fromUtf8String("\"write " + mark + "\"")));
        assertThat(answer.statusCode()).isEqualTo(202);
        TestingFunctions.awaitTrue(mark.toFile()::exists);
    }

    @Test
    void runsNothingWhenOnlyAsked() {
        var answer =
                lambda.invoke(it ->
                        it.functionName("test-Behave").invocationType(InvocationType.DRY_RUN));
        assertThat(answer.statusCode()).isEqualTo(204);
    }

    @Test
    void refusesAsLambdaDoes() {
        assertThatThrownBy(() -> lambda.invoke(it -> it.functionName("absent")))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Function not found: " + functions.arn("absent"));
        assertThatThrownBy(() -> lambda.invoke(it -> it.functionName("test-Off")))
                .isInstanceOfSatisfying(
                        TooManyRequestsException.class,
                        it -> {
                            assertThat(it.statusCode()).isEqualTo(429);
                            assertThat(it.reasonAsString())
                                    .isEqualTo("ReservedFunctionConcurrentInvocationLimitExceeded");
                        });
        assertThatThrownBy(() ->
                        lambda.invoke(
                                it -> it.functionName("test-Behave").payload(large((6 << 20) + 1))))
                .isInstanceOf(RequestTooLargeException.class);
        assertThatThrownBy(() ->
                        lambda.invoke(it ->
                                it.functionName("test-Behave")
                                        .invocationType(InvocationType.EVENT)
                                        .payload(large((1 << 20) + 1))))
                .isInstanceOf(RequestTooLargeException.class);
        assertThatThrownBy(() ->
                        lambda.invoke(it ->
                                it.functionName("test-Behave")
                                        .payload(SdkBytes.fromUtf8String("{no"))))
                .isInstanceOfSatisfying(
                        LambdaException.class,
                        it ->
                                assertThat(it.awsErrorDetails().errorCode())
                                        .isEqualTo("InvalidRequestContentException"));
    }

    @Test
    void refusesAnotherAccessKey() {
        try (var stranger = client("stranger")) {
            assertThatThrownBy(() -> stranger.invoke(it -> it.functionName("test-Behave")))
                    .isInstanceOfSatisfying(
                            LambdaException.class,
                            it -> assertThat(it.statusCode()).isEqualTo(403));
        }
    }

    @Test
    void takesAPlainRequestButNotFromAWebPage() throws Exception {
        var answer = post("/2015-03-31/functions/test-Behave/invocations", false);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{}");
        assertThat(post("/2015-03-31/functions/test-Behave/invocations", true).statusCode())
                .isEqualTo(403);
        assertThat(post("/2015-03-31/functions/test-Behave", false).statusCode()).isEqualTo(404);
    }

    @Test
    void servesManyAtOnce() throws Exception {
        Callable<Integer> call =
                () -> post("/2015-03-31/functions/test-Behave/invocations", false).statusCode();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var status : threads.invokeAll(Collections.nCopies(30, call))) {
                assertThat(status.get()).isEqualTo(200);
            }
        }
        // short ones are served by a few processes, not by one each
        assertThat(functions.environments()).hasSizeLessThan(20);
    }

    private static HttpResponse<String> post(String path, boolean fromWebPage)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(api.endpoint() + path))
                        .POST(HttpRequest.BodyPublishers.ofString("{}"));
        if (fromWebPage) {
            request.header("Origin", "https://example.com");
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static SdkBytes large(int bytes) {
        return SdkBytes.fromUtf8String("\"" + "x".repeat(bytes - 2) + "\"");
    }

    private static LambdaClient client(String accessKey) {
        return LambdaClient.builder()
                .endpointOverride(api.endpoint())
                .region(Region.EU_WEST_1)
                .httpClientBuilder(Apache5HttpClient.builder())
                .overrideConfiguration(it -> it.retryStrategy(retry -> retry.maxAttempts(1)))
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(accessKey, "secret")))
                .build();
    }
}
