package dev.sluice.local.sqs;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// Where the queues live and which there are. `preferredPort` 0 means any; a taken one gives way to
/// any.
public record QueuesSettings(
        Path dataDirectory,
        String region,
        String accountId,
        List<QueueDefinition> queues,
        int preferredPort,
        Consumer<String> announcements) {
    public QueuesSettings {
        queues = List.copyOf(queues);
    }
}
