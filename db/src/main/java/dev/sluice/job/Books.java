package dev.sluice.job;

/// What became of the records: `read = loaded + rejected + duplicate + discarded + staged`, always.
///
/// `read` is counted by the reader, `loaded` by the database; neither is ever derived from the
/// other, so that a lost row shows.
///
/// @param duplicate rows whose key was there already, or came again later in the same file
/// @param discarded good rows that were not to be kept: a dry run, too many rejects, a cancelled
///   job
/// @param staged rows that wait for the job's publish; below zero in the books of the publish
///   itself
public record Books(
        long read, long loaded, long rejected, long duplicate, long discarded, long staged) {
    public static final Books EMPTY = new Books(0, 0, 0, 0, 0, 0);

    /// Books with nothing staged.
    public Books(long read, long loaded, long rejected, long duplicate, long discarded) {
        this(read, loaded, rejected, duplicate, discarded, 0);
    }

    /// True when every record that was read is accounted for.
    public boolean balanced() {
        return read == loaded + rejected + duplicate + discarded + staged;
    }

    /// The records that something is known of: what clients see while a job runs.
    public long decided() {
        return read - staged;
    }
}
