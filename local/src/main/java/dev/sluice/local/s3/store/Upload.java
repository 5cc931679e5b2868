package dev.sluice.local.s3.store;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// A multipart upload that is neither complete nor aborted.
public record Upload(
        String id,
        String key,
        Instant started,
        Attributes attributes,
        SortedMap<Integer, UploadedPart> parts) {
    public Upload {
        parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
    }

    Upload with(UploadedPart part) {
        var more = new TreeMap<>(parts);
        more.put(part.number(), part);
        return new Upload(id, key, started, attributes, more);
    }

    /// A part as it came last; an earlier one of the same number is forgotten.
    public record UploadedPart(int number, Blob blob, Instant time) {}
}
