package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// The danger: bytes pass that PostgreSQL refuses, and a whole COPY fails for one record. Held
/// against the JDK's strict decoder, which knows the same rules.
class Utf8Test {
    private static final int[] EDGES = {
        0x00, 0x01, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0,
        0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff
    };

    @Test
    void judgesEveryRunOfEdgesAsTheStrictDecoderDoes() {
        var bytes = new byte[4];
        for (var a : EDGES) {
            for (var b : EDGES) {
                for (var c : EDGES) {
                    for (var d : EDGES) {
                        bytes[0] = (byte) a;
                        bytes[1] = (byte) b;
                        bytes[2] = (byte) c;
                        bytes[3] = (byte) d;
                        if (isGood(bytes) != (Utf8.firstFault(bytes, 0, 4) == 4)) {
                            throw new AssertionError(Arrays.toString(bytes));
                        }
                    }
                }
            }
        }
    }

    @Test
    void tellsTheFirstFaultAndStaysWithinItsRange() {
        var bytes = "aé\0é".getBytes(UTF_8);
        assertThat(Utf8.firstFault(bytes, 0, bytes.length)).isEqualTo(3);
        assertThat(Utf8.firstFault(bytes, 0, 3)).isEqualTo(3);
        assertThat(Utf8.firstFault(bytes, 0, 2)).isEqualTo(1);
        assertThat(Utf8.firstFault(bytes, 4, bytes.length)).isEqualTo(bytes.length);
    }

    @Test
    void countsCharactersAsPostgresDoes() {
        var bytes = "aé€😀".getBytes(UTF_8);
        assertThat(Utf8.characters(bytes, 0, bytes.length)).isEqualTo(4);
    }

    private static boolean isGood(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString().indexOf('\0') < 0;
        } catch (CharacterCodingException _) {
            return false;
        }
    }
}
