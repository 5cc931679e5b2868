package dev.sluice.speed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the machine did meanwhile, and what it is.
final class Machine {
    private static final double TICKS_PER_SECOND = 100;

    private Machine() {}

    /// Seconds that all cores together have worked since the start; waiting does not count.
    static double cpuSeconds() throws IOException {
        var fields = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +", -1);
        // user, nice, system, idle, iowait, irq, softirq
        var ticks = 0L;
        for (var field : new int[] {1, 2, 3, 6, 7}) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    static String description() throws IOException {
        var model =
                Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 2))
                        .findFirst()
                        .orElse("unknown processor");
        return "%d cores of %s, Linux %s, Java %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        model,
                        System.getProperty("os.version"),
                        Runtime.version());
    }
}
