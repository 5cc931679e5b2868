package dev.sluice.rows;

/// A place between two records: what the next one's offset, line and number will be.
public record Position(long byteOffset, long line, long record) {
    public static final Position START = new Position(0, 1, 1);

    public Position {
        if (byteOffset < 0 || line < 1 || record < 1) {
            throw new IllegalArgumentException(
                    "no place in a file: byte %d, line %d, record %d"
                            .formatted(byteOffset, line, record));
        }
    }
}
