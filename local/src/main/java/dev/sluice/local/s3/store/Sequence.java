package dev.sluice.local.s3.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/// Numbers that only grow, over restarts too: the clock's microseconds, or one more than the last.
final class Sequence {
    private final AtomicLong last = new AtomicLong();

    long next() {
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        return last.updateAndGet(it -> Math.max(it + 1, now));
    }

    /// Later numbers are above this one.
    void pass(long number) {
        last.accumulateAndGet(number, Math::max);
    }

    /// A version id: it sorts as its number does, and the rest is chance, so that nobody counts on
    /// it.
    static String versionId(long number) {
        return "%016x".formatted(number) + randomId().substring(0, 16);
    }

    static long ofVersionId(String id) {
        if (id.length() < 16) {
            throw new IllegalArgumentException("not a version id: " + id);
        }
        return Long.parseUnsignedLong(id, 0, 16, 16);
    }

    static String randomId() {
        return UUID.randomUUID().toString().replace("-", "");
    }
}
