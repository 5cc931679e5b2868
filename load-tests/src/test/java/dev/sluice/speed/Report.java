package dev.sluice.speed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The figures of one sample, contender by contender, as a Markdown table.
final class Report {
    private final Sample sample;
    private final long bytes;
    private final long rows;
    private final Map<String, List<Run>> runs = new LinkedHashMap<>();
    private final Map<String, Long> memory = new LinkedHashMap<>();

    private record Run(double seconds, double cpuSeconds) {}

    Report(Sample sample, long bytes, long rows) {
        this.sample = sample;
        this.bytes = bytes;
        this.rows = rows;
    }

    void add(Contender contender, double seconds, double cpuSeconds) {
        runs.computeIfAbsent(contender.name(), _ -> new ArrayList<>())
                .add(new Run(seconds, cpuSeconds));
        memory.put(contender.name(), contender.peakMegabytes());
    }

    Sample sample() {
        return sample;
    }

    List<String> names() {
        return List.copyOf(runs.keySet());
    }

    double median(String name) {
        return median(of(name).stream().mapToDouble(Run::seconds).sorted().toArray());
    }

    private List<Run> of(String name) {
        return runs.getOrDefault(name, List.of());
    }

    private static double median(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /// @param limit the contender that ratios are counted from
    String markdown(String limit) {
        var text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "### %s: %,d rows, %.0f MB%n%n",
                        sample.table(),
                        rows,
                        bytes / 1e6));
        text.append(
                "| | seconds, median (each run) | × the limit | rows/s | CPU s per GB, all processes | peak MB |\n");
        text.append("|---|---|---|---|---|---|\n");
        for (var name : names()) {
            text.append(line(name, median(limit)));
        }
        return text.append('\n').toString();
    }

    private String line(String name, double limit) {
        var each = new ArrayList<String>();
        of(name).forEach(run -> each.add(String.format(Locale.ROOT, "%.2f", run.seconds())));
        var cpu = median(of(name).stream().mapToDouble(Run::cpuSeconds).sorted().toArray());
        var peak = memory.getOrDefault(name, 0L);
        return String.format(
                Locale.ROOT,
                "| %s | **%.2f** (%s) | %.2f | %,.0f | %.1f | %s |%n",
                name,
                median(name),
                String.join(", ", each),
                median(name) / limit,
                rows / median(name),
                cpu / (bytes / 1e9),
                peak == 0 ? "" : peak);
    }
}
