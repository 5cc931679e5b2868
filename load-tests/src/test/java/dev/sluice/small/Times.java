package dev.sluice.small;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How long each of many took.
final class Times {
    private final List<Double> millis = new ArrayList<>();

    void add(Duration time) {
        millis.add(time.toNanos() / 1e6);
    }

    /// What so many of a hundred did not take longer than.
    double percentile(int hundredth) {
        var sorted = millis.stream().sorted().toList();
        int at = (int) Math.ceil(hundredth / 100.0 * sorted.size()) - 1;
        return sorted.get(Math.max(0, at));
    }

    @Override
    public String toString() {
        return "p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms"
                .formatted(percentile(50), percentile(90), percentile(99), percentile(100));
    }
}
