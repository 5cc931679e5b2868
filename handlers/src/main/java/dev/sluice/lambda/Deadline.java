package dev.sluice.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import java.time.Duration;
import java.util.function.LongSupplier;

/// When the invocation will be cut off. Measured by a clock that only goes forward: the wall clock
/// may be set while we run.
public final class Deadline {
    private final LongSupplier nanoTime;
    private final long atNanos;
    private final Duration total;

    private Deadline(LongSupplier nanoTime, Duration total) {
        this.nanoTime = nanoTime;
        this.atNanos = nanoTime.getAsLong() + total.toNanos();
        this.total = total;
    }

    public static Deadline of(Context context) {
        return in(Duration.ofMillis(context.getRemainingTimeInMillis()));
    }

    public static Deadline in(Duration time) {
        return in(time, System::nanoTime);
    }

    /// A deadline by another clock of nanoseconds, of which only differences count.
    public static Deadline in(Duration time, LongSupplier nanoTime) {
        return new Deadline(nanoTime, time);
    }

    /// This one, or an earlier one when it is further away than `time`.
    public Deadline atMost(Duration time) {
        return new Deadline(nanoTime, isWithin(time) ? left() : time);
    }

    /// What is left, never negative.
    public Duration left() {
        return Duration.ofNanos(Math.max(0, atNanos - nanoTime.getAsLong()));
    }

    public boolean isWithin(Duration time) {
        return left().compareTo(time) <= 0;
    }

    /// True while nearly all the time is still there: what begins now and does not end in time
    /// needs more than an invocation has.
    public boolean isFresh() {
        return left().compareTo(total.multipliedBy(9).dividedBy(10)) >= 0;
    }
}
