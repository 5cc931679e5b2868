package dev.sluice.local.timer;

import dev.sluice.local.part.Part;
import java.util.function.Consumer;

/// A schedule that sends its event at a fixed rate, the first one interval after the start.
public final class RateSchedule implements Part {
    private RateSchedule() {}

    /// Starts counting.
    ///
    /// @param target takes the event, JSON in UTF-8, and must not block: an asynchronous invocation
    public static RateSchedule start(RateScheduleSettings settings, Consumer<byte[]> target) {
        return new RateSchedule();
    }

    @Override
    public void close() {}
}
