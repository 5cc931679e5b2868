package dev.sluice.local.invoke;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// What functions need of the place they run in.
///
/// @param dataDirectory logs go to its folder `logs`; the functions may read and write it
/// @param visible further paths of this host that functions need where a private `/tmp` or a mount
///   would hide them
/// @param sendToQueue takes the name or ARN of a queue and a message body; for on-failure records
/// @param announcements told, one sentence each, how this machine stands in for Lambda
/// @param accountConcurrency how many invocations may be under way at once in all
/// @param retryDelays how long an asynchronous event waits before each further attempt
/// @param firstThrottleDelay how long a throttled event waits at first; each further wait doubles
/// @param idle how long an execution environment is kept with nothing to do
/// @param initLimit how long a first start may take
/// @param grace how long `close` waits for a process to end by itself
public record FunctionsSettings(
        Path dataDirectory,
        List<Path> visible,
        String region,
        String accountId,
        String accessKeyId,
        String secretAccessKey,
        BiConsumer<String, String> sendToQueue,
        Consumer<String> announcements,
        int accountConcurrency,
        List<Duration> retryDelays,
        Duration firstThrottleDelay,
        Duration idle,
        Duration initLimit,
        Duration grace) {

    public FunctionsSettings {
        dataDirectory = dataDirectory.toAbsolutePath().normalize();
        visible = List.copyOf(visible);
        retryDelays = List.copyOf(retryDelays);
        if (retryDelays.size() != 2) {
            throw new IllegalArgumentException("two retry delays, not " + retryDelays);
        }
    }

    /// AWS's numbers.
    public static FunctionsSettings of(
            Path dataDirectory,
            String region,
            String accountId,
            String accessKeyId,
            String secretAccessKey,
            BiConsumer<String, String> sendToQueue,
            Consumer<String> announcements) {
        return new FunctionsSettings(
                dataDirectory,
                List.of(),
                region,
                accountId,
                accessKeyId,
                secretAccessKey,
                sendToQueue,
                announcements,
                1_000,
                List.of(Duration.ofMinutes(1), Duration.ofMinutes(2)),
                Duration.ofSeconds(1),
                Duration.ofMinutes(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2));
    }

    public FunctionsSettings withVisible(List<Path> paths) {
        return new FunctionsSettings(
                dataDirectory,
                paths,
                region,
                accountId,
                accessKeyId,
                secretAccessKey,
                sendToQueue,
                announcements,
                accountConcurrency,
                retryDelays,
                firstThrottleDelay,
                idle,
                initLimit,
                grace);
    }
}
