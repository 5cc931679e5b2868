package dev.sluice.local.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// The danger: a message that was answered for and is gone, or one that never reaches its dead
/// letters.
final class QueuesTest {
    private static final QueueDefinition DEAD = QueueDefinition.standard("chunks-dead");

    @TempDir Path data;
    private final ConcurrentLinkedQueue<String> announcements = new ConcurrentLinkedQueue<>();

    @Test
    void givesQueuesAsTheyAreDefined() throws IOException {
        var fifo =
                new QueueDefinition(
                        "ordered.fifo",
                        Duration.ofSeconds(30),
                        Duration.ofDays(4),
                        Duration.ZERO,
                        /* fifo= */ true,
                        /* contentBasedDeduplication= */ true,
                        null);
        try (var queues = Queues.start(settings(chunks(720), DEAD, fifo));
                var sqs = client(queues)) {
            var attributes = attributes(sqs, queues, "chunks");
            assertThat(attributes)
                    .containsEntry(QueueAttributeName.VISIBILITY_TIMEOUT, "720")
                    .containsEntry(QueueAttributeName.DELAY_SECONDS, "1")
                    .containsEntry(QueueAttributeName.QUEUE_ARN, queues.arn("chunks"));
            assertThat(attributes.get(QueueAttributeName.REDRIVE_POLICY))
                    .contains(queues.arn("chunks-dead"), "2");
            assertThat(sqs.getQueueUrl(it -> it.queueName("chunks")).queueUrl())
                    .isEqualTo(queues.url("chunks"));
            for (var body : List.of("one", "one", "two")) {
                sqs.sendMessage(it ->
                        it.queueUrl(queues.url("ordered.fifo"))
                                .messageGroupId("g")
                                .messageBody(body));
            }
            assertThat(receive(sqs, queues, "ordered.fifo"))
                    .extracting(Message::body)
                    .containsExactly("one", "two");
        }
    }

    @Test
    void movesAMessageThatWasReceivedTooOftenToTheDeadLetters() throws IOException {
        try (var queues = Queues.start(settings(chunks(0), DEAD));
                var sqs = client(queues)) {
            sqs.sendMessage(it -> it.queueUrl(queues.url("chunks")).messageBody("bad"));
            assertThat(receive(sqs, queues, "chunks")).hasSize(1);
            assertThat(receive(sqs, queues, "chunks")).hasSize(1);
            assertThat(receive(sqs, queues, "chunks", 1)).isEmpty();
            assertThat(receive(sqs, queues, "chunks-dead"))
                    .extracting(Message::body)
                    .containsExactly("bad");
        }
    }

    @Test
    void goesOnAfterARestartWithNewDefinitions() throws IOException {
        var long1 = "x".repeat(200_000);
        try (var queues = Queues.start(settings(chunks(720), DEAD));
                var sqs = client(queues)) {
            sqs.sendMessage(it -> it.queueUrl(queues.url("chunks")).messageBody("kept"));
            sqs.sendMessage(it -> it.queueUrl(queues.url("chunks")).messageBody("done"));
            sqs.sendMessage(it -> it.queueUrl(queues.url("chunks-dead")).messageBody(long1));
            for (var message : twoOf(sqs, queues)) {
                if (message.body().equals("done")) {
                    sqs.deleteMessage(it ->
                            it.queueUrl(queues.url("chunks"))
                                    .receiptHandle(message.receiptHandle()));
                } else {
                    sqs.changeMessageVisibility(it ->
                            it.queueUrl(queues.url("chunks"))
                                    .receiptHandle(message.receiptHandle())
                                    .visibilityTimeout(0));
                }
            }
        }
        try (var queues = Queues.start(settings(chunks(60), DEAD));
                var sqs = client(queues)) {
            assertThat(attributes(sqs, queues, "chunks"))
                    .containsEntry(QueueAttributeName.VISIBILITY_TIMEOUT, "60");
            assertThat(receive(sqs, queues, "chunks"))
                    .singleElement()
                    .satisfies(it -> assertThat(it.body()).isEqualTo("kept"));
            assertThat(receive(sqs, queues, "chunks-dead"))
                    .extracting(Message::body)
                    .containsExactly(long1);
        }
        assertThat(announcements).isEmpty();
    }

