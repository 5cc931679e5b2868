package dev.sluice.rows;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Eight bytes of an array as one word, the first of them lowest, and questions asked of all eight
/// at once. An answer marks a byte by its highest bit.
final class EightBytes {
    /*
     * Each question adds to the seven low bits of every byte so much that the sum reaches the
     * highest bit just when the answer is no. Such a sum stays below 256, so no byte carries into
     * the next and every answer is exact, not only the first one.
     */
    static final long HIGH = 0x8080808080808080L;
    private static final long LOW = ~HIGH;
    private static final long LINE_FEEDS = times('\n');
    private static final long RETURNS = times('\r');

    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private EightBytes() {}

    static long at(byte[] bytes, int from) {
        return (long) WORDS.get(bytes, from);
    }

    static void copy(byte[] source, int from, byte[] target, int at) {
        WORDS.set(target, at, (long) WORDS.get(source, from));
    }

    /// The byte eight times; it is ASCII.
    static long times(int b) {
        return b * 0x0101010101010101L;
    }

    /// Marks the bytes that equal `eight` or end a line.
    static long equalOrLineEnd(long word, long eight) {
        return ~(nonZero(word ^ eight) & nonZero(word ^ LINE_FEEDS) & nonZero(word ^ RETURNS))
                & HIGH;
    }

    /// Whether all are ASCII and none is NUL.
    static boolean areAscii(long word) {
        return (nonZero(word) & ~word & HIGH) == HIGH;
    }

    /// Marks every byte that is not zero; the bits below the marks mean nothing.
    private static long nonZero(long word) {
        return ((word & LOW) + LOW) | word;
    }

    /// Marks the bytes that equal `one` or `other` or are less than 0x0e: NUL and the line ends
    /// are.
    static long equalOrControl(long word, long one, long other) {
        // 0x0e + 0x72 is 0x80
        var noControl = ((word & LOW) + 0x7272727272727272L) | word;
        return ~(nonZero(word ^ one) & nonZero(word ^ other) & noControl) & HIGH;
    }

    /// The marks of [#equalOrControl] for 64 bytes, one bit each, the first lowest.
    static long blockMarks(byte[] bytes, int from, long one, long other) {
        return gathered(equalOrControl(at(bytes, from), one, other))
                | (gathered(equalOrControl(at(bytes, from + 8), one, other)) << 8)
                | (gathered(equalOrControl(at(bytes, from + 16), one, other)) << 16)
                | (gathered(equalOrControl(at(bytes, from + 24), one, other)) << 24)
                | (gathered(equalOrControl(at(bytes, from + 32), one, other)) << 32)
                | (gathered(equalOrControl(at(bytes, from + 40), one, other)) << 40)
                | (gathered(equalOrControl(at(bytes, from + 48), one, other)) << 48)
                | (gathered(equalOrControl(at(bytes, from + 56), one, other)) << 56);
    }

    /// Whether all of 64 bytes are ASCII.
    static boolean isBlockAscii(byte[] bytes, int from) {
        var all =
                at(bytes, from)
                        | at(bytes, from + 8)
                        | at(bytes, from + 16)
                        | at(bytes, from + 24)
                        | at(bytes, from + 32)
                        | at(bytes, from + 40)
                        | at(bytes, from + 48)
                        | at(bytes, from + 56);
        return (all & HIGH) == 0;
    }

    // The marks side by side in eight bits: the factor has one bit for each mark, which moves it to
    // its place in the highest byte, and no two products meet elsewhere on the way.
    private static long gathered(long marks) {
        return ((marks >>> 7) * 0x0102040810204080L) >>> 56;
    }

    /// Marks the bytes that are more than 9.
    static long aboveNine(long word) {
        // 0x0a + 0x76 is 0x80
        return (((word & LOW) + 0x7676767676767676L) | word) & HIGH;
    }

    /// Which byte, from 0, the first mark is on; 8 without any.
    static int first(long marks) {
        return Long.numberOfTrailingZeros(marks) >>> 3;
    }

    /// The marks but for the first.
    static long rest(long marks) {
        return marks & (marks - 1);
    }
}
