package dev.sluice.local.s3.awssdk;

import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3ProxyException;
import org.jspecify.annotations.Nullable;

/// The bytes of an object that a read asks for: those from `first` on, `length` of them, of `size`.
record Range(long first, long length, long size) {
    /// Reads `bytes=a-b`, `bytes=a-` or `bytes=-n`; no header means all.
    static Range of(@Nullable String header, long size) {
        if (header == null) {
            return new Range(0, size, size);
        }
        var bounds = header.substring("bytes=".length()).split("-", 2);
        if (bounds[0].isEmpty()) {
            long length = Math.min(Long.parseLong(bounds[1]), size);
            return satisfiable(size - length, length, size);
        }
        long first = Long.parseLong(bounds[0]);
        long last = bounds[1].isEmpty() ? size - 1 : Math.min(Long.parseLong(bounds[1]), size - 1);
        return satisfiable(first, last - first + 1, size);
    }

    String header() {
        return "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }

    private static Range satisfiable(long first, long length, long size) {
        if (length <= 0) {
            throw new S3ProxyException(S3ErrorCode.INVALID_RANGE);
        }
        return new Range(first, length, size);
    }
}
