package dev.sluice.rows;

import java.util.Arrays;

/// Bytes of a binary COPY, growing; numbers big-endian.
final class CopyBuffer {
    static final int NULL_LENGTH = -1;

    private byte[] bytes;
    private int size;

    CopyBuffer(int capacity) {
        this.bytes = new byte[capacity];
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
        bytes[size++] = (byte) (value >> 8);
        bytes[size++] = (byte) value;
    }

    void putInt(int value) {
        room(4);
        bytes[size++] = (byte) (value >> 24);
        bytes[size++] = (byte) (value >> 16);
        bytes[size++] = (byte) (value >> 8);
        bytes[size++] = (byte) value;
    }

    void putLong(long value) {
        putInt((int) (value >> 32));
        putInt((int) value);
    }

    void putBytes(byte[] source, int from, int to) {
        room(to - from);
        System.arraycopy(source, from, bytes, size, to - from);
        size += to - from;
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
