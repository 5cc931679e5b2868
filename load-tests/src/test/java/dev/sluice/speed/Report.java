package dev.sluice.speed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/// The figures of one sample, contender by contender, as a Markdown table.
final class Report {
    private static final String HEAD =
            """
            | | seconds, median (each run) | × the limit | rows/s | MB/s | CPU s per GB | PostgreSQL | what loads | other functions | the rest | peak MB of what loads |
            |---|---|---|---|---|---|---|---|---|---|---|
            """;

    private final Sample sample;
    private final long bytes;
    private final long rows;
    private final Map<Contender, List<Run>> runs = new LinkedHashMap<>();

    private record Run(double seconds, Work work) {}

    /// @param contenders in the order of the table's lines
    Report(Sample sample, long bytes, long rows, List<Contender> contenders) {
        this.sample = sample;
        this.bytes = bytes;
        this.rows = rows;
        contenders.forEach(contender -> runs.put(contender, new ArrayList<>()));
    }

    void add(Contender contender, double seconds, Work work) {
        of(contender).add(new Run(seconds, work));
    }

    Sample sample() {
        return sample;
    }

    boolean has(Contender contender) {
        return !runs.getOrDefault(contender, List.of()).isEmpty();
    }

    /// Those that ran.
    List<Contender> contenders() {
        return runs.keySet().stream().filter(this::has).toList();
    }

    double megabytesPerSecond(Contender contender) {
        return bytes / 1e6 / seconds(contender);
    }

    /// The median.
    double seconds(Contender contender) {
        return median(contender, Run::seconds);
    }

    private List<Run> of(Contender contender) {
        return Objects.requireNonNull(runs.get(contender), contender.name());
    }

    private double median(Contender contender, ToDoubleFunction<Run> figure) {
        var sorted = of(contender).stream().mapToDouble(figure).sorted().toArray();
        int half = sorted.length / 2;
        return Arrays.stream(sorted, (sorted.length - 1) / 2, half + 1).average().orElse(0);
    }

    /// @param limit the contender that ratios are counted from
    String markdown(Contender limit) {
        var title =
                String.format(
                        Locale.ROOT,
                        "### %s: %,d rows, %.0f MB%n%n",
                        sample.table(),
                        rows,
                        bytes / 1e6);
        return contenders().stream()
                .map(contender -> line(contender, seconds(limit)))
                .collect(Collectors.joining("", title + HEAD, "\n"));
    }

    private String line(Contender contender, double limit) {
        var each =
                of(contender).stream()
                        .map(run -> String.format(Locale.ROOT, "%.2f", run.seconds()))
                        .collect(Collectors.joining(", "));
        double seconds = seconds(contender);
        return String.format(
                Locale.ROOT,
                "| **%s**: %s | **%.2f** (%s) | %.2f | %,.0f | %.0f | %.1f | %.1f | %.1f | %.1f | %.1f | %s |%n",
                contender.name(),
                contender.description(),
                seconds,
                each,
                seconds / limit,
                rows / seconds,
                megabytesPerSecond(contender),
                perGigabyte(contender, Work::sum),
                perGigabyte(contender, Work::postgres),
                perGigabyte(contender, work -> loader(contender, work)),
                perGigabyte(contender, Work::functions),
                perGigabyte(contender, work -> rest(contender, work)),
                contender.peakMegabytes());
    }

    private static double loader(Contender contender, Work work) {
        return contender.usesFunctions() ? work.load() : work.client();
    }

    private static double rest(Contender contender, Work work) {
        return work.sum() - work.postgres() - loader(contender, work) - work.functions();
    }

    private double perGigabyte(Contender contender, ToDoubleFunction<Work> part) {
        return median(contender, run -> part.applyAsDouble(run.work())) / (bytes / 1e9);
    }

    /// One contender's time by another's, as a sentence; empty where one of them did not run.
    String ratio(Contender one, Contender other, String wanted) {
        if (!has(one) || !has(other)) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "%s: %s / %s = %.2f%s%n",
                sample.table(),
                one.name(),
                other.name(),
                seconds(one) / seconds(other),
                wanted.isEmpty() ? "" : " (" + wanted + " wanted)");
    }
}
