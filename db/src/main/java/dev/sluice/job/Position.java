package dev.sluice.job;

/// A boundary between two records of a file.
///
/// @param byteOffset from 0, in decompressed bytes
/// @param line from 1, the line the next record starts on
/// @param record from 1, the number of the next record; a header is not a record
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
