package dev.sluice.faults;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The rounds of a run, told as they end and counted at the end.
final class Report {
    private final long seed;
    private final int rounds;
    private final List<RoundRun.Result> results = new ArrayList<>();
    private final long began = System.nanoTime();
    private int repeated;

    Report(long seed, int rounds) {
        this.seed = seed;
        this.rounds = rounds;
    }

    void add(RoundRun.Result result) {
        add(result, results.size() - repeated + 1 + "/" + rounds);
    }

    private void add(RoundRun.Result result, String which) {
        results.add(result);
        say(
                String.format(
                        Locale.ROOT,
                        "round %s seed %d: %d jobs, %d rows, %.1f s, %s%s",
                        which,
                        result.round().seed(),
                        result.jobs(),
                        result.rows(),
                        result.time().toMillis() / 1e3,
                        result.struck().isEmpty() ? "no fault struck" : result.struck(),
                        result.findings().isEmpty() ? "" : " VIOLATED"));
        if (!result.findings().isEmpty()) {
            explain(result);
        }
    }

    /// The same seed a second time must come to the same.
    void addAgain(RoundRun.Result first, RoundRun.Result again) {
        repeated++;
        add(
                again.outcome().equals(first.outcome())
                        ? again
                        : again.with(
                                "I10 the seed came to %s and then to %s"
                                        .formatted(first.outcome(), again.outcome())),
                "again,");
    }

    private void explain(RoundRun.Result result) {
        say("  -Dseed=" + result.round().seed() + " -Drounds=1 runs this round again");
        result.round().injections().forEach(it -> say("  set: " + it));
        result.diary().forEach(it -> say("  " + it));
        result.findings().stream().limit(20).forEach(it -> say("  found: " + it));
    }

    int rounds() {
        return results.size();
    }

    /// Everything that was found, each with the seed of its round.
    List<String> findings() {
        return results.stream()
                .flatMap(it ->
                        it.findings().stream()
                                .map(found -> "seed " + it.round().seed() + ": " + found))
                .toList();
    }

    private long violations() {
        return results.stream().filter(it -> !it.findings().isEmpty()).count();
    }

    private record Count(int set, int struck, int violated) {
        Count with(boolean strikes, boolean violates) {
            return new Count(set + 1, struck + (strikes ? 1 : 0), violated + (violates ? 1 : 0));
        }
    }

    private Map<Kind, Count> counts() {
        var counts = new EnumMap<Kind, Count>(Kind.class);
        for (var result : results) {
            var kinds = result.round().injections().stream().map(Injection::kind).distinct();
            kinds.forEach(kind ->
                    counts.merge(
                            kind,
                            new Count(0, 0, 0)
                                    .with(
                                            result.struck().contains(kind),
                                            !result.findings().isEmpty()),
                            (before, _) ->
                                    before.with(
                                            result.struck().contains(kind),
                                            !result.findings().isEmpty())));
        }
        return counts;
    }

    /// Kinds that never struck, though they were set.
    List<Kind> idle() {
        return counts().entrySet().stream()
                .filter(it -> it.getValue().struck() == 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    void finish(Path file) throws IOException {
        say(
                String.format(
                        Locale.ROOT,
                        "%-22s %-48s %6s %7s %8s",
                        "kind",
                        "what it is",
                        "rounds",
                        "struck",
                        "violated"));
        counts().forEach((kind, count) ->
                say(
                        String.format(
                                Locale.ROOT,
                                "%-22s %-48s %6d %7d %8d",
                                kind,
                                kind.description(),
                                count.set(),
                                count.struck(),
                                count.violated())));
        long struck = results.stream().mapToLong(it -> it.struck().size()).sum();
        long jobs = results.stream().mapToLong(RoundRun.Result::jobs).sum();
        long rows = results.stream().mapToLong(RoundRun.Result::rows).sum();
        var acts =
                results.stream()
                        .map(RoundRun.Result::acts)
                        .reduce(new Strikes.Acts(0, 0, 0), Strikes.Acts::plus);
        say(
                "by tenants: %d files uploaded, %d jobs cancelled, %d retried; %d rounds played twice"
                        .formatted(acts.uploaded(), acts.cancelled(), acts.retried(), repeated));
        say(
                "seed %d: %d rounds, %d faults, %d jobs, %d rows, %d violations, %d s"
                        .formatted(
                                seed,
                                results.size(),
                                struck,
                                jobs,
                                rows,
                                violations(),
                                elapsed().toSeconds()));
        write(file);
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void write(Path file) throws IOException {
        var kinds = new LinkedHashMap<String, Object>();
        counts().forEach((kind, count) ->
                kinds.put(
                        kind.name(),
                        Map.of(
                                "rounds", count.set(),
                                "struck", count.struck(),
                                "violated", count.violated())));
        var violated = new ArrayList<Map<String, Object>>();
        for (var result : results) {
            if (!result.findings().isEmpty()) {
                violated.add(
                        Map.of(
                                "seed", result.round().seed(),
                                "set",
                                        result.round().injections().stream()
                                                .map(Injection::toString)
                                                .toList(),
                                "done", result.diary(),
                                "found", result.findings()));
            }
        }
        var document = new LinkedHashMap<String, Object>();
        document.put("seed", seed);
        document.put("rounds", results.size());
        document.put("seconds", elapsed().toSeconds());
        document.put("jobs", results.stream().mapToLong(RoundRun.Result::jobs).sum());
        document.put("rows", results.stream().mapToLong(RoundRun.Result::rows).sum());
        document.put("violations", violations());
        document.put("kinds", kinds);
        document.put("violated", violated);
        Files.createDirectories(file.resolveSibling(""));
        Files.write(file, JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asBytes(document));
    }

    @SuppressWarnings("SystemOut")
    static void say(String text) {
        System.out.println("faults: " + text);
    }
}
