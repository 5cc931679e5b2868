package dev.sluice.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

/// What a function tells the event source mapping of a batch: the messages that must come again.
public final class BatchAnswer {
    private BatchAnswer() {}

    public static byte[] of(List<String> again) {
        return Json.object(
                        answer -> {
                            var failures = answer.startArrayField("batchItemFailures");
                            for (var id : again) {
                                failures.startObject().put("itemIdentifier", id).end();
                            }
                            failures.end();
                        })
                .getBytes(UTF_8);
    }
}
