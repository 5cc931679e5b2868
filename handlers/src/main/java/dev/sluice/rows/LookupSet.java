package dev.sluice.rows;

import java.util.Arrays;

/// The values of one lookup column, as bytes in one array. Written by one thread, then only read.
final class LookupSet {
    private static final int EMPTY = 0;

    private byte[] values = new byte[1024];
    private int valuesEnd;
    private int[] ends = new int[64];
    private int size;
    // number of the value plus one; open addressing, at most half full
    private int[] slots = new int[128];

    int size() {
        return size;
    }

    void add(byte[] bytes, int from, int to) {
        var slot = slot(bytes, from, to);
        if (slots[slot] != EMPTY) {
            return;
        }
        append(bytes, from, to);
        slots[slot] = size;
        if (size * 2 > slots.length) {
            spread();
        }
    }

    boolean contains(byte[] bytes, int from, int to) {
        return slots[slot(bytes, from, to)] != EMPTY;
    }

    private int slot(byte[] bytes, int from, int to) {
        var slot = hash(bytes, from, to) & (slots.length - 1);
        while (slots[slot] != EMPTY && !isValue(slots[slot] - 1, bytes, from, to)) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    private boolean isValue(int number, byte[] bytes, int from, int to) {
        return Arrays.equals(values, start(number), ends[number], bytes, from, to);
    }

    private int start(int number) {
        return number == 0 ? 0 : ends[number - 1];
    }

    private void append(byte[] bytes, int from, int to) {
        var length = to - from;
        if (values.length - valuesEnd < length) {
            values = Arrays.copyOf(values, Math.max(values.length * 2, valuesEnd + length));
        }
        System.arraycopy(bytes, from, values, valuesEnd, length);
        valuesEnd += length;
        if (size == ends.length) {
            ends = Arrays.copyOf(ends, size * 2);
        }
        ends[size++] = valuesEnd;
    }

    private void spread() {
        slots = new int[slots.length * 2];
        for (var number = 0; number < size; number++) {
            slots[slot(values, start(number), ends[number])] = number + 1;
        }
    }

    private static int hash(byte[] bytes, int from, int to) {
        var hash = 1;
        for (var i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        hash *= 0x9e3779b9;
        return hash ^ (hash >>> 16);
    }
}
