package dev.sluice.job;

import org.jspecify.annotations.Nullable;

/// How many rejects a job bears: over either limit it fails and none of its rows are seen.
///
/// @param rejects at most so many; null means any number
/// @param ratio at most this part of the records, 0 to 1; null means any part
public record RejectLimit(@Nullable Long rejects, @Nullable Double ratio) {
    public static final RejectLimit NONE = new RejectLimit(null, null);

    public RejectLimit {
        if (rejects != null && rejects < 0) {
            throw new IllegalArgumentException("at most %d rejects".formatted(rejects));
        }
        // written so that NaN is refused as well
        if (ratio != null && !(ratio >= 0 && ratio <= 1)) {
            throw new IllegalArgumentException("a ratio of rejects of " + ratio);
        }
    }

    public boolean isNone() {
        return rejects == null && ratio == null;
    }

    /// True when a file of so many records may not have so many rejects.
    public boolean exceeded(long rejected, long read) {
        return (rejects != null && rejected > rejects)
                || (ratio != null && rejected > ratio * read);
    }

    /// How many rejects a file of so many records may have; null when any number.
    public @Nullable Long most(long read) {
        if (ratio == null) {
            return rejects;
        }
        return least(rejects, (long) Math.floor(ratio * read));
    }

    /// The stricter of both in each respect: a drop's metadata may only tighten.
    public RejectLimit and(RejectLimit other) {
        return new RejectLimit(least(rejects, other.rejects), least(ratio, other.ratio));
    }

    private static <T extends Comparable<T>> @Nullable T least(@Nullable T one, @Nullable T other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) <= 0 ? one : other;
    }
}