    @Test
    void losesNothingThatWasAnsweredWhenItIsKilled() throws Exception {
        var sender = sender();
        var answered = sender.inputReader().readLine();
        sender.destroyForcibly();
        assertThat(sender.waitFor(60, TimeUnit.SECONDS)).isTrue();
        try (var queues = Queues.start(settings(chunks(30), DEAD));
                var sqs = client(queues)) {
            assertThat(answered).isEqualTo("100");
            assertThat(
                            attributes(sqs, queues, "chunks-dead")
                                    .get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
                    .isEqualTo(answered);
        }
        assertThat(announcements).isEmpty();
    }

    @Test
    void putsADamagedStoreAsideAndSaysSo() throws IOException {
        Files.writeString(data.resolve("queues.mv.db"), "not a database".repeat(1000));
        try (var queues = Queues.start(settings(chunks(30), DEAD));
                var sqs = client(queues)) {
            assertThat(receive(sqs, queues, "chunks", 0)).isEmpty();
        }
        assertThat(announcements).singleElement().asString().contains("queues-damaged-");
        try (var files = Files.list(data)) {
            assertThat(files.map(it -> it.getFileName().toString()))
                    .anyMatch(it -> it.matches("queues-damaged-[0-9TZ-]+\\.mv\\.db"));
        }
    }

    @Test
    void takesAnInterruptedStartForNoDamage() throws IOException {
        try (var queues = Queues.start(settings(chunks(30), DEAD));
                var sqs = client(queues)) {
            sqs.sendMessage(it -> it.queueUrl(queues.url("chunks")).messageBody("kept"));
        }
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Queues.start(settings(chunks(30), DEAD)).close())
                .isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();

        try (var queues = Queues.start(settings(chunks(30), DEAD));
                var sqs = client(queues)) {
            assertThat(receive(sqs, queues, "chunks")).extracting(Message::body).contains("kept");
        }
        assertThat(announcements).isEmpty();
    }

    /// A JVM of its own that sends and says how many were answered, at once after the last.
    public static void main(String[] arguments) throws Exception {
        var settings =
                new QueuesSettings(
                        Path.of(arguments[0]),
                        "eu-central-1",
                        "000000000000",
                        List.of(DEAD),
                        /* preferredPort= */ 0,
                        _ -> {});
        try (var queues = Queues.start(settings);
                var sqs = client(queues)) {
            for (int i : IntStream.range(0, 100).toArray()) {
                sqs.sendMessage(it -> it.queueUrl(queues.url("chunks-dead")).messageBody("m" + i));
            }
            System.out.println("100");
            Thread.currentThread().join();
        }
    }

    private Process sender() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        QueuesTest.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private QueuesSettings settings(QueueDefinition... queues) {
        return new QueuesSettings(
                data, "eu-central-1", "000000000000", List.of(queues), 0, announcements::add);
    }

    private static QueueDefinition chunks(int visibilitySeconds) {
        return new QueueDefinition(
                "chunks",
                Duration.ofSeconds(visibilitySeconds),
                Duration.ofDays(4),
                Duration.ofSeconds(1),
                /* fifo= */ false,
                /* contentBasedDeduplication= */ false,
                new QueueDefinition.Redrive("chunks-dead", 2));
    }

    private static List<Message> twoOf(SqsClient sqs, Queues queues) {
        var found = new ArrayList<Message>();
        var deadline = Instant.now().plusSeconds(20);
        while (found.size() < 2 && Instant.now().isBefore(deadline)) {
            found.addAll(receive(sqs, queues, "chunks"));
        }
        assertThat(found).hasSize(2);
        return found;
    }

    private static List<Message> receive(SqsClient sqs, Queues queues, String queue) {
        return receive(sqs, queues, queue, /* waitSeconds= */ 10);
    }

    private static List<Message> receive(
            SqsClient sqs, Queues queues, String queue, int waitSeconds) {
        return sqs.receiveMessage(it ->
                        it.queueUrl(queues.url(queue))
                                .maxNumberOfMessages(10)
                                .waitTimeSeconds(waitSeconds))
                .messages();
    }

    private static Map<QueueAttributeName, String> attributes(
            SqsClient sqs, Queues queues, String queue) {
        return sqs.getQueueAttributes(
                        it -> it.queueUrl(queues.url(queue)).attributeNames(QueueAttributeName.ALL))
                .attributes();
    }

    private static SqsClient client(Queues queues) {
        return SqsClient.builder()
                .endpointOverride(queues.endpoint())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create("local", "secret")))
                .build();
    }
}
