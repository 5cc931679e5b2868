package dev.sluice.simulation;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// The decisions of one schedule: drawn from a seed and written down, or played back. 0 is always
/// the most ordinary choice, so that a list of fewer and smaller numbers is a simpler schedule.
final class Choices {
    private final @Nullable SplittableRandom random;
    private int[] made;
    private int count;
    private int limit;

    private Choices(@Nullable SplittableRandom random, int[] made) {
        this.random = random;
        this.made = made;
        this.limit = made.length;
    }

    static Choices of(long seed) {
        return new Choices(new SplittableRandom(seed), new int[256]);
    }

    /// Plays back; beyond the end every choice is 0.
    static Choices replay(int[] made) {
        return new Choices(null, made.clone());
    }

    /// A number from 0 to bound - 1.
    int below(int bound) {
        if (bound <= 1) {
            return 0;
        }
        if (random == null) {
            return count < limit ? Math.min(made[count++], bound - 1) : 0;
        }
        if (count == made.length) {
            made = Arrays.copyOf(made, count * 2);
            limit = made.length;
        }
        int drawn = random.nextInt(bound);
        made[count++] = drawn;
        return drawn;
    }

    <T> T oneOf(List<T> all) {
        return all.get(below(all.size()));
    }

    /// True once in `times`.
    boolean rarely(int times) {
        return below(times) == times - 1;
    }

    int[] made() {
        return Arrays.copyOf(made, random == null ? limit : count);
    }
}
