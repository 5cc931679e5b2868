package dev.sluice.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// The danger: work cut off too late, or given up though there was time.
class DeadlineTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

    @Test
    void countsDownByAClockThatMayOverflow() {
        var deadline = Deadline.in(Duration.ofSeconds(10), nanos::get);
        nanos.addAndGet(Duration.ofSeconds(4).toNanos());

        assertThat(deadline.left()).isEqualTo(Duration.ofSeconds(6));
        assertThat(deadline.isWithin(Duration.ofSeconds(6))).isTrue();
        assertThat(deadline.isWithin(Duration.ofSeconds(5))).isFalse();
        nanos.addAndGet(Duration.ofSeconds(7).toNanos());
        assertThat(deadline.left()).isZero();
    }

    @Test
    void isFreshOnlyAtTheBeginning() {
        var deadline = Deadline.in(Duration.ofSeconds(100), nanos::get);
        assertThat(deadline.isFresh()).isTrue();
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        assertThat(deadline.isFresh()).isFalse();
    }
}
