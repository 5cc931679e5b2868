package dev.sluice.lambda;

import dev.sluice.job.Drop;
import java.io.IOException;
import java.io.InputStream;

/// Where the bytes of a drop's version come from: S3, or memory when it was fetched already.
@FunctionalInterface
public interface ObjectBytes {
    /// The bytes from `start` to, not including, `end`; the caller closes it.
    InputStream read(Drop drop, long start, long end) throws IOException;
}
