package dev.sluice.local.template;

import dev.sluice.local.document.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What a template declares, resolved: everything this machine has to stand up.
///
/// @param leftOut sentences about what has no counterpart on one machine
public record Stack(
        List<Function> functions,
        List<Bucket> buckets,
        List<Queue> queues,
        List<Notification> notifications,
        List<Mapping> mappings,
        List<Schedule> schedules,
        Optional<Api> api,
        Optional<Database> database,
        Optional<DatabaseProxy> databaseProxy,
        List<CustomResource> customResources,
        Map<String, String> outputs,
        List<String> leftOut) {

    /// A function of an image.
    ///
    /// @param entryPoint empty where the image's own counts
    /// @param command empty where the image's own counts
    /// @param mounts where it sees the shared file system
    /// @param onFailureQueue the name of a queue
    public record Function(
            String logicalId,
            String name,
            List<String> entryPoint,
            List<String> command,
            Optional<String> workingDirectory,
            Map<String, String> environment,
            int memoryMegabytes,
            Duration timeout,
            OptionalInt reservedConcurrency,
            int ephemeralStorageMegabytes,
            List<Mount> mounts,
            int asyncRetries,
            Duration asyncMaxAge,
            Optional<String> onFailureQueue) {}

    /// Where a function sees the shared file system, and whether it may write there.
    public record Mount(String path, boolean writable) {}

    /// A bucket.
    public record Bucket(String logicalId, String name, boolean versioned) {}

    /// A queue; the dead letter queue goes by its name.
    public record Queue(
            String logicalId,
            String name,
            Duration visibilityTimeout,
            Duration messageRetention,
            Duration delay,
            boolean fifo,
            boolean contentBasedDeduplication,
            Optional<DeadLetters> deadLetters) {}

    /// Where messages go that were received too often.
    public record DeadLetters(String queue, int maxReceiveCount) {}

    /// A bucket's wish to tell a function of its objects; names of bucket and function.
    ///
    /// @param events such as `s3:ObjectCreated:*`
    public record Notification(
            String id,
            String bucket,
            List<String> events,
            String prefix,
            String suffix,
            String function) {
        /// Whether an event such as `ObjectCreated:Put` of this key is wished for.
        public boolean wants(String bucket, String event, String key) {
            return this.bucket.equals(bucket)
                    && key.startsWith(prefix)
                    && key.endsWith(suffix)
                    && events.stream().anyMatch(it -> matches(it, "s3:" + event));
        }

        private static boolean matches(String pattern, String event) {
            return pattern.endsWith("*")
                    ? event.startsWith(pattern.substring(0, pattern.length() - 1))
                    : event.equals(pattern);
        }
    }

    /// An event source mapping; names of queue and function.
    public record Mapping(
            String queue,
            String function,
            int batchSize,
            Duration window,
            boolean reportBatchItemFailures,
            OptionalInt maximumConcurrency,
            boolean enabled) {}

    /// A rule that invokes a function at a rate.
    ///
    /// @param input the event, where it is not EventBridge's own
    public record Schedule(
            String name,
            String expression,
            String function,
            Optional<String> input,
            boolean enabled) {}

    /// A REST API with its OpenAPI document.
    public record Api(
            String logicalId,
            String id,
            String stage,
            Value document,
            Map<String, String> stageVariables,
            List<String> binaryMediaTypes) {}

    /// A database with its owner.
    public record Database(String logicalId, String name, String owner) {}

    /// What stands between functions and the database.
    ///
    /// @param pool in parts of the database's connections
    /// @param iam whether clients sign in by IAM; else they are who they say
    public record DatabaseProxy(
            String logicalId,
            Duration idleClientTimeout,
            ConnectionPool pool,
            boolean requireTls,
            boolean iam) {
        DatabaseProxy with(ConnectionPool pool) {
            return new DatabaseProxy(logicalId, idleClientTimeout, pool, requireTls, iam);
        }
    }

    /// How a database proxy deals with the database's connections.
    public record ConnectionPool(
            int maxConnectionsPercent, int maxIdleConnectionsPercent, Duration borrowTimeout) {}

    /// A resource that a function makes; `properties` is a JSON object.
    public record CustomResource(
            String logicalId,
            String type,
            String serviceToken,
            String function,
            Map<String, Object> properties,
            Duration timeout) {}
}
