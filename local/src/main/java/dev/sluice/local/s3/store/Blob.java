package dev.sluice.local.s3.store;

import java.util.HexFormat;

/// A file of bytes that no longer changes, with what was learnt of them on the way in. Until a
/// journal names it, it is nobody's and gone at the next start.
public record Blob(String file, long length, String md5, long crc64) {
    public Blob {
        if (HexFormat.of().parseHex(md5).length != 16) {
            throw new IllegalArgumentException("not an MD5: " + md5);
        }
    }
}
