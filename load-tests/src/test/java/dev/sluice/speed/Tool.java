package dev.sluice.speed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program of the system, timed as a whole process.
final class Tool {
    private static final long MOST_MINUTES = 15;

    private long peakKilobytes;
    private String output = "";

    /// True when the program is there, after it was asked for from Debian's archive where that
    /// works.
    static boolean isThere(String program, String debianPackage) throws Exception {
        if (isHere(program)) {
            return true;
        }
        if (!isHere("apt-get")) {
            return false;
        }
        var install =
                new ProcessBuilder("apt-get", "install", "-y", "-qq", debianPackage)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return install.waitFor(MOST_MINUTES, TimeUnit.MINUTES) && isHere(program);
    }

    static boolean isHere(String program) throws Exception {
        return new ProcessBuilder("sh", "-c", "command -v " + program)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /// Runs it to its end and gives the seconds.
    ///
    /// @throws IOException with its last words when it fails
    double run(List<String> command) throws Exception {
        var log = Files.createTempFile("tool", ".log");
        try {
            long begin = System.nanoTime();
            var process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            await(process);
            double seconds = (System.nanoTime() - begin) / 1e9;
            output = Files.readString(log, UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException(
                        command.getFirst()
                                + ": "
                                + output.substring(Math.max(0, output.length() - 500)));
            }
            return seconds;
        } finally {
            Files.delete(log);
        }
    }

    /// What the last run printed.
    String output() {
        return output;
    }

    /// The first line of what a program says of its version.
    static String version(String program) throws Exception {
        var tool = new Tool();
        var _ = tool.run(List.of(program, "--version"));
        return tool.output.lines().findFirst().orElse(program);
    }

    private void await(Process process) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MOST_MINUTES);
        while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
            peakKilobytes = Math.max(peakKilobytes, peak(process.pid()));
            if (System.nanoTime() > end) {
                process.destroyForcibly();
                throw new IOException("not done after %d minutes".formatted(MOST_MINUTES));
            }
        }
    }

    private static long peak(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException _) {
            // it has just ended
            return 0;
        }
    }

    String peakMegabytes() {
        return Long.toString(peakKilobytes / 1024);
    }
}
