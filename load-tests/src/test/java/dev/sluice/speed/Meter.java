package dev.sluice.speed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Processor time of this process and all that it started, from `/proc`: what others do on the
/// machine does not count.
final class Meter {
    private static final double TICKS_PER_SECOND = 100;
    private static final int TRIES = 20;

    private Work begin = Work.NONE;

    /// From now on.
    void begin() {
        begin = read();
    }

    /// Since the last begin.
    Work end() {
        return read().minus(begin);
    }

    /// A process that ends meanwhile is seen twice or not at all: its time passes to its parent,
    /// which was read before or will be. Then all are read again.
    private static Work read() {
        var before = descendants();
        var work = read(before);
        for (int tries = 1; tries < TRIES; tries++) {
            var after = descendants();
            if (after.equals(before)) {
                return work;
            }
            before = after;
            work = read(before);
        }
        return work;
    }

    private static Set<Long> descendants() {
        try (Stream<ProcessHandle> all = ProcessHandle.current().descendants()) {
            return all.map(ProcessHandle::pid).collect(Collectors.toSet());
        }
    }

    private static Work read(Set<Long> descendants) {
        var work = new Work(0, 0, 0, seconds(ProcessHandle.current().pid()), 0);
        for (long pid : descendants) {
            work = work.plus(of(pid));
        }
        return work;
    }

    private static Work of(long pid) {
        var seconds = seconds(pid);
        if (command(pid).equals("postgres")) {
            return new Work(seconds, 0, 0, 0, 0);
        }
        return FunctionProcess.find(pid)
                .map(process ->
                        process.runs("load")
                                ? new Work(0, seconds, 0, 0, 0)
                                : new Work(0, 0, seconds, 0, 0))
                .orElse(new Work(0, 0, 0, 0, seconds));
    }

    private static String command(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "comm")).strip();
        } catch (IOException _) {
            // it has just ended
            return "";
        }
    }

    /// Its own and that of its children that have ended: a server's connections end.
    private static double seconds(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // the name before may hold blanks
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = 0;
            for (var field = 11; field <= 14; field++) {
                ticks += Long.parseLong(fields[field]);
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException _) {
            // it has just ended, and its parent has its time
            return 0;
        }
    }
}
