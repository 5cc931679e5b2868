package dev.sluice.simulation;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// `./sluice test simulation [--schedules N] [--seed S] [--break NAME]`.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        long schedules = 100_000;
        long seed = 1;
        var mutant = Mutant.NONE;
        try {
            for (int at = 0; at < arguments.length; at += 2) {
                var value = at + 1 < arguments.length ? arguments[at + 1] : "";
                switch (arguments[at]) {
                    case "--schedules" -> schedules = Long.parseLong(value);
                    case "--seed" -> seed = Long.parseLong(value);
                    case "--break" -> mutant = mutant(value);
                    default ->
                            throw new IllegalArgumentException("unknown option " + arguments[at]);
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println("sluice: " + e.getMessage());
            System.exit(2);
        }
        System.exit(run(schedules, seed, mutant));
    }

    private static Mutant mutant(String name) {
        return Arrays.stream(Mutant.values())
                .filter(mutant -> mutant.wire().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "nothing to break called '%s'; there are %s"
                                        .formatted(name, names())));
    }

    private static String names() {
        return Arrays.stream(Mutant.values()).map(Mutant::wire).collect(Collectors.joining(", "));
    }

    private static int run(long schedules, long seed, Mutant mutant) throws InterruptedException {
        var result = Simulation.run(seed, schedules, mutant);
        System.out.printf(
                Locale.ROOT,
                "%,d schedules, %,d steps, %,d faults in %.1f s: %,.0f schedules a minute%n",
                result.schedules(),
                result.steps(),
                result.faults(),
                result.millis() / 1e3,
                result.schedules() * 60e3 / Math.max(1, result.millis()));
        var finding = result.finding();
        if (finding == null) {
            System.out.println("0 violations");
            return 0;
        }
        System.out.printf(
                Locale.ROOT,
                "seed %d breaks a promise; its shortest schedule:%n%n%s%n%nVIOLATION %s%n",
                finding.seed(),
                String.join(System.lineSeparator(), finding.schedule()),
                finding.violation());
        return 1;
    }
}
