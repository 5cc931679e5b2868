package dev.sluice.local.timer;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.part.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/// A schedule that sends its event at a fixed rate, the first one interval after the start.
///
/// The times are counted from the start and not from each other, so they do not drift; one that is
/// missed (a laptop that slept) is skipped, not made up for.
public final class RateSchedule implements Part {
    private static final Duration LAST_WAIT = Duration.ofSeconds(2);

    private final RateScheduleSettings settings;
    private final Consumer<byte[]> target;
    private final Thread thread;

    private RateSchedule(RateScheduleSettings settings, Consumer<byte[]> target) {
        this.settings = settings;
        this.target = target;
        this.thread =
                Thread.ofVirtual().name("schedule " + settings.ruleName()).unstarted(this::run);
    }

    /// Starts counting.
    ///
    /// @param target takes the event, JSON in UTF-8, and must not block: an asynchronous invocation
    public static RateSchedule start(RateScheduleSettings settings, Consumer<byte[]> target) {
        var schedule = new RateSchedule(settings, target);
        schedule.thread.start();
        return schedule;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            boolean _ = thread.join(LAST_WAIT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        var interval = settings.rate().interval();
        try {
            var due = settings.clock().instant().plus(interval);
            while (!Thread.currentThread().isInterrupted()) {
                pauseUntil(due);
                fire(due);
                due = due.plus(interval);
                while (!due.isAfter(settings.clock().instant())) {
                    due = due.plus(interval);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void pauseUntil(Instant due) throws InterruptedException {
        var left = Duration.between(settings.clock().instant(), due);
        while (left.isPositive()) {
            settings.pause().pause(left);
            left = Duration.between(settings.clock().instant(), due);
        }
    }

    private void fire(Instant due) {
        try {
            target.accept(event(due));
        } catch (RuntimeException _) {
            // One that can't be taken is lost; the next one comes.
        }
    }

    private byte[] event(Instant due) {
        var event = new LinkedHashMap<String, Object>();
        event.put("version", "0");
        event.put("id", UUID.randomUUID().toString());
        event.put("detail-type", "Scheduled Event");
        event.put("source", "aws.events");
        event.put("account", settings.accountId());
        event.put("time", due.truncatedTo(ChronoUnit.SECONDS).toString());
        event.put("region", settings.region());
        event.put(
                "resources",
                List.of(
                        "arn:aws:events:%s:%s:rule/%s"
                                .formatted(
                                        settings.region(),
                                        settings.accountId(),
                                        settings.ruleName())));
        event.put("detail", Map.of());
        try {
            return JSON.std.asBytes(event);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
