package dev.sluice.failure;

import dev.sluice.db.Chunks;
import dev.sluice.job.Drop;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.DropEvents;
import dev.sluice.lambda.Json;
import java.time.DateTimeException;
import java.util.List;

/// What lies in the queues of things given up.
final class DeadLetters {
    private DeadLetters() {}

    /// A chunk's message that was received too often, or Lambda's record of an event that Intake
    /// could not be brought to take.
    sealed interface DeadLetter {}

    /// A message of the chunks queue.
    record LostChunk(Chunks.Address chunk) implements DeadLetter {}

    /// An event for Intake.
    ///
    /// @param triedOut whether Intake was invoked and failed each time; an event that grew too old
    ///   or met a stopped function was not really tried
    /// @param why for the log of ops
    record LostEvent(List<Drop> drops, boolean triedOut, String why) implements DeadLetter {
        public LostEvent {
            drops = List.copyOf(drops);
        }
    }

    /// Nothing that we or Lambda would send.
    record Illegible(String why) implements DeadLetter {}

    /// Reads a message's body, whatever it is.
    ///
    /// A destination's record names its condition and carries the event whole. Source: AWS Lambda
    /// Developer Guide, "Capturing records of asynchronous invocations".
    static DeadLetter read(String body) {
        try {
            var letter = Json.read(body);
            var context = letter.get("requestContext");
            if (!context.isPresent()) {
                return new LostChunk(ChunkMessages.read(body));
            }
            var condition = context.get("condition").text("requestContext.condition");
            var event = letter.get("requestPayload");
            if (!event.get("Records").isArray()) {
                return new Illegible("the requestPayload has no Records");
            }
            return new LostEvent(
                    DropEvents.read(event),
                    condition.equals("RetriesExhausted"),
                    condition + ": " + said(letter.get("responsePayload")));
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            return new Illegible(String.valueOf(e.getMessage()));
        }
    }

    private static String said(Json.Value response) {
        var message = response.get("errorMessage").textOrNull();
        return message == null ? "the function said nothing" : message;
    }
}
