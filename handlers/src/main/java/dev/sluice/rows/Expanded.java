package dev.sluice.rows;

import com.github.luben.zstd.ZstdInputStream;
import dev.sluice.job.ErrorCode;
import dev.sluice.rows.FileInput.Compression;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/// All members of a compressed file, one after the other, within the limits of expansion.
final class Expanded extends InputStream {
    /*
     * Not java.util.zip.GZIPInputStream: it takes trailing garbage, a corrupt header of a later
     * member and a truncation inside one for the end of the file, and rows would be missing in
     * silence. The size in a gzip trailer is never believed: it is modulo 2^32, and the last
     * member's alone. What a decoder throws unchecked on bytes that nobody wrote is damage too.
     */
    private final InputStream members;
    private final Compression compression;
    private final CountedSource source;
    private final Limits limits;
    private long expanded;

    private Expanded(
            InputStream members, Compression compression, CountedSource source, Limits limits) {
        this.members = members;
        this.compression = compression;
        this.source = source;
        this.limits = limits;
    }

    static Expanded open(
            InputStream in, Compression compression, CountedSource source, Limits limits)
            throws IOException {
        try {
            return new Expanded(members(in, compression), compression, source, limits);
        } catch (IOException | RuntimeException e) {
            source.rethrowFailure();
            throw corrupt(compression, e);
        }
    }

    private static InputStream members(InputStream in, Compression compression) throws IOException {
        return switch (compression) {
            case NONE -> in;
            case GZIP ->
                    GzipCompressorInputStream.builder()
                            .setInputStream(in)
                            .setDecompressConcatenated(true)
                            .get();
            case BZIP2 -> new BZip2CompressorInputStream(in, /* decompressConcatenated= */ true);
            case ZSTD -> Zstd.members(in);
        };
    }

    /// Apart, so that the library, native code, is loaded only for a zstd file.
    private static final class Zstd {
        static InputStream members(InputStream in) throws IOException {
            return new ZstdInputStream(in);
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        var n = readMembers(bytes, offset, length);
        expanded += Math.max(n, 0);
        checkExpansion();
        return n;
    }

    private int readMembers(byte[] bytes, int offset, int length) throws IOException {
        try {
            return members.read(bytes, offset, length);
        } catch (IOException | RuntimeException e) {
            source.rethrowFailure();
            throw corrupt(compression, e);
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

    private FileException tooLarge(String what) {
        return new FileException(
                ErrorCode.EXPANSION_LIMIT,
                "The %s file expands to %s, which is over the limit."
                        .formatted(compression.word(), what));
    }

    private static FileException corrupt(Compression compression, Exception cause) {
        var code =
                switch (compression) {
                    case NONE, GZIP -> ErrorCode.CORRUPT_GZIP;
                    case ZSTD -> ErrorCode.CORRUPT_ZSTD;
                    case BZIP2 -> ErrorCode.CORRUPT_BZIP2;
                };
        return new FileException(
                code,
                "The %s file is damaged: it is truncated, corrupt, or has other bytes behind its end."
                        .formatted(compression.word()),
                cause);
    }
}
