package dev.sluice.rows;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// The bytes as they come, counted, with the source's own failure kept apart from what a decoder
/// above may throw.
final class CountedSource extends FilterInputStream {
    private long count;
    private @Nullable IOException failure;

    CountedSource(InputStream in) {
        super(in);
    }

    long count() {
        return count;
    }

    /// Throws the source's own failure if there was one.
    void rethrowFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            var n = in.read(bytes, offset, length);
            count += Math.max(n, 0);
            return n;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
