package dev.sluice.rows;

/// The caps that keep one file from taking everything.
public record Limits(
        int recordBytes,
        int rawBytes,
        int headerBytes,
        int expansionRatio,
        long expansionFreeBytes,
        long expandedBytes) {
    private static final int MIB = 1024 * 1024;

    /// What the documentation promises.
    public static final Limits DEFAULT =
            new Limits(16 * MIB, 4096, MIB, 200, 64L * MIB, 100L * 1024 * MIB);

    public Limits {
        if (recordBytes < 1 || rawBytes < 4 || headerBytes < 1 || expansionRatio < 1) {
            throw new IllegalArgumentException("a limit below its least: " + recordBytes);
        }
    }
}
