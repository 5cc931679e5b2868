package dev.sluice.rows;

import java.io.IOException;
import java.io.InputStream;

/// The decompressed bytes of a file, whatever its name says: plain, or all members of a gzip file.
///
/// What is neither, and a gzip file that is damaged or expands without end, raises FileException;
/// an IOException is always the source's own. Supports mark. Not thread-safe.
public final class FileInput extends InputStream {

    /// How the file's bytes are packed.
    public enum Compression {
        NONE,
        GZIP
    }

    private final InputStream in;
    private final Compression compression;

    private FileInput(InputStream in, Compression compression) {
        this.in = in;
        this.compression = compression;
    }

    /// Opens a file from its first byte.
    public static FileInput open(InputStream raw, Limits limits) throws IOException {
        throw new UnsupportedOperationException("not yet");
    }

    public Compression compression() {
        return compression;
    }

    @Override
    public int read() throws IOException {
        return in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        return in.read(bytes, offset, length);
    }

    @Override
    public boolean markSupported() {
        return true;
    }

    @Override
    public void mark(int limit) {
        in.mark(limit);
    }

    @Override
    public void reset() throws IOException {
        in.reset();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
