package dev.sluice.local.sqs;

import com.typesafe.config.Config;
import dev.sluice.local.part.Part;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.pekko.actor.Terminated;
import org.elasticmq.server.ElasticMQServer;
import org.elasticmq.server.config.ElasticMQServerConfig;
import scala.Function0;
import scalikejdbc.ConnectionPool;

/// A running ElasticMQ with its connections to the database.
final class QueueServer implements Part {
    private static final Duration TO_START = Duration.ofSeconds(60);
    private static final Duration TO_STOP = Duration.ofSeconds(20);

    private static final Pattern COUNTS =
            Pattern.compile("<Name>ApproximateNumberOfMessages\\w*</Name>\\s*<Value>(\\d+)");

    private final Function0<Terminated> stop;
    private final int port;

    private QueueServer(Function0<Terminated> stop, int port) {
        this.stop = stop;
        this.port = port;
    }

    /// Starts the server and returns when each of these queues has its messages; the queues are
    /// paths below the account.
    static QueueServer start(
            Config config, String store, URI account, Map<String, Integer> messages)
            throws IOException {
        // ElasticMQ itself opens its database only once in the life of a JVM
        ConnectionPool.singleton(
                store,
                "",
                "",
                ConnectionPool.singleton$default$4(),
                ConnectionPool.DEFAULT_CONNECTION_POOL_FACTORY());
        var server =
                new QueueServer(
                        new ElasticMQServer(new ElasticMQServerConfig(config)).start(),
                        account.getPort());
        try {
            awaitMessages(account, messages);
            return server;
        } catch (IOException failure) {
            try {
                server.close();
            } catch (IOException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        try {
            CompletableFuture.runAsync(stop::apply).get(TO_STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IOException("the queues do not stop", failure);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupt);
        } finally {
            ConnectionPool.closeAll();
        }
    }

    // It answers before it has restored its queues, and its queues before they have their messages:
    // a
    // long poll in that gap would come back empty in the end.
    private static void awaitMessages(URI account, Map<String, Integer> messages)
            throws IOException {
        var deadline = Instant.now().plus(TO_START);
        try (var http = HttpClient.newHttpClient()) {
            for (var queue : messages.entrySet()) {
                var url = account.resolve(queue.getKey());
                while (messages(http, url) < queue.getValue()) {
                    if (Instant.now().isAfter(deadline)) {
                        throw new IOException(url + " is not there after " + TO_START);
                    }
                    Thread.sleep(20);
                }
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupt);
        }
    }

    /// How many messages the queue has, in flight or not; -1 where there is no such queue yet.
    private static int messages(HttpClient http, URI queue)
            throws IOException, InterruptedException {
        var form =
                "Action=GetQueueAttributes&AttributeName.1=All&QueueUrl="
                        + URLEncoder.encode(queue.toString(), StandardCharsets.UTF_8);
        var request =
                HttpRequest.newBuilder(queue)
                        .timeout(TO_START)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build();
        var response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            return -1;
        }
        return COUNTS.matcher(response.body())
                .results()
                .mapToInt(it -> Integer.parseInt(it.group(1)))
                .sum();
    }
}
