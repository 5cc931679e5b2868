package dev.sluice.rows;

import dev.sluice.job.Position;

/// A run of whole records, blank lines among them included: from `start` up to `next`, where the
/// following range starts.
public record ChunkRange(Position start, Position next) {

    /// The byte after the last one.
    public long end() {
        return next.byteOffset();
    }

    public long bytes() {
        return end() - start.byteOffset();
    }

    public long records() {
        return next.record() - start.record();
    }
}
