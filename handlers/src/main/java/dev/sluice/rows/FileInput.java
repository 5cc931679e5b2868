package dev.sluice.rows;

import dev.sluice.job.ErrorCode;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// The decompressed bytes of a file, whatever its name says: plain, or all members of a gzip file.
///
/// What is neither, and a gzip file that is damaged or expands without end, raises FileException;
/// an IOException is always the source's own. Supports mark. Not thread-safe.
public final class FileInput extends FilterInputStream {
    private static final int BUFFER_BYTES = 64 * 1024;

    /// How the file's bytes are packed.
    public enum Compression {
        NONE,
        GZIP
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
        if (!Magic.isGzip(beginning)) {
            Magic.refuseWhatIsNotText(beginning, "The file is");
            return new FileInput(plain, Compression.NONE, source);
        }
        var expanded =
                new BufferedInputStream(ExpandedGzip.open(plain, source, limits), BUFFER_BYTES);
        var inside = beginning(expanded);
        if (Magic.isGzip(inside)) {
            throw new FileException(
                    ErrorCode.UNSUPPORTED_FILE,
                    "The file is compressed twice: inside the gzip file is another one.");
        }
        Magic.refuseWhatIsNotText(inside, "Inside the gzip file is");
        return new FileInput(expanded, Compression.GZIP, source);
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
