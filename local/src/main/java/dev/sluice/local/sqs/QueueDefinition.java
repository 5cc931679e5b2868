package dev.sluice.local.sqs;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A queue as a template declares it.
public record QueueDefinition(
        String name,
        Duration visibilityTimeout,
        Duration messageRetention,
        Duration delay,
        boolean fifo,
        boolean contentBasedDeduplication,
        @Nullable Redrive redrive) {
    public QueueDefinition {
        if (!name.matches("[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\\.fifo")) {
            throw new IllegalArgumentException("not a queue name: " + name);
        }
        if (fifo != name.endsWith(".fifo")) {
            throw new IllegalArgumentException(
                    "a FIFO queue, and no other, ends in .fifo: " + name);
        }
    }

    /// A standard queue with what SQS gives where nothing is said: 30 s, 4 days, no delay.
    public static QueueDefinition standard(String name) {
        return new QueueDefinition(
                name,
                Duration.ofSeconds(30),
                Duration.ofDays(4),
                Duration.ZERO,
                /* fifo= */ false,
                /* contentBasedDeduplication= */ false,
                null);
    }

    /// Where messages go that were received too often: a queue's name, not its ARN.
    public record Redrive(String deadLetterQueue, int maxReceiveCount) {
        public Redrive {
            if (maxReceiveCount < 1 || maxReceiveCount > 1000) {
                throw new IllegalArgumentException(
                        "maxReceiveCount is not 1 to 1000: " + maxReceiveCount);
            }
        }
    }
}
