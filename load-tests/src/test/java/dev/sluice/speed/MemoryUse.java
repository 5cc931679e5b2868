package dev.sluice.speed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The memory of one function's processes, as the kernel counts it: the most of any of them, each
/// since it started.
///
/// @param limitMegabytes what the kernel allows the process's group; 0 where there is no such group
/// @param groupMegabytes the most that a group held, files that the kernel keeps in mind included
/// @param residentMegabytes the most that a process held itself
/// @param timesAtLimit how often a group was refused more and had to give something back
record MemoryUse(
        long limitMegabytes, long groupMegabytes, long residentMegabytes, long timesAtLimit) {
    static final MemoryUse NONE = new MemoryUse(0, 0, 0, 0);
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");

    /// Of the processes that run now.
    static MemoryUse of(String function) {
        return FunctionProcess.all().stream()
                .filter(process -> process.runs(function))
                .map(process -> of(process.pid()))
                .reduce(NONE, MemoryUse::most);
    }

    MemoryUse most(MemoryUse other) {
        return new MemoryUse(
                Math.max(limitMegabytes, other.limitMegabytes),
                Math.max(groupMegabytes, other.groupMegabytes),
                Math.max(residentMegabytes, other.residentMegabytes),
                Math.max(timesAtLimit, other.timesAtLimit));
    }

    @Override
    public String toString() {
        return limitMegabytes == 0
                ? "%d, no limit here".formatted(residentMegabytes)
                : "%d of %d (resident %d)"
                        .formatted(groupMegabytes, limitMegabytes, residentMegabytes);
    }

    private static MemoryUse of(long pid) {
        var resident = highWater(pid) / 1024;
        return group(pid)
                .map(group ->
                        new MemoryUse(
                                megabytes(group, "memory.limit_in_bytes", "memory.max"),
                                megabytes(group, "memory.max_usage_in_bytes", "memory.peak"),
                                resident,
                                timesAtLimit(group)))
                .orElse(new MemoryUse(0, 0, resident, 0));
    }

    /// The directory of a process's memory group, if it is one that `up` made for it.
    private static Optional<Path> group(long pid) {
        for (var line : lines(Path.of("/proc", Long.toString(pid), "cgroup"))) {
            var parts = line.split(":", 3);
            var first = parts[1].equals("memory") ? GROUPS.resolve("memory") : GROUPS;
            if (!parts[1].isEmpty() && !parts[1].equals("memory")) {
                continue;
            }
            // in a container the mount may begin further down than the path
            var path = Path.of(parts[2]);
            for (var i = 0; i < path.getNameCount(); i++) {
                var group = first.resolve(path.subpath(i, path.getNameCount()));
                if (Files.isDirectory(group)
                        && group.getFileName().toString().startsWith("sluice-")) {
                    return Optional.of(group);
                }
            }
        }
        return Optional.empty();
    }

    private static long megabytes(Path group, String version1, String version2) {
        for (var file : List.of(version1, version2)) {
            for (var line : lines(group.resolve(file))) {
                return line.equals("max") ? 0 : Long.parseLong(line) >> 20;
            }
        }
        return 0;
    }

    private static long timesAtLimit(Path group) {
        for (var line : lines(group.resolve("memory.failcnt"))) {
            return Long.parseLong(line);
        }
        return lines(group.resolve("memory.events")).stream()
                .filter(line -> line.startsWith("max "))
                .mapToLong(line -> Long.parseLong(line.substring(4)))
                .sum();
    }

    private static long highWater(long pid) {
        return lines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException _) {
            // the process has just ended, or this kernel has no such file
            return List.of();
        }
    }
}
