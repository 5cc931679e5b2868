package dev.sluice.faults;

import java.util.random.RandomGenerator;

/// One fault and the moment at which it strikes.
///
/// @param skip how often that moment is let pass before
/// @param bytes how many bytes later, where the step has a length
/// @param amount how much of it, from 2 to 50; each kind makes its own of it
record Injection(Kind kind, Step step, int skip, long bytes, int amount) {
    static Injection any(Kind kind, RandomGenerator random) {
        var step = kind.steps().get(random.nextInt(kind.steps().size()));
        return new Injection(
                kind,
                step,
                random.nextInt(4) == 0 ? random.nextInt(1, 3) : 0,
                step.bytesAfter() == 0 ? 0 : random.nextLong(step.bytesAfter()),
                random.nextInt(2, 51));
    }

    @Override
    public String toString() {
        var after = bytes == 0 ? "" : " after " + bytes + " bytes";
        var time = skip == 0 ? "" : " the " + (skip + 1) + ". time";
        return "%s at %s%s%s (%d)".formatted(kind, step, after, time, amount);
    }
}
