package dev.sluice.local.invoke;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of an event that nobody waits for; the delays between attempts are short here.
class AsyncEventsTest {
    private static final BlockingQueue<String> SENT = new LinkedBlockingQueue<>();
    @TempDir static Path directory;
    private static Functions functions;

    @BeforeAll
    static void start() throws Exception {
        functions = Functions.start(TestingFunctions.settings(directory, SENT));
    }

    @AfterAll
    static void stop() {
        functions.close();
    }

    @Test
    void areTriedThreeTimesAndThenReported() throws Exception {
        functions.deploy(
                TestingFunctions.withAsync(
                        TestingFunctions.spec("Failing", Behaviour.class),
                        2,
                        Duration.ofHours(1),
                        "failed-events"));
        var requestId = functions.invokeAsync("test-Failing", "\"throw again\"".getBytes(UTF_8));
        assertThat(record("failed-events", requestId))
                .matches(
                        "failed-events \\{\"version\":\"1.0\",\"timestamp\":\"[-0-9T:.]+Z\",\"requestContext\":\\{\"requestId\":\"ID\",\"functionArn\":\"arn:aws:lambda:eu-west-1:000000000000:function:test-Failing:\\$LATEST\",\"condition\":\"RetriesExhausted\",\"approximateInvokeCount\":3},\"requestPayload\":\"throw again\",\"responseContext\":\\{\"statusCode\":200,\"executedVersion\":\"\\$LATEST\",\"functionError\":\"Unhandled\"},\"responsePayload\":\\{\"errorMessage\":\"again\",.*}}");
        assertThat(
                        Files.readString(directory.resolve("logs/Failing.log"))
                                .lines()
                                .filter(
                                        ("START RequestId: " + requestId + " Version: $LATEST")
                                                ::equals))
                .hasSize(3);
    }

    @Test
    void waitWhileTheFunctionIsBusy() throws Exception {
        functions.deploy(
                TestingFunctions.withAsync(
                        TestingFunctions.withReserved(
                                TestingFunctions.spec("Single", Behaviour.class),
                                OptionalInt.of(1)),
                        0,
                        Duration.ofHours(1),
                        "failed-events"));
        for (int i = 0; i < 4; i++) {
            functions.invokeAsync("test-Single", "\"sleep 100\"".getBytes(UTF_8));
        }
        var log = directory.resolve("logs/Single.log");
        TestingFunctions.awaitTrue(() ->
                Files.exists(log)
                        && Files.readString(log)
                                        .lines()
                                        .filter(it -> it.startsWith("REPORT"))
                                        .count()
                                == 4);
        assertThat(SENT).noneMatch(it -> it.contains("test-Single"));
    }

    @Test
    void ofAFunctionThatIsOffAreReportedAtOnce() throws Exception {
        functions.deploy(
                TestingFunctions.withAsync(
                        TestingFunctions.withReserved(
                                TestingFunctions.spec("Off", Behaviour.class), OptionalInt.of(0)),
                        2,
                        Duration.ofHours(1),
                        "arn:aws:sqs:eu-west-1:000000000000:off-events"));
        var requestId = functions.invokeAsync("test-Off", "{\"a\":1}".getBytes(UTF_8));
        assertThat(record("arn:aws:sqs:eu-west-1:000000000000:off-events", requestId))
                .endsWith(
                        "\"condition\":\"ZeroReservedConcurrency\",\"approximateInvokeCount\":0},\"requestPayload\":{\"a\":1}}");
    }

    @Test
    void areGivenUpWhenTheirAgeWouldBeTooGreat() throws Exception {
        try (var slow =
                Functions.start(
                        TestingFunctions.withRetryDelay(
                                TestingFunctions.settings(directory.resolve("slow"), SENT),
                                Duration.ofMinutes(2)))) {
            slow.deploy(
                    TestingFunctions.withAsync(
                            TestingFunctions.spec("Old", Behaviour.class),
                            2,
                            Duration.ofMinutes(1),
                            "old-events"));
            var requestId = slow.invokeAsync("test-Old", "\"throw once\"".getBytes(UTF_8));
            assertThat(record("old-events", requestId))
                    .contains("\"condition\":\"EventAgeExceeded\",\"approximateInvokeCount\":1}");
        }
    }

    private static String record(String queue, String requestId) throws Exception {
        Predicate<String> wanted = it -> it.startsWith(queue + " ") && it.contains(requestId);
        TestingFunctions.awaitTrue(() -> SENT.stream().anyMatch(wanted));
        return SENT.stream().filter(wanted).findFirst().orElseThrow().replace(requestId, "ID");
    }
}
