package dev.sluice.speed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the machine is.
final class Machine {
    private Machine() {}

    static String description() throws IOException {
        var model =
                Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 2))
                        .findFirst()
                        .orElse("unknown processor");
        return "%d cores of %s, Linux %s, Java %s. Load of the machine over the last minute, before: %s."
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        model,
                        System.getProperty("os.version"),
                        Runtime.version(),
                        Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0]);
    }
}
