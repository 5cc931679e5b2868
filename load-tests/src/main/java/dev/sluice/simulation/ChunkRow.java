package dev.sluice.simulation;

/// A row of `sluice.chunk`; number 0 is the publish. Changed only by the transaction that holds it.
final class ChunkRow {
    final int job;
    final int number;
    State state = State.WAITING;
    int fence;
    long leaseUntil = JobRow.NEVER;
    int tries;
    long sentAt;
    int sends = 1;
    int read;
    int loaded;
    int rejected;
    int duplicate;
    int discarded;
    int staged;

    ChunkRow(int job, int number) {
        this.job = job;
        this.number = number;
    }

    /// Where a chunk stands.
    enum State {
        WAITING,
        LEASED,
        DONE
    }

    ChunkRow copy() {
        var copy = new ChunkRow(job, number);
        copy.state = state;
        copy.fence = fence;
        copy.leaseUntil = leaseUntil;
        copy.tries = tries;
        copy.sentAt = sentAt;
        copy.sends = sends;
        copy.read = read;
        copy.loaded = loaded;
        copy.rejected = rejected;
        copy.duplicate = duplicate;
        copy.discarded = discarded;
        copy.staged = staged;
        return copy;
    }

    boolean balanced() {
        return read == loaded + rejected + duplicate + discarded + staged;
    }

    @Override
    public String toString() {
        return "chunk %d/%d %s fence %d tries %d".formatted(job, number, state, fence, tries);
    }
}
