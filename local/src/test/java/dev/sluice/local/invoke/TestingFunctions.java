package dev.sluice.local.invoke;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import dev.sluice.local.runtime.FunctionSpec;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/// Functions of the test class path, run by the real runtime interface client.
public final class TestingFunctions {
    public static final String ACCESS_KEY = "testing";

    private TestingFunctions() {}

    /// A function that runs this handler, with short limits.
    public static FunctionSpec spec(String name, Class<?> handler) {
        return new FunctionSpec(
                name,
                "test-" + name,
                argv(handler),
                Path.of("").toAbsolutePath(),
                Map.of(),
                256,
                Duration.ofSeconds(20),
                OptionalInt.empty(),
                512,
                Map.of(),
                2,
                Duration.ofHours(1),
                null);
    }

    /// Settings whose delays are short.
    public static FunctionsSettings settings(Path directory) {
        return settings(directory, new LinkedBlockingQueue<>());
    }

    /// Settings whose delays are short; what goes to a queue goes to this one.
    public static FunctionsSettings settings(Path directory, BlockingQueue<String> sent) {
        return new FunctionsSettings(
                directory,
                List.of(),
                "eu-west-1",
                "000000000000",
                ACCESS_KEY,
                "secret",
                (queue, body) -> sent.add(queue + " " + body),
                _ -> {},
                1_000,
                List.of(Duration.ofMillis(100), Duration.ofMillis(200)),
                Duration.ofMillis(50),
                Duration.ofMinutes(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2));
    }

    public static FunctionSpec withTimeout(FunctionSpec s, Duration timeout) {
        return new FunctionSpec(
                s.logicalId(),
                s.name(),
                s.argv(),
                s.workingDirectory(),
                s.environment(),
                s.memoryMegabytes(),
                timeout,
                s.reservedConcurrency(),
                s.ephemeralStorageMegabytes(),
                s.mounts(),
                s.asyncRetries(),
                s.asyncMaxAge(),
                s.onFailureQueue());
    }

    public static FunctionSpec withEnvironment(FunctionSpec s, Map<String, String> environment) {
        return new FunctionSpec(
                s.logicalId(),
                s.name(),
                s.argv(),
                s.workingDirectory(),
                environment,
                s.memoryMegabytes(),
                s.timeout(),
                s.reservedConcurrency(),
                s.ephemeralStorageMegabytes(),
                s.mounts(),
                s.asyncRetries(),
                s.asyncMaxAge(),
                s.onFailureQueue());
    }

    public static FunctionSpec withReserved(FunctionSpec s, OptionalInt concurrency) {
        return new FunctionSpec(
                s.logicalId(),
                s.name(),
                s.argv(),
                s.workingDirectory(),
                s.environment(),
                s.memoryMegabytes(),
                s.timeout(),
                concurrency,
                s.ephemeralStorageMegabytes(),
                s.mounts(),
                s.asyncRetries(),
                s.asyncMaxAge(),
                s.onFailureQueue());
    }

    public static FunctionSpec withMounts(FunctionSpec s, Map<String, FunctionSpec.Mount> mounts) {
        return new FunctionSpec(
                s.logicalId(),
                s.name(),
                s.argv(),
                s.workingDirectory(),
                s.environment(),
                s.memoryMegabytes(),
                s.timeout(),
                s.reservedConcurrency(),
                s.ephemeralStorageMegabytes(),
                mounts,
                s.asyncRetries(),
                s.asyncMaxAge(),
                s.onFailureQueue());
    }

    public static FunctionSpec withAsync(
            FunctionSpec s, int retries, Duration maxAge, @Nullable String onFailureQueue) {
        return new FunctionSpec(
                s.logicalId(),
                s.name(),
                s.argv(),
                s.workingDirectory(),
                s.environment(),
                s.memoryMegabytes(),
                s.timeout(),
                s.reservedConcurrency(),
                s.ephemeralStorageMegabytes(),
                s.mounts(),
                retries,
                maxAge,
                onFailureQueue);
    }

    public static FunctionsSettings withIdle(FunctionsSettings s, Duration idle) {
        return withLimits(s, idle, s.initLimit());
    }

    public static FunctionsSettings withInitLimit(FunctionsSettings s, Duration initLimit) {
        return withLimits(s, s.idle(), initLimit);
    }

    public static FunctionsSettings withRetryDelay(FunctionsSettings s, Duration delay) {
        return withLimits(s, s.idle(), s.initLimit(), List.of(delay, delay));
    }

    private static FunctionsSettings withLimits(
            FunctionsSettings s, Duration idle, Duration initLimit) {
        return withLimits(s, idle, initLimit, s.retryDelays());
    }

    private static FunctionsSettings withLimits(
            FunctionsSettings s, Duration idle, Duration initLimit, List<Duration> retryDelays) {
        return new FunctionsSettings(
                s.dataDirectory(),
                s.visible(),
                s.region(),
                s.accountId(),
                s.accessKeyId(),
                s.secretAccessKey(),
                s.sendToQueue(),
                s.announcements(),
                s.accountConcurrency(),
                retryDelays,
                s.firstThrottleDelay(),
                idle,
                initLimit,
                s.grace());
    }

    /// Waits until something holds; a minute at most.
    public static void awaitTrue(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it never came true");
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    /// What came of an event, as text.
    public static String invoke(Functions functions, String name, String event)
            throws InterruptedException {
        return text(functions.invoke(name, event.getBytes(StandardCharsets.UTF_8)));
    }

    public static String text(InvokeResult result) {
        return switch (result) {
            case InvokeResult.Success(_, byte[] payload, _) -> utf8(payload);
            case InvokeResult.FunctionError(_, byte[] payload, _) -> "error " + utf8(payload);
            case InvokeResult.Throttled(_, var reason) -> "throttled " + reason.wireName();
        };
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /// What a handler of the test class path needs.
    public static List<String> classPath(Class<?> handler) {
        return Stream.of(
                        handler,
                        AWSLambda.class,
                        RequestStreamHandler.class,
                        PojoSerializer.class,
                        SdkInternalThreadLocal.class)
                .map(TestingFunctions::location)
                .distinct()
                .toList();
    }

    private static List<String> argv(Class<?> handler) {
        var classPath = String.join(":", classPath(handler));
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                AWSLambda.class.getName(),
                handler.getName());
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toString();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
