package dev.sluice.local.s3.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// A range of an object's bytes, read across its segments. Not thread-safe.
final class Content extends InputStream {
    /// Part of one file.
    record Span(Path file, long offset, long length) {}

    private final Deque<Span> rest;
    private @Nullable FileChannel channel;
    private long position;
    private long remaining;

    /// Opens the first file at once, so that a missing one is told before an answer has begun.
    Content(Iterable<Span> spans) throws IOException {
        rest = new ArrayDeque<>();
        spans.forEach(rest::add);
        advance();
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (remaining == 0) {
            if (!advance()) {
                return -1;
            }
        }
        int wanted = (int) Math.min(length, remaining);
        int read = open().read(ByteBuffer.wrap(bytes, offset, wanted), position);
        if (read < 0) {
            throw new IOException("a file of this object is shorter than it was");
        }
        position += read;
        remaining -= read;
        return read;
    }

    @Override
    public void close() throws IOException {
        rest.clear();
        remaining = 0;
        if (channel != null) {
            channel.close();
        }
    }

    private boolean advance() throws IOException {
        var next = rest.poll();
        if (next == null) {
            return false;
        }
        if (channel != null) {
            channel.close();
        }
        channel = FileChannel.open(next.file());
        position = next.offset();
        remaining = next.length();
        return true;
    }

    private FileChannel open() throws IOException {
        if (channel == null) {
            throw new IOException("closed");
        }
        return channel;
    }
}
