package dev.sluice.local.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A function as it is deployed on this machine: what its template and image say, with the image's
/// paths already turned into paths of this host.
///
/// `environment` holds the function's own variables only: those which Lambda sets (region,
/// credentials, names) come from the runner, and a reserved key here is refused as AWS refuses it.
///
/// @param argv the process of an execution environment; `argv[0]` is an absolute path
/// @param memoryMegabytes the limit of one execution environment
/// @param reservedConcurrency empty for a share of the account's pool; 0 turns the function off
/// @param ephemeralStorageMegabytes the size of `/tmp`
/// @param mounts folders of this host by the path the function sees them at
/// @param asyncRetries how often a failed asynchronous invocation is tried again, 0 to 2
/// @param onFailureQueue name or ARN of the queue that gets the record of a lost event
public record FunctionSpec(
        String logicalId,
        String name,
        List<String> argv,
        Path workingDirectory,
        Map<String, String> environment,
        int memoryMegabytes,
        Duration timeout,
        OptionalInt reservedConcurrency,
        int ephemeralStorageMegabytes,
        Map<String, Mount> mounts,
        int asyncRetries,
        Duration asyncMaxAge,
        @Nullable String onFailureQueue) {

    /// A folder of this host that a function sees, and whether it may write there.
    public record Mount(Path folder, boolean writable) {
        public static Mount readOnly(Path folder) {
            return new Mount(folder, /* writable= */ false);
        }
    }

    public FunctionSpec {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
        mounts = Map.copyOf(mounts);
        require(name.matches("[a-zA-Z0-9-_]{1,64}"), "not a function name: " + name);
        require(logicalId.matches("[a-zA-Z0-9]+"), "not a logical id: " + logicalId);
        require(!argv.isEmpty(), name + " has no command");
        require(
                memoryMegabytes >= 128 && memoryMegabytes <= 10_240,
                name + ": memory must be 128 to 10240 MB, not " + memoryMegabytes);
        require(
                timeout.toMillis() >= 1_000 && timeout.toSeconds() <= 900,
                name + ": the timeout must be 1 to 900 s, not " + timeout);
        require(
                ephemeralStorageMegabytes >= 512 && ephemeralStorageMegabytes <= 10_240,
                name + ": /tmp must be 512 to 10240 MB, not " + ephemeralStorageMegabytes);
        require(
                asyncRetries >= 0 && asyncRetries <= 2,
                name + ": retries must be 0 to 2, not " + asyncRetries);
        require(
                asyncMaxAge.toSeconds() >= 60 && asyncMaxAge.toSeconds() <= 21_600,
                name + ": the event age must be 60 to 21600 s, not " + asyncMaxAge);
        require(
                reservedConcurrency.orElse(0) >= 0,
                name + ": reserved concurrency " + reservedConcurrency);
        for (String path : mounts.keySet()) {
            require(path.matches("/mnt/[a-zA-Z0-9-_.]+"), name + ": not a mount path: " + path);
        }
        var reserved = new TreeSet<>(environment.keySet());
        reserved.retainAll(LambdaVariables.RESERVED);
        require(
                reserved.isEmpty(),
                "Lambda was unable to configure your environment variables because the"
                        + " environment variables you have provided contains reserved keys that"
                        + " are currently not supported for modification. Reserved keys used in"
                        + " this request: "
                        + String.join(", ", reserved));
    }

    /// A function with AWS's defaults: 128 MB, 3 s, 512 MB of `/tmp`, two retries, six hours.
    public static FunctionSpec of(String logicalId, String name, List<String> argv) {
        return new FunctionSpec(
                logicalId,
                name,
                argv,
                Path.of("").toAbsolutePath(),
                Map.of(),
                128,
                Duration.ofSeconds(3),
                OptionalInt.empty(),
                512,
                Map.of(),
                2,
                Duration.ofHours(6),
                null);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
