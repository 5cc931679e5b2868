package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/// The danger: a byte that matches, or does not, is answered for by its neighbour. Every byte is
/// asked about at every place, between neighbours of all kinds, and held against the bytes one by
/// one.
class EightBytesTest {
    private static final byte[] NEIGHBOURS = {0, 1, 9, 10, 13, 14, ',', '"', '0', 0x7f, -128, -1};

    @Test
    void everyQuestionIsAnsweredForEachByteAlone() {
        var random = new SplittableRandom(1);
        var bytes = new byte[8];
        for (var round = 0; round < 40; round++) {
            for (var place = 0; place < 8; place++) {
                for (var b = 0; b < 256; b++) {
                    for (var i = 0; i < 8; i++) {
                        bytes[i] = NEIGHBOURS[random.nextInt(NEIGHBOURS.length)];
                    }
                    bytes[place] = (byte) b;
                    check(bytes);
                }
            }
        }
    }

    private static void check(byte[] bytes) {
        var word = EightBytes.at(bytes, 0);
        var commas = EightBytes.times(',');
        var quotes = EightBytes.times('"');
        assertMarks(
                EightBytes.equalOrLineEnd(word, quotes),
                bytes,
                b -> b == '"' || b == '\n' || b == '\r');
        assertMarks(
                EightBytes.equalOrControl(word, commas, quotes),
                bytes,
                b -> b == ',' || b == '"' || b < 14);
        assertMarks(EightBytes.aboveNine(word), bytes, b -> b > 9);
        assertThat(EightBytes.areAscii(word)).isEqualTo(count(bytes, b -> b > 0 && b < 128) == 8);
    }

    private static void assertMarks(long marks, byte[] bytes, IntPredicate expected) {
        assertThat(marks & ~EightBytes.HIGH).isZero();
        for (var i = 0; i < 8; i++) {
            assertThat(((marks >>> (8 * i + 7)) & 1) == 1)
                    .isEqualTo(expected.test(bytes[i] & 0xff));
        }
        assertThat(Long.bitCount(marks)).isEqualTo(count(bytes, expected));
        var rest = marks;
        for (var i = 0; i < 8; i++) {
            if (expected.test(bytes[i] & 0xff)) {
                assertThat(EightBytes.first(rest)).isEqualTo(i);
                rest = EightBytes.rest(rest);
            }
        }
        assertThat(rest).isZero();
        assertThat(EightBytes.first(rest)).isEqualTo(8);
    }

    private static int count(byte[] bytes, IntPredicate expected) {
        var count = 0;
        for (var b : bytes) {
            count += expected.test(b & 0xff) ? 1 : 0;
        }
        return count;
    }

    @Test
    void aBlockHasAMarkForEachOfItsBytes() {
        var random = new SplittableRandom(2);
        for (var round = 0; round < 5_000; round++) {
            var bytes = new byte[70];
            for (var i = 0; i < bytes.length; i++) {
                bytes[i] = NEIGHBOURS[random.nextInt(NEIGHBOURS.length)];
            }
            var from = random.nextInt(7);
            var marks =
                    EightBytes.blockMarks(
                            bytes, from, EightBytes.times(','), EightBytes.times('"'));
            for (var i = 0; i < 64; i++) {
                int b = bytes[from + i] & 0xff;
                assertThat(((marks >>> i) & 1) == 1).isEqualTo(b == ',' || b == '"' || b < 14);
            }
        }
    }

    @Test
    void oneByteThatIsNotAsciiIsSeenWhereverItStands() {
        for (var place = 0; place < 64; place++) {
            var bytes = "a".repeat(64).getBytes(UTF_8);
            assertThat(EightBytes.isBlockAscii(bytes, 0)).isTrue();
            bytes[place] = -1;
            assertThat(EightBytes.isBlockAscii(bytes, 0)).isFalse();
        }
    }
}
