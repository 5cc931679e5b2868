package dev.sluice.local.sqs;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import dev.sluice.local.part.DirectoryLock;
import dev.sluice.local.part.Part;
import dev.sluice.local.part.Parts;
import dev.sluice.local.part.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// SQS on this machine: queues that survive a restart behind the real protocol.
///
/// What was answered survives `kill -9`. How long messages are retained is not kept to: they stay
/// until they are deleted. One at a time in a JVM, since ElasticMQ's database is its JVM's.
public final class Queues implements Part {
    private final Parts parts;
    private final URI endpoint;
    private final String region;
    private final String accountId;

    private Queues(Parts parts, int port, QueuesSettings settings) {
        this.parts = parts;
        this.endpoint = URI.create("http://127.0.0.1:" + port);
        this.region = settings.region();
        this.accountId = settings.accountId();
    }

    /// Opens the store, makes or updates the queues and serves them on 127.0.0.1.
    public static Queues start(QueuesSettings settings) throws IOException {
        var parts = new Parts();
        var _ = parts.start(() -> DirectoryLock.take(settings.dataDirectory()));
        var server =
                parts.start(
                        () -> Ports.start(settings.preferredPort(), port -> serve(settings, port)));
        return new Queues(parts, server.port(), settings);
    }

    /// `http://127.0.0.1:port`.
    public URI endpoint() {
        return endpoint;
    }

    public String url(String name) {
        return endpoint + "/" + accountId + "/" + name;
    }

    public String arn(String name) {
        return "arn:aws:sqs:" + region + ":" + accountId + ":" + name;
    }

    @Override
    public void close() throws IOException {
        parts.close();
    }

    private static QueueServer serve(QueuesSettings settings, int port) throws IOException {
        var names = settings.queues().stream().map(QueueDefinition::name).toList();
        Path directory = settings.dataDirectory().toRealPath();
        var store = new QueueStore(directory);
        var messages = store.check(names, settings.announcements());
        var account = URI.create("http://127.0.0.1:" + port + "/" + settings.accountId() + "/");
        return QueueServer.start(
                config(settings, store.url(), port), store.url(), account, messages);
    }

    private static Config config(QueuesSettings settings, String store, int port) {
        var queues = new HashMap<String, Object>();
        settings.queues().forEach(it -> queues.put(it.name(), config(it)));
        var rest = Map.of("bind-hostname", "127.0.0.1", "bind-port", port, "sqs-limits", "strict");
        // not parseMap: that would take the dot of a FIFO queue's name for a path
        return ConfigValueFactory.fromMap(
                        Map.of(
                                "rest-sqs",
                                rest,
                                "generate-node-address",
                                true,
                                "messages-storage",
                                Map.of("enabled", true, "uri", store),
                                "aws",
                                Map.of(
                                        "region", settings.region(),
                                        "accountId", settings.accountId()),
                                "queues",
                                queues))
                .toConfig()
                .withFallback(ConfigFactory.load());
    }

    private static Map<String, Object> config(QueueDefinition queue) {
        var config = new HashMap<String, Object>();
        config.put("defaultVisibilityTimeout", queue.visibilityTimeout().toSeconds() + " seconds");
        config.put("delay", queue.delay().toSeconds() + " seconds");
        config.put("fifo", queue.fifo());
        config.put("contentBasedDeduplication", queue.contentBasedDeduplication());
        var redrive = queue.redrive();
        if (redrive != null) {
            config.put(
                    "deadLettersQueue",
                    Map.of(
                            "name", redrive.deadLetterQueue(),
                            "maxReceiveCount", redrive.maxReceiveCount()));
        }
        return config;
    }
}
