package dev.sluice.local.timer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// A schedule whose time is the test's: each pause waits until the test lets it pass.
class RateScheduleTest {
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-22T13:00:00.250Z"));
    private final SynchronousQueue<Duration> passed = new SynchronousQueue<>();
    private final LinkedBlockingQueue<Duration> asked = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();

    @Test
    void sendsTheEventOfARuleAtItsRate() throws Exception {
        try (var _ = start("rate(1 minute)")) {
            assertThat(asked.poll(60, TimeUnit.SECONDS)).isEqualTo(Duration.ofMinutes(1));
            pass(Duration.ofMinutes(1));
            assertThat(event().replaceAll("\"id\":\"[-0-9a-f]{36}\"", "\"id\":ID"))
                    .isEqualTo(
                            "{\"version\":\"0\",\"id\":ID,\"detail-type\":\"Scheduled Event\",\"source\":\"aws.events\",\"account\":\"000000000000\",\"time\":\"2026-11-22T13:01:00Z\",\"region\":\"eu-west-1\",\"resources\":[\"arn:aws:events:eu-west-1:000000000000:rule/sweep-rule\"],\"detail\":{}}");
            assertThat(asked.poll(60, TimeUnit.SECONDS)).isEqualTo(Duration.ofMinutes(1));
            pass(Duration.ofMinutes(1));
            assertThat(event()).contains("13:02:00Z");
        }
    }

    @Test
    void doesNotDriftWhenAPauseIsLong() throws Exception {
        try (var _ = start("rate(1 minute)")) {
            pass(Duration.ofSeconds(70));
            assertThat(event()).contains("13:01:00Z");
            assertThat(asked.poll(60, TimeUnit.SECONDS)).isEqualTo(Duration.ofMinutes(1));
            assertThat(asked.poll(60, TimeUnit.SECONDS)).isEqualTo(Duration.ofSeconds(50));
        }
    }

    @Test
    void skipsWhatItSleptThrough() throws Exception {
        try (var _ = start("rate(1 minute)")) {
            pass(Duration.ofHours(1));
            assertThat(event()).contains("13:01:00Z");
            pass(Duration.ofMinutes(1));
            assertThat(event()).contains("14:01:00Z");
        }
        assertThat(events).isEmpty();
    }

    @Test
    void goesOnAfterAnEventThatWasRefused() throws Exception {
        var settings = settings("rate(1 minute)");
        try (var _ =
                RateSchedule.start(
                        settings,
                        event -> {
                            events.add(new String(event, UTF_8));
                            throw new IllegalStateException("not now");
                        })) {
            pass(Duration.ofMinutes(1));
            assertThat(event()).contains("13:01:00Z");
            pass(Duration.ofMinutes(1));
            assertThat(event()).contains("13:02:00Z");
        }
    }

    private RateSchedule start(String expression) {
        return RateSchedule.start(
                settings(expression), event -> events.add(new String(event, UTF_8)));
    }

    private RateScheduleSettings settings(String expression) {
        return new RateScheduleSettings(
                "sweep-rule",
                Rate.parse(expression),
                "eu-west-1",
                "000000000000",
                now::get,
                duration -> {
                    asked.add(duration);
                    var time = passed.take();
                    now.updateAndGet(it -> it.plus(time));
                });
    }

    private void pass(Duration time) throws InterruptedException {
        assertThat(passed.offer(time, 60, TimeUnit.SECONDS)).isTrue();
    }

    private String event() throws InterruptedException {
        return events.poll(60, TimeUnit.SECONDS);
    }
}
