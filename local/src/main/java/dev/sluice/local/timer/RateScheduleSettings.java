package dev.sluice.local.timer;

import java.time.Duration;
import java.time.InstantSource;

/// One rule that fires at a rate.
///
/// @param ruleName the rule's name, part of its ARN in the event
public record RateScheduleSettings(
        String ruleName,
        Rate rate,
        String region,
        String accountId,
        InstantSource clock,
        Pause pause) {

    public static RateScheduleSettings of(
            String ruleName, Rate rate, String region, String accountId) {
        return new RateScheduleSettings(
                ruleName, rate, region, accountId, InstantSource.system(), Thread::sleep);
    }

    /// How time is let pass.
    @FunctionalInterface
    public interface Pause {
        void pause(Duration duration) throws InterruptedException;
    }
}
