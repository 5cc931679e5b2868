package dev.sluice.local.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// What one execution environment writes to its function's log: the output of its process, and the
/// platform's own lines between them. Thread-safe.
final class EnvironmentLog {
    /*
     * The platform's lines must stand after what the handler printed before it answered, but that
     * may still be in the pipe. So a mark is put into the same pipe, behind it, through the write
     * end that the process holds (/proc/PID/fd/1); when the mark comes out, all before it has.
     */
    private static final int TAIL_BYTES = 4096;
    private static final int LONGEST_LINE = 256 << 10;
    private static final long SETTLE_MILLIS = 5_000;
    private static final byte[] PICKED_UP =
            "Picked up JAVA_TOOL_OPTIONS: ".getBytes(StandardCharsets.UTF_8);

    private final FunctionLog file;
    private final byte[] mark =
            ("\u0001mark " + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
    private final Semaphore marksSeen = new Semaphore(0);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private byte[] tail = new byte[0];
    private volatile boolean ended;

    EnvironmentLog(FunctionLog file) {
        this.file = file;
    }

    /// Copies the process's output until it ends.
    void pump(InputStream output) {
        var buffer = new byte[16 << 10];
        try (output) {
            for (int count = output.read(buffer); count >= 0; count = output.read(buffer)) {
                take(buffer, count);
            }
        } catch (IOException _) {
            // The process is gone and its pipe with it.
        }
        ended = true;
        endLine();
        marksSeen.release();
    }

    /// Writes a line of the platform's.
    void platform(String text) {
        write((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /// Forgets what `tail` has gathered: the next invocation starts.
    synchronized void startTail() {
        tail = new byte[0];
    }

    /// The last 4 KB since `startTail`.
    synchronized String tail() {
        return new String(tail, StandardCharsets.UTF_8);
    }

    /// Waits until what the process has written so far stands in the log; a moment at most.
    void settle(long pid) throws InterruptedException {
        if (ended) {
            return;
        }
        marksSeen.drainPermits();
        mark(pid);
        boolean _ = marksSeen.tryAcquire(SETTLE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void mark(long pid) {
        try (var pipe =
                Files.newOutputStream(
                        Path.of("/proc", Long.toString(pid), "fd", "1"),
                        StandardOpenOption.WRITE)) {
            pipe.write(
                    (new String(mark, StandardCharsets.UTF_8) + "\n")
                            .getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // Ended, or it closed its output, or no /proc: then the wait alone must do.
        }
    }

    private void take(byte[] bytes, int count) {
        int start = 0;
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                line.write(bytes, start, i - start);
                endLine();
                start = i + 1;
            }
        }
        line.write(bytes, start, count - start);
        if (line.size() > LONGEST_LINE) {
            endLine();
        }
    }

    private void endLine() {
        var bytes = line.toByteArray();
        line.reset();
        if (endsWithMark(bytes)) {
            if (bytes.length > mark.length) {
                writeLine(Arrays.copyOf(bytes, bytes.length - mark.length));
            }
            marksSeen.release();
            return;
        }
        if (ended && bytes.length == 0) {
            return;
        }
        // The JVM's word on options that were ours to give, not the function's to report.
        if (!startsWith(bytes, PICKED_UP)) {
            writeLine(bytes);
        }
    }

    private void writeLine(byte[] bytes) {
        var withEnd = Arrays.copyOf(bytes, bytes.length + 1);
        withEnd[bytes.length] = '\n';
        write(withEnd);
    }

    private synchronized void write(byte[] lineWithEnd) {
        file.append(lineWithEnd);
        var all = Arrays.copyOf(tail, tail.length + lineWithEnd.length);
        System.arraycopy(lineWithEnd, 0, all, tail.length, lineWithEnd.length);
        tail = Arrays.copyOfRange(all, Math.max(0, all.length - TAIL_BYTES), all.length);
    }

    private boolean endsWithMark(byte[] bytes) {
        int from = bytes.length - mark.length;
        return from >= 0 && Arrays.equals(bytes, from, bytes.length, mark, 0, mark.length);
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length
                && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
