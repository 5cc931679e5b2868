package dev.sluice.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.job.Drop;
import dev.sluice.job.JobFailedException;
import dev.sluice.local.fault.Relay;
import dev.sluice.local.fault.Sign;
import dev.sluice.local.fault.Trap;
import dev.sluice.local.fault.Verdict;
import dev.sluice.testing.TestingPipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/// The danger: an answer of S3 that ended too early, taken for a whole one. HTTP's clients take the
/// end of the stream for the end of the headers.
class InboxTest {
    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final String key = "demo/data/" + TestingPipeline.unique("k") + ".csv";
    private Relay relay;
    private S3Client s3;
    private Inbox inbox;

    @BeforeEach
    void connect() throws IOException {
        var server = pipeline.s3Endpoint;
        relay = Relay.start(new InetSocketAddress(server.getHost(), server.getPort()));
        var here = URI.create("http://127.0.0.1:" + relay.port());
        var builder = Aws.s3Builder();
        var once =
                builder.overrideConfiguration()
                        .copy(it -> it.retryStrategy(AwsRetryStrategy.doNotRetry()));
        s3 = TestingPipeline.s3At(here, builder.overrideConfiguration(once));
        inbox = new Inbox(s3);
    }

    @AfterEach
    void disconnect() throws IOException {
        s3.close();
        relay.close();
    }

    @Test
    void takesNoListingThatWasCutForAWholeOne() throws Exception {
        var drops = List.of(put("a"), put("ab"), put("abc"));

        assertThat(wronglyTold(() -> inbox.versions(drops.get(1)))).isEmpty();
    }

    @Test
    void takesNoDescriptionThatWasCutForAWholeOne() throws Exception {
        var drop = put("id\n1\n");

        assertThat(wronglyTold(() -> inbox.describe(drop))).isEmpty();
    }

    @Test
    void takesNoObjectThatWasCutForAWholeOne() throws Exception {
        var drop = put("id\n1\n".repeat(50));

        assertThat(
                        wronglyTold(() -> {
                            var object = inbox.fetch(drop, 1000).orElseThrow();
                            return object.description()
                                    + new String(object.read().readAllBytes(), UTF_8);
                        }))
                .isEmpty();
    }

    @Test
    void takesNoPartOfAnObjectThatWasCutForAWholeOne() throws Exception {
        var drop = put("id\n1\n".repeat(50));

        assertThat(
                        wronglyTold(() -> {
                            try (var part = inbox.read(drop, 10, 110)) {
                                return new String(part.readAllBytes(), UTF_8);
                            }
                        }))
                .isEmpty();
    }

    private Drop put(String content) {
        return pipeline.put(key, content.getBytes(UTF_8), Map.of("sluice-dry-run", "true"));
    }

    private interface Question {
        Object answer() throws IOException;
    }

    /// What is told instead of the answer when S3's ends after so many bytes, for every such
    /// number. That there is trouble may be said.
    private List<String> wronglyTold(Question question) throws IOException {
        var right = question.answer();
        var wrong = new ArrayList<String>();
        int bytes = 0;
        for (boolean whole = false; !whole; bytes++) {
            var trap =
                    Trap.at(
                                    List.of(Sign.toClient("HTTP/1.1 20")),
                                    _ -> new Verdict.Answer(new byte[0]))
                            .after(bytes);
            relay.arm(trap);
            var told = told(question);
            whole = !trap.hasSprung();
            if (told.isPresent() && !told.get().equals(right)) {
                wrong.add("after %d bytes: %s".formatted(bytes, told.get()));
            }
            relay.heal();
        }
        assertThat(bytes).isGreaterThan(300);
        return wrong;
    }

    private static Optional<Object> told(Question question) {
        try {
            return Optional.of(question.answer());
        } catch (JobFailedException e) {
            return Optional.of(e.error());
        } catch (IOException | UncheckedIOException | SdkException _) {
            return Optional.empty();
        }
    }
}
