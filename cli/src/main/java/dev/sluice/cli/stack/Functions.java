package dev.sluice.cli.stack;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/// The stack's functions, invoked through Lambda's API.
public final class Functions implements AutoCloseable {
    /// As long as a function may run.
    private static final Duration LONGEST_RUN = Duration.ofMinutes(15);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(300);

    private final LambdaClient lambda;
    private final Endpoints endpoints;

    private Functions(LambdaClient lambda, Endpoints endpoints) {
        this.lambda = lambda;
        this.endpoints = endpoints;
    }

    public static Functions of(Endpoints endpoints) {
        var lambda =
                AwsClients.build(
                        // A retry would run the function a second time.
                        LambdaClient.builder()
                                .overrideConfiguration(override ->
                                        override.retryStrategy(retry -> retry.maxAttempts(1))),
                        endpoints,
                        endpoints.lambda(),
                        LONGEST_RUN);
        return new Functions(lambda, endpoints);
    }

    /// What one invocation gave: its result, or what went wrong in it, and the end of its log.
    public record Invocation(String payload, @Nullable String error, String log) {}

    /// Invokes by logical id or name, and waits for the result.
    public Invocation invoke(String function, String event) {
        try {
            return invokeOrBeThrottled(function, event);
        } catch (TooManyRequestsException e) {
            throw refused(e);
        }
    }

    /// The same for a function of which only one may run: waits for it to be free.
    public Invocation invokeInTurn(String function, String event, Duration limit)
            throws InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                return invokeOrBeThrottled(function, event);
            } catch (TooManyRequestsException e) {
                if (System.nanoTime() > deadline) throw refused(e);
            }
            Thread.sleep(BETWEEN_TRIES);
        }
    }

    private Invocation invokeOrBeThrottled(String function, String event) {
        try {
            var response =
                    lambda.invoke(request ->
                            request.functionName(endpoints.functionName(function))
                                    .logType(LogType.TAIL)
                                    .payload(SdkBytes.fromUtf8String(event)));
            return new Invocation(
                    response.payload().asUtf8String(),
                    response.functionError(),
                    decoded(response.logResult()));
        } catch (ResourceNotFoundException e) {
            var known =
                    String.join(", ", endpoints.functions().keySet().stream().sorted().toList());
            throw new Complaint(
                    "There is no function " + function + ". There are: " + known + ".", e);
        } catch (TooManyRequestsException e) {
            throw e;
        } catch (LambdaException e) {
            throw refused(e);
        } catch (SdkClientException e) {
            throw new Complaint(
                    "Nothing answers at " + endpoints.lambda() + ". Is ./sluice up running?", e);
        }
    }

    private static Complaint refused(LambdaException e) {
        return new Complaint("Lambda refused: " + e.awsErrorDetails().errorMessage(), e);
    }

    private static String decoded(@Nullable String log) {
        if (log == null) return "";
        return new String(Base64.getDecoder().decode(log), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        lambda.close();
    }
}
