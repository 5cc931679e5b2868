package dev.sluice.local.s3.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The danger: a checksum that is only right for the lengths somebody tried.
final class Crc64Test {
    private final byte[] bytes = new byte[4096];

    Crc64Test() {
        new Random(64).nextBytes(bytes);
    }

    // The check value of CRC-64/NVME in the catalogue of parametrised CRC algorithms.
    @Test
    void givesTheCheckValue() {
        var digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(of(digits)).isEqualTo(0xae8b14860a799888L);
        assertThat(of(new byte[0])).isZero();
    }

    @Test
    void doesNotDependOnHowTheBytesCome() {
        for (int cut = 0; cut <= 40; cut++) {
            var crc = new Crc64();
            crc.update(bytes, 0, cut);
            crc.update(bytes, cut, bytes.length - cut);
            assertThat(crc.value()).isEqualTo(of(bytes));
        }
    }

    @Test
    void joinsWhatWasTakenApart() {
        for (int cut : new int[] {0, 1, 7, 8, 9, 1000, 4095, 4096}) {
            long first = of(Arrays.copyOf(bytes, cut));
            long second = of(Arrays.copyOfRange(bytes, cut, bytes.length));
            assertThat(Crc64.combine(first, second, bytes.length - cut)).isEqualTo(of(bytes));
        }
    }

    private static long of(byte[] bytes) {
        var crc = new Crc64();
        crc.update(bytes, 0, bytes.length);
        return crc.value();
    }
}
