package dev.sluice.job;

/// What became of the records: `read = loaded + rejected + duplicate + discarded`, always.
///
/// `read` is counted by the reader, `loaded` by the database; neither is ever derived from the
/// other, so that a lost row shows.
public record Books(long read, long loaded, long rejected, long duplicate, long discarded) {
    public static final Books EMPTY = new Books(0, 0, 0, 0, 0);

    /// True when every record that was read is accounted for.
    public boolean balanced() {
        return read == loaded + rejected + duplicate + discarded;
    }
}
