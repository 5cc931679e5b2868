package dev.sluice.local.s3.store;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// The file that says what is in a bucket, one JSON line an entry. What is not in it did not
/// happen.
///
/// A line goes out in one write, so a killed process leaves at most a torn last line, which is cut
/// off when the journal is opened. Not thread-safe.
final class Journal implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private long end;

    private Journal(Path file, FileChannel channel, long end) {
        this.file = file;
        this.channel = channel;
        this.end = end;
    }

    /// Opens the file, which is made if need be, and tells its entries from the first on.
    static Journal open(Path file, Consumer<Entry> replay) throws IOException {
        var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            long end = replay(file, channel, replay);
            channel.truncate(end);
            return new Journal(file, channel, end);
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    /// Once this returns, the entry outlives the process.
    void append(Entry entry) throws IOException {
        var json = EntryJson.write(entry);
        var line = ByteBuffer.wrap(Arrays.copyOf(json, json.length + 1));
        line.put(json.length, (byte) '\n');
        try {
            long at = end;
            while (line.hasRemaining()) {
                at += channel.write(line, at);
            }
            end = at;
        } catch (IOException failure) {
            forget(failure);
            throw failure;
        }
    }

    /// Puts these entries in the place of all there were.
    Journal rewrite(List<Entry> entries) throws IOException {
        var next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        try (var journal = open(next, _ -> {})) {
            for (var entry : entries) {
                journal.append(entry);
            }
        }
        close();
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        return open(file, _ -> {});
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    // A full disk may have taken half a line: the next line must not continue it.
    private void forget(IOException failure) {
        try {
            channel.truncate(end);
        } catch (IOException second) {
            failure.addSuppressed(second);
        }
    }

    private static long replay(Path file, FileChannel channel, Consumer<Entry> replay)
            throws IOException {
        // not closed: that would close the channel
        var in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
        var line = new ByteArrayOutputStream();
        long end = 0;
        int number = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b != '\n') {
                line.write(b);
                continue;
            }
            number++;
            end += line.size() + 1;
            replay.accept(read(file, number, line.toByteArray()));
            line.reset();
        }
        return end;
    }

    private static Entry read(Path file, int number, byte[] line) throws IOException {
        try {
            return EntryJson.read(line);
        } catch (IOException | RuntimeException failure) {
            throw new IOException(file + ":" + number + " is damaged", failure);
        }
    }
}
