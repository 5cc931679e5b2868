package dev.sluice.lambda;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;

/// Job ids: version 7 UUIDs, so that they sort by time and nobody guesses another's. Source: RFC
/// 9562, section 5.7.
public final class JobIds {
    private final SecureRandom random = new SecureRandom();
    private final InstantSource clock;

    public JobIds(InstantSource clock) {
        this.clock = clock;
    }

    public UUID next() {
        long high = (clock.millis() << 16) | 0x7000L | random.nextInt(1 << 12);
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
