package dev.sluice.simulation;

import java.util.Arrays;

/// Makes a schedule that breaks a promise shorter: fewer decisions, smaller ones, as long as some
/// promise is still broken.
final class Shrinker {
    private static final int MOST_TRIES = 20_000;

    private final Mutant mutant;
    private int[] best;
    private int tries;

    private Shrinker(Mutant mutant, int[] made) {
        this.mutant = mutant;
        this.best = made;
    }

    static int[] shrink(Mutant mutant, int[] made) {
        var shrinker = new Shrinker(mutant, made);
        int[] before;
        do {
            before = shrinker.best;
            shrinker.cut();
            shrinker.remove();
            shrinker.lower();
        } while (!Arrays.equals(shrinker.best, before) && shrinker.tries < MOST_TRIES);
        return shrinker.best;
    }

    private boolean stillFails(int[] candidate) {
        tries++;
        if (Simulation.run(Choices.replay(candidate), mutant, Trace.off()).violation() == null) {
            return false;
        }
        best = candidate;
        return true;
    }

    /// Leaves off the end: beyond it all is ordinary.
    private void cut() {
        for (int step = best.length / 2; step > 0; step /= 2) {
            while (best.length >= step
                    && stillFails(Arrays.copyOf(best, best.length - step))
                    && tries < MOST_TRIES) {
                // shorter now
            }
        }
    }

    /// Leaves out or zeroes stretches.
    private void remove() {
        for (int size = 16; size > 0; size /= 2) {
            for (int at = 0; at + size <= best.length && tries < MOST_TRIES; ) {
                if (!stillFails(without(at, size))) {
                    zero(at, size);
                    at += size;
                }
            }
        }
    }

    private int[] without(int at, int size) {
        var shorter = new int[best.length - size];
        System.arraycopy(best, 0, shorter, 0, at);
        System.arraycopy(best, at + size, shorter, at, shorter.length - at);
        return shorter;
    }

    private void zero(int at, int size) {
        var quieter = best.clone();
        Arrays.fill(quieter, at, at + size, 0);
        if (!Arrays.equals(quieter, best)) {
            stillFails(quieter);
        }
    }

    private void lower() {
        for (int at = 0; at < best.length && tries < MOST_TRIES; at++) {
            while (best[at] > 0) {
                var lower = best.clone();
                lower[at] = best[at] / 2;
                if (!stillFails(lower)) {
                    var less = best.clone();
                    less[at]--;
                    if (!stillFails(less)) {
                        break;
                    }
                }
            }
        }
    }
}
