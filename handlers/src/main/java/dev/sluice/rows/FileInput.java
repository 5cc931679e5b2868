package dev.sluice.rows;

import dev.sluice.job.ErrorCode;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// The decompressed bytes of a file, whatever its name says: plain, or all members of a compressed
/// file.
///
/// What is neither, and a compressed file that is damaged or expands without end, raises
/// FileException; an IOException is always the source's own. Supports mark. Not thread-safe.
public final class FileInput extends FilterInputStream {
    private static final int BUFFER_BYTES = 64 * 1024;

    /// How the file's bytes are packed.
    public enum Compression {
        NONE("plain"),
        GZIP("gzip"),
        ZSTD("zstd"),
        BZIP2("bzip2");

        private final String word;

        Compression(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    private final Compression compression;
    private final CountedSource source;

    private FileInput(InputStream in, Compression compression, CountedSource source) {
        super(in);
        this.compression = compression;
        this.source = source;
    }

    /// Opens a file from its first byte.
    public static FileInput open(InputStream raw, Limits limits) throws IOException {
        var source = new CountedSource(raw);
        var plain = new BufferedInputStream(source, BUFFER_BYTES);
        var beginning = beginning(plain);
        var compression = Magic.compression(beginning);
        if (compression == Compression.NONE) {
            Magic.refuseWhatIsNotText(beginning, "The file is");
            return new FileInput(plain, compression, source);
        }
        var expanded =
                new BufferedInputStream(
                        Expanded.open(plain, compression, source, limits), BUFFER_BYTES);
        var inside = beginning(expanded);
        var within = Magic.compression(inside);
        if (within != Compression.NONE) {
            throw new FileException(
                    ErrorCode.UNSUPPORTED_FILE,
                    "The file is compressed twice: inside the %s file is a %s file."
                            .formatted(compression.word(), within.word()));
        }
        Magic.refuseWhatIsNotText(inside, "Inside the %s file is".formatted(compression.word()));
        return new FileInput(expanded, compression, source);
    }

    public Compression compression() {
        return compression;
    }

    /// How many of the file's own bytes were taken so far, a buffer ahead of what was given out.
    public long sourceBytes() {
        return source.count();
    }

    private static byte[] beginning(BufferedInputStream in) throws IOException {
        in.mark(Magic.BYTES);
        var bytes = in.readNBytes(Magic.BYTES);
        in.reset();
        return bytes;
    }
}
