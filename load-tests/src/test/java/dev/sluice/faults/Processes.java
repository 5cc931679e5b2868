package dev.sluice.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What is done to processes by their id: signals, and whose a connection is. Thread-safe.
final class Processes {
    private final Set<Long> stopped = ConcurrentHashMap.newKeySet();

    /// Which of these processes holds the connection from this port of 127.0.0.1.
    static Optional<Long> ofPort(int port, List<Long> processes) {
        var inode = inode(port);
        if (inode.isEmpty()) {
            return Optional.empty();
        }
        var socket = "socket:[" + inode.get() + "]";
        return processes.stream().filter(pid -> holds(pid, socket)).findFirst();
    }

    private static Optional<String> inode(int port) {
        var suffix = ":%04X".formatted(port);
        for (var table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            try (var lines = Files.lines(Path.of(table))) {
                var found =
                        lines.map(line -> line.strip().split("\\s+"))
                                .filter(words -> words.length > 9 && words[1].endsWith(suffix))
                                .map(words -> words[9])
                                .filter(it -> !it.equals("0"))
                                .findFirst();
                if (found.isPresent()) {
                    return found;
                }
            } catch (IOException _) {
                // no such protocol here
            }
        }
        return Optional.empty();
    }

    private static boolean holds(long pid, String socket) {
        try (var files = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (var file : files) {
                if (Files.isSymbolicLink(file)
                        && Files.readSymbolicLink(file).toString().equals(socket)) {
                    return true;
                }
            }
        } catch (IOException _) {
            // it has ended meanwhile, or the file was closed
        }
        return false;
    }

    static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    void stop(long pid) throws InterruptedException {
        stopped.add(pid);
        signal("STOP", pid);
    }

    /// Lets all go on that were stopped.
    void goOn() throws InterruptedException {
        for (var pid : stopped) {
            signal("CONT", pid);
        }
        stopped.clear();
    }

    private static void signal(String name, long pid) throws InterruptedException {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new IllegalStateException("no kill on this machine", e);
        }
    }

    /// What a process sees in its `/tmp`.
    static List<Path> temporaryFiles(long pid) {
        try (var files = Files.list(Path.of("/proc", Long.toString(pid), "root/tmp"))) {
            return files.toList();
        } catch (IOException _) {
            return List.of();
        }
    }
}
