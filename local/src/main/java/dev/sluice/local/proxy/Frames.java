package dev.sluice.local.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The messages of a stream, one after the other: the head of each can be looked at, the rest goes
/// by in large pieces. For one thread.
final class Frames {
    /// Type and length.
    static final int HEADER = 5;

    private static final int BUFFER = 128 << 10;

    private final InputStream in;
    private final BeforeWait beforeWait;
    private final byte[] buffer = new byte[BUFFER];
    private int start;
    private int end;
    private int size;

    /// What of the present message was neither passed on nor skipped.
    private long left;

    Frames(InputStream in, BeforeWait beforeWait) {
        this.in = in;
        this.beforeWait = beforeWait;
    }

    /// Runs before a read that may block: what was written so far must be on its way by then.
    @FunctionalInterface
    interface BeforeWait {
        void run(boolean betweenMessages) throws IOException;
    }

    /// Goes to the next message and returns its type, -1 at the stream's end.
    int next() throws IOException {
        if (left != 0) {
            throw new IllegalStateException(left + " bytes of a message are left");
        }
        if (!fill(HEADER)) {
            return -1;
        }
        int length = integer(start + 1);
        if (length < Integer.BYTES || length == Integer.MAX_VALUE) {
            throw new IOException("not a message: length " + length);
        }
        size = length + 1;
        left = size;
        return buffer[start] & 0xFF;
    }

    /// The message with its type and length, if it is not longer than this; else its beginning.
    byte[] head(int most) throws IOException {
        int wanted = Math.min(size, Math.min(most, BUFFER));
        if (!fill(wanted)) {
            throw new IOException("the stream ends within a message");
        }
        return Arrays.copyOfRange(buffer, start, start + wanted);
    }

    int size() {
        return size;
    }

    /// The text up to the next zero byte of a head.
    static String text(byte[] head, int from) {
        int to = from;
        while (to < head.length && head[to] != 0) {
            to++;
        }
        return new String(head, from, to - from, StandardCharsets.UTF_8);
    }

    void passTo(OutputStream out) throws IOException {
        while (left > 0) {
            int some = some();
            out.write(buffer, start, some);
            start += some;
            left -= some;
        }
    }

    void skip() throws IOException {
        while (left > 0) {
            int some = some();
            start += some;
            left -= some;
        }
    }

    private int some() throws IOException {
        if (start == end && !fill(1)) {
            throw new IOException("the stream ends within a message");
        }
        return (int) Math.min(left, end - start);
    }

    private int integer(int at) {
        return (buffer[at] & 0xFF) << 24
                | (buffer[at + 1] & 0xFF) << 16
                | (buffer[at + 2] & 0xFF) << 8
                | (buffer[at + 3] & 0xFF);
    }

    /// False at the stream's end before that much.
    private boolean fill(int wanted) throws IOException {
        if (end - start >= wanted) {
            return true;
        }
        if (start == end) {
            start = 0;
            end = 0;
        }
        if (start + wanted > BUFFER) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        while (end - start < wanted) {
            beforeWait.run(left == 0);
            int count = in.read(buffer, end, BUFFER - end);
            if (count < 0) {
                return false;
            }
            end += count;
        }
        return true;
    }
}
