package dev.sluice.local.fault;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Waits for a place in what a link carries, holds the link there, and does something.
///
/// The place is where all signs were seen, one after the other on the same link, and then so many
/// bytes more in the last one's direction. The byte that completes it is held back: whoever waits
/// for it has not got it while the reaction runs. Thread-safe.
public final class Trap {
    private final List<Sign> signs;
    private final long bytesAfter;
    private final Reaction reaction;
    private final AtomicInteger skips;
    private final AtomicInteger left;
    private final CountDownLatch sprung = new CountDownLatch(1);

    private Trap(List<Sign> signs, long bytesAfter, int skips, int times, Reaction reaction) {
        if (signs.isEmpty() || bytesAfter < 0 || skips < 0 || times < 1) {
            throw new IllegalArgumentException(
                    "a trap of %d signs, %d bytes after, %d skips, %d times"
                            .formatted(signs.size(), bytesAfter, skips, times));
        }
        this.signs = List.copyOf(signs);
        this.bytesAfter = bytesAfter;
        this.reaction = reaction;
        this.skips = new AtomicInteger(skips);
        this.left = new AtomicInteger(times);
    }

    /// What is done while the link is held; on the link's own thread.
    @FunctionalInterface
    public interface Reaction {
        Verdict at(LinkView link) throws InterruptedException;
    }

    /// A trap that springs once, at the last byte of the last sign.
    public static Trap at(List<Sign> signs, Reaction reaction) {
        return new Trap(signs, 0, 0, 1, reaction);
    }

    /// The same so many bytes later.
    public Trap after(long bytes) {
        return new Trap(signs, bytes, skips.get(), left.get(), reaction);
    }

    /// The same, but the first so many times it lets pass.
    public Trap skipping(int times) {
        return new Trap(signs, bytesAfter, times, left.get(), reaction);
    }

    /// The same, but it springs so often.
    public Trap times(int times) {
        return new Trap(signs, bytesAfter, skips.get(), times, reaction);
    }

    /// Whether it sprang within the time.
    public boolean awaitSprung(Duration limit) throws InterruptedException {
        return sprung.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    public boolean hasSprung() {
        return sprung.getCount() == 0;
    }

    List<Sign> signs() {
        return signs;
    }

    long bytesAfter() {
        return bytesAfter;
    }

    /// Whether it springs this time.
    boolean claim() {
        if (skips.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
            return false;
        }
        return left.getAndUpdate(it -> Math.max(0, it - 1)) > 0;
    }

    /// It does not spring any more.
    void disarm() {
        left.set(0);
    }

    boolean isSpent() {
        return left.get() == 0;
    }

    Verdict spring(LinkView link) throws InterruptedException {
        try {
            return reaction.at(link);
        } finally {
            sprung.countDown();
        }
    }
}
