package dev.sluice.job;

/// A record-aligned byte range of a drop: what one Load invocation commits. Number 0 is the publish
/// of a staged job, which has no bytes.
///
/// @param number from 1 within its job
/// @param start where its first record begins
/// @param endByte exclusive; for a compressed file the size of the object
public record Chunk(int number, Position start, long endByte) {
    public static final int PUBLISH = 0;

    public Chunk {
        if (number < 0 || endByte < start.byteOffset()) {
            throw new IllegalArgumentException(
                    "chunk %d from %s to byte %d is no range".formatted(number, start, endByte));
        }
    }

    /// True for the publish of a staged job.
    public boolean isPublish() {
        return number == PUBLISH;
    }

    public long bytes() {
        return endByte - start.byteOffset();
    }
}
