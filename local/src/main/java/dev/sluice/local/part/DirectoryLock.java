package dev.sluice.local.part;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The right of one process to a data directory: a kernel lock on its file `lock`, which ends with
/// the process however that ends, and beside it in `lock.pid` who has it.
public final class DirectoryLock implements Part {
    private final FileChannel lock;
    private final Path owner;

    private DirectoryLock(FileChannel lock, Path owner) {
        this.lock = lock;
        this.owner = owner;
    }

    /// Takes the directory, which is made if need be, or says which process has it.
    public static DirectoryLock take(Path directory) throws IOException {
        Files.createDirectories(directory);
        var owner = directory.resolve("lock.pid");
        // Opening and closing `lock` in the process that holds it would give the lock away (POSIX),
        // so that case is told by the other file.
        if (owner(owner).equals(self())) {
            throw taken(directory, "this process, " + ProcessHandle.current().pid());
        }
        var lock =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() == null) {
                throw taken(directory, "process " + owner(owner).split(" ", 2)[0]);
            }
            Files.writeString(owner, self());
            return new DirectoryLock(lock, owner);
        } catch (IOException | RuntimeException failure) {
            lock.close();
            throw failure;
        }
    }

    @Override
    public void close() throws IOException {
        if (lock.isOpen()) {
            Files.deleteIfExists(owner);
            lock.close();
        }
    }

    private static IOException taken(Path directory, String holder) {
        return new IOException(directory.toAbsolutePath() + " is in use by " + holder);
    }

    private static String owner(Path owner) throws IOException {
        return Files.exists(owner) ? Files.readString(owner) : "unknown";
    }

    // With the start time, since pids come again: in containers soon.
    private static String self() {
        var process = ProcessHandle.current();
        long started = process.info().startInstant().map(it -> it.toEpochMilli()).orElse(0L);
        return process.pid() + " " + started;
    }
}
