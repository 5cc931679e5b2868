package dev.sluice.rows;

import dev.sluice.job.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/// All members of a gzip file, one after the other, within the limits of expansion.
final class ExpandedGzip extends InputStream {
    /*
     * Not java.util.zip.GZIPInputStream: it takes trailing garbage, a corrupt header of a later
     * member and a truncation inside one for the end of the file, and rows would be missing in
     * silence. The size in a gzip trailer is never believed: it is modulo 2^32, and the last
     * member's alone.
     */
    private final GzipCompressorInputStream members;
    private final CountedSource source;
    private final Limits limits;
    private long expanded;

    private ExpandedGzip(GzipCompressorInputStream members, CountedSource source, Limits limits) {
        this.members = members;
        this.source = source;
        this.limits = limits;
    }

    static ExpandedGzip open(InputStream in, CountedSource source, Limits limits)
            throws IOException {
        try {
            var members =
                    GzipCompressorInputStream.builder()
                            .setInputStream(in)
                            .setDecompressConcatenated(true)
                            .get();
            return new ExpandedGzip(members, source, limits);
        } catch (IOException e) {
            source.rethrowFailure();
            throw corrupt(e);
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
            var n = members.read(bytes, offset, length);
            expanded += Math.max(n, 0);
            checkExpansion();
            return n;
        } catch (IOException e) {
            source.rethrowFailure();
            throw corrupt(e);
        }
    }

    @Override
    public void close() throws IOException {
        members.close();
        source.close();
    }

    private void checkExpansion() {
        if (expanded > limits.expandedBytes()) {
            throw tooLarge("more than %d bytes".formatted(limits.expandedBytes()));
        }
        if (expanded > limits.expansionFreeBytes()
                && expanded / limits.expansionRatio() > source.count()) {
            throw tooLarge("more than %d times its size".formatted(limits.expansionRatio()));
        }
    }

    private static FileException tooLarge(String what) {
        return new FileException(
                ErrorCode.EXPANSION_LIMIT,
                "The gzip file expands to %s, which is over the limit.".formatted(what));
    }

    private static FileException corrupt(IOException cause) {
        return new FileException(
                ErrorCode.CORRUPT_GZIP,
                "The gzip file is damaged: it is truncated, corrupt, or has other bytes behind its"
                        + " end.",
                cause);
    }
}
