package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.proxy.Pin;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/// A whole template on real parts: every trigger reaches its function, and a start that fails, or
/// comes again, leaves things in order.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocalTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final Semaphore minutes = new Semaphore(0);
    private final List<Detours.Service> detours = new ArrayList<>();
    private final Queue<String> announcements = new ConcurrentLinkedQueue<>();
    private TestingStack stack;
    private Local local;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException, StartException {
        stack = new TestingStack(folder);
        local =
                Local.start(
                        stack.options()
                                .withDetours(this::around)
                                .withAnnouncements(announcements::add),
                        now::get,
                        this::pass);
    }

    @AfterAll
    void stop() throws InterruptedException {
        local.close();
        stack.close();
        TestingStack.assertNoProcesses();
    }

    @Test
    void tellsAFunctionOfAnObject() throws Exception {
        try (var s3 =
                S3Client.builder()
                        .endpointOverride(local.endpoints().s3())
                        .region(Region.of(local.endpoints().region()))
                        .credentialsProvider(credentials())
                        .forcePathStyle(true)
                        .build()) {
            var version =
                    s3.putObject(
                                    it -> it.bucket(inbox()).key("a b+c/ü.csv"),
                                    RequestBody.fromString("1,2"))
                            .versionId();

            assertThat(stack.event("aws:s3"))
                    .contains("\"key\":\"a+b%2Bc/%C3%BC.csv\"")
                    .contains("\"name\":\"test-inbox\"")
                    .contains("\"versionId\":\"" + version + "\"")
                    .contains("\"size\":3");
        }
    }

    @Test
    void handsAFunctionAMessage() throws Exception {
        try (var sqs = sqs()) {
            sqs.sendMessage(it -> it.queueUrl(queue("Work")).messageBody("do this"));

            assertThat(stack.event("aws:sqs")).contains("\"body\":\"do this\"");
        }
    }

    @Test
    void keepsWhatAFunctionCouldNotDo() throws Exception {
        invokeAsync("{\"say\":\"please fail\"}");

        try (var sqs = sqs()) {
            var lost = new ArrayList<Message>();
            for (int waits = 0; waits < 6 && lost.isEmpty(); waits++) {
                // as long as SQS lets one wait
                lost.addAll(
                        sqs.receiveMessage(it -> it.queueUrl(queue("Lost")).waitTimeSeconds(20))
                                .messages());
            }
            assertThat(lost)
                    .singleElement()
                    .satisfies(it ->
                            assertThat(it.body()).contains("RetriesExhausted", "please fail"));
        }
    }

    @Test
    void runsAFunctionOnTheMinute() throws Exception {
        minutes.release();

        assertThat(stack.event("Scheduled Event")).contains("rule/test-WorkerTick");
    }

    @Test
    void answersOverRest() throws Exception {
        var response = get("/hello", "token");

        assertThat(response.body()).isEqualTo("hello");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(stack.event("\"resource\":\"/hello\"")).contains("\"principalId\":\"me\"");
        assertThat(local.outputs())
                .containsEntry("Url", local.endpoints().api().orElseThrow().toString());
    }

    @Test
    void makesTheCustomResource() {
        assertThat(local.outputs()).containsEntry("Colour", "green");
    }

    @Test
    void givesTheDatabaseToItsOwner() throws SQLException {
        var uri = URI.create(local.endpoints().database().orElseThrow());
        assertThat(local.outputs()).containsEntry("Port", Integer.toString(uri.getPort()));

        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:" + uri.getPort() + "/things",
                                "owner",
                                "");
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT current_user, current_database()")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("owner");
            assertThat(row.getString(2)).isEqualTo("things");
        }
    }

    @Test
    void asksOnceForAWayAroundEachService() {
        assertThat(detours).containsExactlyInAnyOrder(Detours.Service.values());
    }

    @Test
    void deploysAnotherBuildWhileItRuns() throws Exception {
        var before = local.functions().environments();
        local.redeploy(stack.options().imagePaths());
        try (var sqs = sqs()) {
            sqs.sendMessage(it -> it.queueUrl(queue("Work")).messageBody("by the new one"));
            assertThat(stack.event("by the new one")).contains("aws:sqs");
        }
        assertThat(local.functions().environments())
                .isNotEmpty()
                .doesNotContainAnyElementsOf(before);
    }

    @Test
    void holdsBackAMappingThatIsSwitchedOff() throws Exception {
        var mapping = Objects.requireNonNull(local.mappings().get("test-Worker"));
        mapping.setEnabled(false);
        mapping.setEnabled(true);
        try (var sqs = sqs()) {
            sqs.sendMessage(it -> it.queueUrl(queue("Work")).messageBody("after a pause"));
            assertThat(stack.event("after a pause")).contains("aws:sqs");
        }
    }

    @Test
    void putsTheDatabaseProxyBeforeTheDatabaseOnTheSamePort() throws SQLException {
        var address = local.outputs().get("ProxyHost") + ":" + local.outputs().get("Port");
        assertThat(address).startsWith("127.0.0.").isNotEqualTo("127.0.0.1:");

        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://%s/things?assumeMinServerVersion=16"
                                        .formatted(address),
                                "owner",
                                "");
                var statement = connection.createStatement()) {
            statement.execute("SET work_mem = '5MB'");
        }

        var figures = local.databaseProxy().orElseThrow();
        assertThat(figures.mostServers()).isBetween(1, 4);
        assertThat(figures.pins()).extracting(Pin::reason).containsExactly("SET");
        assertThat(announcements).anyMatch(it -> it.contains("SET work_mem = '5MB'"));
    }

    @Test
    void isAloneOnItsDirectory() {
        assertThatThrownBy(() -> Local.start(stack.options()).close())
                .isInstanceOf(StartException.class)
                .hasMessageContaining("is in use by");
    }

    private InetSocketAddress around(Detours.Service service, InetSocketAddress address) {
        detours.add(service);
        return address;
    }

    /// A schedule's time passes when the test says so.
    private void pass(Duration duration) throws InterruptedException {
        minutes.acquire();
        now.updateAndGet(it -> it.plus(duration));
    }

    private HttpResponse<String> get(String path, String token) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(local.endpoints().api().orElseThrow() + path))
                            .header("Authorization", token)
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private void invokeAsync(String payload) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var answer =
                    client.send(
                            HttpRequest.newBuilder(
                                            local.endpoints()
                                                    .lambda()
                                                    .resolve(
                                                            "/2015-03-31/functions/test-Worker/invocations"))
                                    .header("X-Amz-Invocation-Type", "Event")
                                    .POST(HttpRequest.BodyPublishers.ofString(payload))
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(202);
        }
    }

    private SqsClient sqs() {
        return SqsClient.builder()
                .endpointOverride(local.endpoints().sqs())
                .region(Region.of(local.endpoints().region()))
                .credentialsProvider(credentials())
                .build();
    }

    private StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                        local.endpoints().accessKeyId(), local.endpoints().secretAccessKey()));
    }

    private String inbox() {
        return Objects.requireNonNull(local.endpoints().buckets().get("Inbox"));
    }

    private String queue(String logicalId) {
        return Objects.requireNonNull(local.endpoints().queues().get(logicalId));
    }
}
