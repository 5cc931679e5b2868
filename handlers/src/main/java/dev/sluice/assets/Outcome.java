package dev.sluice.assets;

import dev.sluice.lambda.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a run came to: the version that counts now, whether it began to with this run, and the
/// files that were not taken.
record Outcome(@Nullable String version, boolean switched, List<Refused> refused) {
    Outcome {
        refused = List.copyOf(refused);
    }

    String json() {
        return Json.object(answer -> {
            answer.put("version", version).put("switched", switched);
            var array = answer.startArrayField("refused");
            for (var each : refused) {
                array.startObject().put("file", each.file()).put("message", each.message()).end();
            }
            array.end();
        });
    }
}
