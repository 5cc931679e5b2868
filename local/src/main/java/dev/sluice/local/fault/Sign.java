package dev.sluice.local.fault;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes that are waited for in one direction of a link.
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Sign(Direction direction, byte[] bytes) {
    public Sign {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("a sign of no bytes");
        }
        bytes = bytes.clone();
    }

    public static Sign toServer(String text) {
        return new Sign(Direction.TO_SERVER, text.getBytes(StandardCharsets.UTF_8));
    }

    public static Sign toClient(String text) {
        return new Sign(Direction.TO_CLIENT, text.getBytes(StandardCharsets.UTF_8));
    }

    /// How much of the sign is seen after one more byte, by the failure function of Knuth, Morris
    /// and Pratt: a sign may come in several pieces and begin within another.
    int next(int seen, byte value) {
        while (seen > 0 && bytes[seen] != value) {
            seen = border(seen);
        }
        return bytes[seen] == value ? seen + 1 : 0;
    }

    // Signs are short; a table would be built as often as it is asked.
    private int border(int seen) {
        for (int length = seen - 1; length > 0; length--) {
            if (Arrays.equals(bytes, 0, length, bytes, seen - length, seen)) {
                return length;
            }
        }
        return 0;
    }

    int length() {
        return bytes.length;
    }
}
