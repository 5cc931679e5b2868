package dev.sluice.lambda;

import dev.sluice.job.Drop;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/// A small object as one answer of S3 brought it: what it is and all of its bytes.
public final class FetchedObject implements ObjectBytes {
    private final Drop drop;
    private final Inbox.Description description;
    private final byte[] bytes;

    FetchedObject(Drop drop, Inbox.Description description, byte[] bytes) {
        this.drop = drop;
        this.description = description;
        this.bytes = bytes;
    }

    public Inbox.Description description() {
        return description;
    }

    /// All of it.
    public InputStream read() {
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public InputStream read(Drop wanted, long start, long end) {
        if (!wanted.versionId().equals(drop.versionId()) || end > bytes.length) {
            throw new IllegalArgumentException(
                    "%s to byte %d is not of %s".formatted(wanted, end, drop));
        }
        return new ByteArrayInputStream(bytes, (int) start, (int) (end - start));
    }
}
