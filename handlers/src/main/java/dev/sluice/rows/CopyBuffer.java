package dev.sluice.rows;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Bytes of a binary COPY, growing; numbers big-endian.
final class CopyBuffer {
    static final int NULL_LENGTH = -1;

    private static final int SHORT_BYTES = 32;

    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);

    private byte[] bytes;
    private int size;

    CopyBuffer(int capacity) {
        this.bytes = new byte[capacity];
    }

    private static VarHandle view(Class<?> type) {
        return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.BIG_ENDIAN);
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    /// Forgets all bytes from this one on.
    void truncate(int size) {
        this.size = size;
    }

    void putByte(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    void putShort(int value) {
        room(2);
        SHORTS.set(bytes, size, (short) value);
        size += 2;
    }

    void putInt(int value) {
        room(4);
        INTS.set(bytes, size, value);
        size += 4;
    }

    void putLong(long value) {
        room(8);
        LONGS.set(bytes, size, value);
        size += 8;
    }

    /// Appends the first bytes of a number of eight.
    void putFront(long value, int count) {
        // what is written behind the end counts for nothing
        room(8);
        LONGS.set(bytes, size, value);
        size += count;
    }

    /// Appends a value with its length in front.
    void putText(byte[] source, int from, int to) {
        putInt(to - from);
        putBytes(source, from, to);
    }

    void putBytes(byte[] source, int from, int to) {
        var length = to - from;
        if (length <= SHORT_BYTES && source.length - from >= SHORT_BYTES) {
            // four words whatever the length: cheaper than to find out how many are needed, and
            // what
            // is behind the end counts for nothing
            room(SHORT_BYTES);
            for (var word = 0; word < SHORT_BYTES; word += 8) {
                EightBytes.copy(source, from + word, bytes, size + word);
            }
        } else {
            room(length);
            System.arraycopy(source, from, bytes, size, length);
        }
        size += length;
    }

    void putNull() {
        putInt(NULL_LENGTH);
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            var wanted = Math.max(2L * bytes.length, (long) size + more);
            bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Integer.MAX_VALUE - 16));
        }
    }
}
