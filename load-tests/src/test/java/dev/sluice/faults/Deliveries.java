package dev.sluice.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.job.Drop;
import dev.sluice.lambda.DropEvents;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/// Messages and events beyond those that the stack sends itself: again, or ones that mean nothing.
final class Deliveries {
    private static final int MESSAGES_AT_MOST = 200;

    private final TestedStack stack;

    Deliveries(TestedStack stack) {
        this.stack = stack;
    }

    /// Sends the messages of all chunks that are not done. Returns how many that were.
    int again(Ledger ledger, int times) throws SQLException {
        var bodies = new ArrayList<String>();
        for (var body : ledger.openMessages()) {
            for (int time = 0; time < times && bodies.size() < MESSAGES_AT_MOST; time++) {
                bodies.add(body);
            }
        }
        send(bodies);
        return bodies.size();
    }

    void poison() {
        send(
                List.of(
                        "no JSON",
                        "{}",
                        "{\"job\":\"x\",\"chunk\":1}",
                        "{\"job\":\"01990000-0000-7000-8000-000000000000\",\"chunk\":1}",
                        "{\"job\":\"01990000-0000-7000-8000-000000000000\",\"chunk\":-7}",
                        "{\"job\":null,\"chunk\":99999999999}"));
        var intake = stack.function("Intake");
        for (var event :
                List.of(
                        "{}",
                        "{\"Records\":[{}]}",
                        "{\"Records\":[{\"eventName\":\"ObjectCreated:Put\"}]}")) {
            stack.local().functions().invokeAsync(intake, event.getBytes(UTF_8));
        }
    }

    private void send(List<String> bodies) {
        for (int from = 0; from < bodies.size(); from += 10) {
            var some = bodies.subList(from, Math.min(from + 10, bodies.size()));
            var entries = new ArrayList<SendMessageBatchRequestEntry>();
            for (int at = 0; at < some.size(); at++) {
                var body = some.get(at);
                entries.add(
                        SendMessageBatchRequestEntry.builder()
                                .id(Integer.toString(at))
                                .messageBody(body)
                                .build());
            }
            stack.sqs().sendMessageBatch(it -> it.queueUrl(stack.queue("Chunks")).entries(entries));
        }
    }

    void announce(Checks.Drop drop, int times) {
        var event =
                DropEvents.write(
                        new Drop(
                                stack.inbox(),
                                drop.file().key(),
                                drop.version(),
                                "again",
                                drop.file().content().length,
                                /* sequencer= */ null,
                                Instant.now()));
        for (int time = 0; time < times; time++) {
            stack.local().functions().invokeAsync(stack.function("Intake"), event.getBytes(UTF_8));
        }
    }
}
