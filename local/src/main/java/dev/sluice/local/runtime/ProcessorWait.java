package dev.sluice.local.runtime;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// How long a process could have run but was given no processor, by the kernel's books.
final class ProcessorWait {
    private ProcessorWait() {}

    /// The wait of the one thread that waited longest; nothing where the kernel does not say.
    static Duration of(long pid) {
        long longest = 0;
        try (var threads = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (var thread : threads) {
                longest = Math.max(longest, waitNanos(thread));
            }
        } catch (IOException | DirectoryIteratorException _) {
            // The process is gone, or this is no Linux.
        }
        return Duration.ofNanos(longest);
    }

    // schedstat: nanoseconds on a processor, nanoseconds in its queue, number of turns
    private static long waitNanos(Path thread) {
        try {
            return Long.parseLong(
                    Files.readString(thread.resolve("schedstat")).strip().split(" ", -1)[1]);
        } catch (IOException | RuntimeException _) {
            return 0; // the thread has ended, or the kernel keeps no such book
        }
    }
}
