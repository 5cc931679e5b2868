package dev.sluice.local.s3.store;

import java.time.Instant;
import java.util.List;

/// One version under a key. Of two versions the one with the greater sequence is the later.
public sealed interface Version {
    /// The id in a bucket without versions, where a key has one version at most.
    String UNVERSIONED = "null";

    String key();

    String id();

    long sequence();

    Instant time();

    /// An object; its bytes are those of its segments, in order.
    record Stored(
            String key,
            String id,
            long sequence,
            Instant time,
            String etag,
            long crc64,
            List<Segment> segments,
            Attributes attributes)
            implements Version {
        public Stored {
            segments = List.copyOf(segments);
        }

        public long size() {
            return segments.stream().mapToLong(Segment::length).sum();
        }
    }

    /// Says that the key holds nothing since.
    record Marker(String key, String id, long sequence, Instant time) implements Version {}

    /// A whole file in the bucket's folder of blobs.
    record Segment(String file, long length) {}
}
