package dev.sluice.local.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.invoke.Functions;
import dev.sluice.local.invoke.TestingFunctions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.IntStream;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/// What becomes of messages: a real queue, a real function, and the mapping between them.
class SqsMappingTest {
    @TempDir static Path directory;
    private static SQSRestServer server;
    private static URI endpoint;
    private static SqsClient sqs;
    private static Functions functions;

    @BeforeAll
    static void start() throws Exception {
        server =
                SQSRestServerBuilder.withInterface("127.0.0.1")
                        .withDynamicPort()
                        .withAWSRegion("eu-west-1")
                        .withAWSAccountId("000000000000")
                        .start();
        int port = server.waitUntilStarted().localAddress().getPort();
        endpoint = URI.create("http://127.0.0.1:" + port);
        sqs =
                SqsClient.builder()
                        .endpointOverride(endpoint)
                        .region(Region.EU_WEST_1)
                        .httpClientBuilder(Apache5HttpClient.builder())
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create("testing", "secret")))
                        .build();
        functions = Functions.start(TestingFunctions.settings(directory));
    }

    @AfterAll
    static void stop() {
        functions.close();
        sqs.close();
        server.stopAndWait();
    }

    @Test
    void deletesWhatSucceeded() throws Exception {
        try (var source = new Source("Good", 30)) {
            source.send("one", "two", "three");
            source.start();
            source.awaitEmpty();
            assertThat(source.log()).contains("got one ", "got two ", "got three ");
        }
    }

    @Test
    void givesTheRecordAsSqsDoes() throws Exception {
        try (var source = new Source("Shown", 30)) {
            sqs.sendMessage(it ->
                    it.queueUrl(source.url)
                            .messageBody("show me")
                            .messageAttributes(
                                    Map.of(
                                            "kind",
                                            MessageAttributeValue.builder()
                                                    .dataType("String")
                                                    .stringValue("large")
                                                    .build())));
            source.start();
            source.awaitEmpty();
            var event =
                    source.log()
                            .lines()
                            .filter(it -> it.startsWith("{\"Records\""))
                            .findFirst()
                            .orElseThrow();
            assertThat(event)
                    .matches(
                            "\\{\"Records\":\\[\\{\"messageId\":\"[-0-9a-f]{36}\",\"receiptHandle\":\"[^\"]+\",\"body\":\"show me\",\"attributes\":\\{.*\"ApproximateReceiveCount\":\"1\".*},\"messageAttributes\":\\{\"kind\":\\{\"stringValue\":\"large\",\"stringListValues\":\\[],\"binaryListValues\":\\[],\"dataType\":\"String\"}},\"md5OfBody\":\"[0-9a-f]{32}\",\"md5OfMessageAttributes\":\"[0-9a-f]{32}\",\"eventSource\":\"aws:sqs\",\"eventSourceARN\":\"arn:aws:sqs:eu-west-1:000000000000:Shown\",\"awsRegion\":\"eu-west-1\"}]}")
                    .contains("\"SentTimestamp\":\"", "\"ApproximateFirstReceiveTimestamp\":\"");
        }
    }

    @Test
    void deliversAgainWhatAnAnswerNames() throws Exception {
        try (var source = new Source("Partly", 3)) {
            // so that no start falls into the visibility timeout
            TestingFunctions.invoke(functions, "test-Partly", "{}");
            source.send("fail a", "fine b", "fail c");
            source.start();
            TestingFunctions.awaitTrue(() -> source.count("got fail a") >= 2);
            // on a slow machine b, too, may come again before it goes
            TestingFunctions.awaitTrue(() -> source.messages() == 2);
            assertThat(source.count("got fine b")).isPositive();
        }
    }

    @Test
    void deliversAllAgainAfterAnErrorOrAWrongAnswer() throws Exception {
        for (var body : List.of("throw up", "answer {'batchItemFailures':[{'foo':1}]}")) {
            try (var source = new Source("Wrong" + body.charAt(0), 1)) {
                source.send(body);
                source.start();
                TestingFunctions.awaitTrue(() -> source.count("got " + body.split(" ", 2)[0]) >= 2);
                assertThat(source.messages()).isEqualTo(1);
            }
        }
    }

    @Test
    void doesNotReadTheAnswerUnlessToldTo() throws Exception {
        try (var source = new Source("Unread", 30)) {
            source.reportFailures = false;
            source.send("fail a");
            source.start();
            source.awaitEmpty();
            assertThat(source.count("got fail a")).isEqualTo(1);
        }
    }

    @Test
    void neverHasMoreUnderWayThanTheConcurrency() throws Exception {
        try (var source = new Source("Narrow", 30)) {
            source.batchSize = 1;
            source.sendMany(8, "sleep 400");
            source.start();
            int most = 0;
            while (source.messages() > 0) {
                assertThat(functions.environments())
                        .filteredOn(it -> it.logicalId().equals("Narrow") && it.busy())
                        .hasSizeLessThanOrEqualTo(2);
                most = Math.max(most, source.inFlight());
            }
            assertThat(most).isEqualTo(2);
        }
    }

    @Test
    void waitsWhileTheFunctionIsThrottled() throws Exception {
        try (var source = new Source("Throttled", 30)) {
            functions.deploy(
                    TestingFunctions.withReserved(
                            TestingFunctions.spec("Throttled", Worker.class), OptionalInt.of(1)));
            source.batchSize = 1;
            source.sendMany(6, "sleep 150");
            source.start();
            source.awaitEmpty();
            // a throttle is no delivery: nothing was received twice
            assertThat(source.count("got sleep")).isEqualTo(6);
        }
    }

    @Test
    void gathersForAsLongAsTheWindowIsOpen() throws Exception {
        try (var source = new Source("Gathered", 60)) {
            source.batchSize = 100;
            source.window = Duration.ofSeconds(2);
            source.sendMany(25, "word");
            source.start();
            source.awaitEmpty();
            assertThat(source.log()).containsAnyOf("batch of 25", "batch of 15", "batch of 20");
        }
    }

    @Test
    void stopsWhileItIsDisabled() throws Exception {
        try (var source = new Source("Switched", 30)) {
            source.enabled = false;
            source.send("one");
            var mapping = source.start();
            assertThat(source.messages()).isEqualTo(1);
            mapping.setEnabled(true);
            source.awaitEmpty();
            assertThat(source.count("got one")).isEqualTo(1);
        }
    }

    @Test
    void givesBackWhatIsUnderWayWhenItCloses() throws Exception {
        try (var source = new Source("Closed", 600)) {
            source.send("sleep 15000");
            var mapping = source.start();
            TestingFunctions.awaitTrue(() -> source.count("got sleep") == 1);
            mapping.close();
            assertThat(source.inFlight()).isEqualTo(0);
            assertThat(source.messages()).isEqualTo(1);
        }
    }

    @Test
    void reachesTheFunctionSoonAfterAMessageIsSent() throws Exception {
        try (var source = new Source("Soon", 30)) {
            source.start();
            source.send("warm");
            source.awaitEmpty();
            var delays =
                    IntStream.range(0, 10)
                            .mapToLong(i -> source.millisToReach("n" + i))
                            .sorted()
                            .toArray();
            // the least of them, since the machine may be busy with other things
            assertThat(delays[0]).isLessThan(500);
        }
    }

    /// A queue, its function and the mapping between them.
    private static final class Source implements AutoCloseable {
        private final String name;
        private final String url;
        private int batchSize = 10;
        private Duration window = Duration.ZERO;
        private boolean reportFailures = true;
        private boolean enabled = true;
        private @org.jspecify.annotations.Nullable SqsMapping mapping;

        Source(String name, int visibilitySeconds) throws Exception {
            this.name = name;
            this.url =
                    sqs.createQueue(it ->
                                    it.queueName(name)
                                            .attributes(
                                                    Map.of(
                                                            QueueAttributeName.VISIBILITY_TIMEOUT,
                                                            Integer.toString(visibilitySeconds))))
                            .queueUrl();
            functions.deploy(TestingFunctions.spec(name, Worker.class));
        }

        SqsMapping start() {
            mapping =
                    SqsMapping.start(
                            new SqsMappingSettings(
                                    endpoint,
                                    "eu-west-1",
                                    "testing",
                                    "secret",
                                    url,
                                    "arn:aws:sqs:eu-west-1:000000000000:" + name,
                                    "test-" + name,
                                    batchSize,
                                    window,
                                    reportFailures,
                                    OptionalInt.of(2),
                                    enabled,
                                    Duration.ofMillis(200)),
                            functions);
            return mapping;
        }

        void send(String... bodies) {
            for (var body : bodies) {
                sqs.sendMessage(it -> it.queueUrl(url).messageBody(body));
            }
        }

        void sendMany(int count, String body) {
            for (int from = 0; from < count; from += 10) {
                var entries =
                        IntStream.range(from, Math.min(count, from + 10))
                                .mapToObj(i ->
                                        SendMessageBatchRequestEntry.builder()
                                                .id(UUID.randomUUID().toString())
                                                .messageBody(body)
                                                .build())
                                .toList();
                sqs.sendMessageBatch(it -> it.queueUrl(url).entries(entries));
            }
        }

        long millisToReach(String body) {
            long sent = System.currentTimeMillis();
            send(body);
            try {
                TestingFunctions.awaitTrue(() -> count("got " + body) == 1);
                var line = log().lines().filter(it -> it.startsWith("got " + body)).findFirst();
                return Long.parseLong(line.orElseThrow().replaceAll(".* at ", "")) - sent;
            } catch (Exception failure) {
                throw new AssertionError(failure);
            }
        }

        String log() throws Exception {
            var file = directory.resolve("logs/" + name + ".log");
            return Files.exists(file) ? Files.readString(file, UTF_8) : "";
        }

        long count(String start) throws Exception {
            return log().lines().filter(it -> it.startsWith(start)).count();
        }

        // asked for at once: between two questions one may come into sight
        int messages() {
            return sum(
                    QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                    QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE);
        }

        int inFlight() {
            return sum(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE);
        }

        void awaitEmpty() throws Exception {
            TestingFunctions.awaitTrue(() -> messages() == 0);
        }

        @Override
        public void close() {
            if (mapping != null) {
                mapping.close();
            }
        }

        private int sum(QueueAttributeName... attributes) {
            return sqs
                    .getQueueAttributes(it -> it.queueUrl(url).attributeNames(attributes))
                    .attributes()
                    .values()
                    .stream()
                    .mapToInt(Integer::parseInt)
                    .sum();
        }
    }
}
