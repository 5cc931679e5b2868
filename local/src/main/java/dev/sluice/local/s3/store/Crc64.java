package dev.sluice.local.s3.store;

/// CRC-64/NVME, the checksum S3 keeps of a whole object where the client named no other.
///
/// Reflected polynomial 0x9a6c9329ac4bc9b5, all ones before and after (NVM Express base
/// specification, 64b CRC). Not thread-safe.
public final class Crc64 {
    /*
     * TABLES[k][b] is what byte b does to the remainder k bytes later, so that eight bytes are taken
     * in one step (slicing-by-8).
     *
     * Bit 63 - i of a reflected value is the coefficient of x^i. combine() multiplies the first
     * remainder by x^(8n), n the second length: what n zero bytes would do to it. The ones before
     * and after cancel.
     */
    private static final long POLYNOMIAL = 0x9a6c9329ac4bc9b5L;
    private static final long ONE = 1L << 63;
    private static final long[][] TABLES = tables();

    private long remainder = -1;

    public void update(byte[] bytes, int offset, int length) {
        long crc = remainder;
        int at = offset;
        int end = offset + length;
        for (; at + 8 <= end; at += 8) {
            crc ^= littleEndian(bytes, at);
            crc =
                    TABLES[7][(int) crc & 0xff]
                            ^ TABLES[6][(int) (crc >>> 8) & 0xff]
                            ^ TABLES[5][(int) (crc >>> 16) & 0xff]
                            ^ TABLES[4][(int) (crc >>> 24) & 0xff]
                            ^ TABLES[3][(int) (crc >>> 32) & 0xff]
                            ^ TABLES[2][(int) (crc >>> 40) & 0xff]
                            ^ TABLES[1][(int) (crc >>> 48) & 0xff]
                            ^ TABLES[0][(int) (crc >>> 56)];
        }
        for (; at < end; at++) {
            crc = TABLES[0][(int) (crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
        }
        remainder = crc;
    }

    public long value() {
        return ~remainder;
    }

    /// The checksum of two runs of bytes one after the other, from the checksum of each.
    public static long combine(long first, long second, long secondLength) {
        long shifted = first;
        long power = ONE >>> 8;
        for (long rest = secondLength; rest > 0; rest >>>= 1) {
            if ((rest & 1) == 1) {
                shifted = multiply(shifted, power);
            }
            power = multiply(power, power);
        }
        return shifted ^ second;
    }

    private static long multiply(long a, long b) {
        long product = 0;
        long factor = b;
        for (long bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= factor;
            }
            factor = timesX(factor);
        }
        return product;
    }

    private static long timesX(long value) {
        return (value & 1) == 0 ? value >>> 1 : (value >>> 1) ^ POLYNOMIAL;
    }

    private static long littleEndian(byte[] bytes, int at) {
        long value = 0;
        for (int i = 7; i >= 0; i--) {
            value = value << 8 | (bytes[at + i] & 0xff);
        }
        return value;
    }

    private static long[][] tables() {
        var tables = new long[8][256];
        for (int b = 0; b < 256; b++) {
            long crc = b;
            for (int bit = 0; bit < 8; bit++) {
                crc = timesX(crc);
            }
            tables[0][b] = crc;
        }
        for (int k = 1; k < 8; k++) {
            for (int b = 0; b < 256; b++) {
                long crc = tables[k - 1][b];
                tables[k][b] = tables[0][(int) crc & 0xff] ^ (crc >>> 8);
            }
        }
        return tables;
    }
}
