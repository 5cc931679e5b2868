package dev.sluice.local.runtime;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// The memory cgroups that this process may make for its functions. Thread-safe.
final class MemoryGroups implements AutoCloseable {
    private static final String PREFIX = "sluice-";

    private final Path parent;
    private final Version version;
    // One process may run more than one of these.
    private final String name =
            PREFIX
                    + ProcessHandle.current().pid()
                    + "-"
                    + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt())
                    + "-";
    private final AtomicInteger made = new AtomicInteger();
    private final ConcurrentLinkedQueue<Path> leftovers = new ConcurrentLinkedQueue<>();

    private MemoryGroups(Path parent, Version version) {
        this.parent = parent;
        this.version = version;
    }

    /// Finds a place in the hierarchy where a limited group can be made; empty where none can.
    static Optional<MemoryGroups> find() {
        return find(Path.of("/proc/self/mountinfo"), Path.of("/proc/self/cgroup"));
    }

    static Optional<MemoryGroups> find(Path mountInfo, Path ownGroups) {
        try {
            for (var candidate :
                    candidates(Files.readAllLines(mountInfo), Files.readAllLines(ownGroups))) {
                if (candidate.works()) {
                    candidate.removeStale();
                    return Optional.of(candidate);
                }
            }
        } catch (IOException _) {
            // No /proc: not Linux.
        }
        return Optional.empty();
    }

    String describe() {
        return version.described;
    }

    /// Makes a group with this limit.
    MemoryGroup create(int megabytes) throws IOException {
        sweep();
        var directory = parent.resolve(name + made.incrementAndGet());
        Files.createDirectory(directory);
        try {
            version.limit(directory, (long) megabytes << 20);
            return new MemoryGroup(this, directory, version.peak, (long) megabytes << 20);
        } catch (IOException failure) {
            leftovers.add(directory);
            throw failure;
        }
    }

    /// Takes a group whose processes have ended; it may be busy for another moment.
    void discard(Path directory) {
        leftovers.add(directory);
        sweep();
    }

    @Override
    public void close() {
        sweep();
    }

    private void sweep() {
        leftovers.removeIf(MemoryGroups::removed);
    }

    private static boolean removed(Path directory) {
        try {
            return Files.deleteIfExists(directory) || Files.notExists(directory);
        } catch (IOException _) {
            return false; // busy
        }
    }

    private boolean works() {
        try {
            var group = create(128);
            group.close();
            return Files.exists(group.processes()) || Files.notExists(group.directory());
        } catch (IOException _) {
            return false;
        }
    }

    // Of runners that were killed; a group that still has a process refuses to go.
    private void removeStale() {
        try (DirectoryStream<Path> groups = Files.newDirectoryStream(parent, PREFIX + "*-*")) {
            for (var group : groups) {
                var runner = group.getFileName().toString().split("-", 3)[1];
                if (!Files.exists(Path.of("/proc", runner))) {
                    boolean _ = removed(group);
                }
            }
        } catch (IOException _) {
            // Only tidiness is lost.
        }
    }

    private static List<MemoryGroups> candidates(List<String> mounts, List<String> own) {
        var found = new ArrayList<MemoryGroups>();
        for (var line : mounts) {
            var mount = Mount.parse(line);
            if (mount.type.equals("cgroup")
                    && List.of(mount.options.split(",", -1)).contains("memory")) {
                found.add(new MemoryGroups(mount.place(ownPath(own, Version.V1)), Version.V1));
            }
            if (mount.type.equals("cgroup2")) {
                found.add(new MemoryGroups(mount.place(ownPath(own, Version.V2)), Version.V2));
                found.add(new MemoryGroups(mount.point, Version.V2));
            }
        }
        return found;
    }

    private static String ownPath(List<String> own, Version version) {
        for (var line : own) {
            var parts = line.split(":", 3);
            boolean fits =
                    version == Version.V2
                            ? parts[0].equals("0")
                            : List.of(parts[1].split(",", -1)).contains("memory");
            if (fits) {
                return parts[2];
            }
        }
        return "/";
    }

    private enum Version {
        V1("cgroup v1", "memory.max_usage_in_bytes"),
        V2("cgroup v2", "memory.peak");

        private final String described;
        private final String peak;

        Version(String described, String peak) {
            this.described = described;
            this.peak = peak;
        }

        void limit(Path group, long bytes) throws IOException {
            switch (this) {
                case V1 -> {
                    write(group.resolve("memory.limit_in_bytes"), Long.toString(bytes));
                    writeIfThere(
                            group.resolve("memory.memsw.limit_in_bytes"), Long.toString(bytes));
                }
                case V2 -> {
                    if (!Files.exists(group.resolve("memory.max"))) {
                        write(group.resolveSibling("cgroup.subtree_control"), "+memory");
                    }
                    write(group.resolve("memory.max"), Long.toString(bytes));
                    writeIfThere(group.resolve("memory.swap.max"), "0");
                }
            }
        }

        private static void write(Path file, String value) throws IOException {
            if (!Files.exists(file)) {
                throw new IOException("no " + file);
            }
            Files.writeString(file, value);
        }

        private static void writeIfThere(Path file, String value) throws IOException {
            if (Files.exists(file)) {
                write(file, value);
            }
        }
    }

    private record Mount(String root, Path point, String type, String options) {
        // 35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        static Mount parse(String line) {
            var halves = line.split(" - ", 2);
            var left = halves[0].split(" ", -1);
            var right = halves[1].split(" ", -1);
            return new Mount(left[3], Path.of(left[4]), right[0], right[right.length - 1]);
        }

        Path place(String group) {
            var below = group.startsWith(root) ? group.substring(root.length()) : group;
            return point.resolve(below.replaceFirst("^/+", "")).normalize();
        }
    }
}
