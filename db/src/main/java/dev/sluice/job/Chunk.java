package dev.sluice.job;

/// A record-aligned byte range of a drop: what one Load invocation commits.
///
/// @param number from 1 within its job
/// @param start where its first record begins
/// @param endByte exclusive; for a compressed file the size of the object
public record Chunk(int number, Position start, long endByte) {
    public Chunk {
        if (number < 1 || endByte < start.byteOffset()) {
            throw new IllegalArgumentException(
                    "chunk %d from %s to byte %d is no range".formatted(number, start, endByte));
        }
    }

    public long bytes() {
        return endByte - start.byteOffset();
    }
}
