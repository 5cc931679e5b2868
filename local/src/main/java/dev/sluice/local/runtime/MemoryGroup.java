package dev.sluice.local.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// The memory limit of one execution environment, as the kernel keeps it.
record MemoryGroup(MemoryGroups groups, Path directory, String peakFile, long limitBytes)
        implements AutoCloseable {

    /// The file a process writes its id to in order to be limited.
    Path processes() {
        return directory.resolve("cgroup.procs");
    }

    /// The most that was ever in use.
    OptionalLong peakBytes() {
        try {
            var text = Files.readString(directory.resolve(peakFile)).strip();
            return OptionalLong.of(Math.min(limitBytes, Long.parseLong(text)));
        } catch (IOException | NumberFormatException _) {
            return OptionalLong.empty();
        }
    }

    /// Ends what is left in the group, children of the function among them.
    void killAll() {
        try {
            for (var pid : Files.readAllLines(processes())) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
        } catch (IOException | NumberFormatException _) {
            // The group is gone, and so are they.
        }
    }

    @Override
    public void close() {
        groups.discard(directory);
    }
}
