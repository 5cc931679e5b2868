package dev.sluice.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import java.time.Duration;
import java.time.InstantSource;

/// When the invocation will be cut off, by this process's clock.
public final class Deadline {
    private final InstantSource clock;
    private final long atMillis;

    private Deadline(InstantSource clock, long atMillis) {
        this.clock = clock;
        this.atMillis = atMillis;
    }

    public static Deadline of(Context context) {
        return in(Duration.ofMillis(context.getRemainingTimeInMillis()), InstantSource.system());
    }

    public static Deadline in(Duration time, InstantSource clock) {
        return new Deadline(clock, clock.millis() + time.toMillis());
    }

    /// What is left, never negative.
    public Duration left() {
        return Duration.ofMillis(Math.max(0, atMillis - clock.millis()));
    }

    public boolean isWithin(Duration time) {
        return left().compareTo(time) <= 0;
    }
}
