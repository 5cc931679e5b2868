package dev.sluice.local.fault;

import java.time.Duration;

/// What is wrong with one direction of every link of a relay, of the kinds that Toxiproxy has.
public sealed interface Toxic {
    /// Each piece comes later, by up to `jitter` more.
    record Latency(Duration delay, Duration jitter) implements Toxic {}

    /// No more than so many bytes come in a second.
    record Bandwidth(long bytesPerSecond) implements Toxic {
        public Bandwidth {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException("bytes per second: " + bytesPerSecond);
            }
        }
    }

    /// Nothing comes, and no one is told: a half-open link. What was sent arrives when it is
    /// healed, as TCP would have it.
    record BlackHole() implements Toxic {}

    /// The link is reset after exactly so many bytes, counted from its beginning.
    record Cut(long bytes) implements Toxic {
        public Cut {
            if (bytes < 0) {
                throw new IllegalArgumentException("bytes: " + bytes);
            }
        }
    }

    /// The link is reset as soon as anything comes.
    record Reset() implements Toxic {}

    /// The end of the stream comes later.
    record SlowClose(Duration delay) implements Toxic {}
}
