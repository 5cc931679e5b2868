package dev.sluice.simulation;

import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobState;
import org.jspecify.annotations.Nullable;

/// A row of `sluice.job`. Changed only by the transaction that holds it; once committed, never.
final class JobRow {
    /// What is NULL in a column of times; below all times, as '-infinity' is.
    static final long NEVER = Long.MIN_VALUE;

    /// Its number and its place in the ledger.
    final int number;

    final int key;

    /// The version of the object, which S3 counts up; 0 as long as an upload is awaited.
    int version;

    JobState state = JobState.QUEUED;
    Road road = Road.NONE;
    boolean dryRun;
    int attempt = 1;

    /// Below zero when any number will do.
    int maxRejects = -1;

    int contentMark;
    int bytes;

    /// 0 stands for NULL and sorts first, as '' does.
    int sequencer;

    long droppedAt;
    boolean planned;
    int planFence;
    long planLeaseUntil = NEVER;
    int planTries;

    /// How many chunks are registered when the plan has a place to go on from, else -1.
    int planAt = -1;

    int chunks;
    int chunksLeft;
    int bytesDone;
    int read;
    int loaded;
    int rejected;
    int duplicate;
    int discarded;
    int staged;
    int duplicateOf = -1;
    @Nullable ErrorCode error;
    long uploadUntil = NEVER;
    long startedAt = NEVER;
    long finishedAt = NEVER;

    JobRow(int number, int key) {
        this.number = number;
        this.key = key;
    }

    /// How the rows of a job reach the table.
    enum Road {
        NONE,
        DIRECT,
        STAGED
    }

    JobRow copy() {
        var copy = new JobRow(number, key);
        copy.version = version;
        copy.state = state;
        copy.road = road;
        copy.dryRun = dryRun;
        copy.attempt = attempt;
        copy.maxRejects = maxRejects;
        copy.contentMark = contentMark;
        copy.bytes = bytes;
        copy.sequencer = sequencer;
        copy.droppedAt = droppedAt;
        copy.planned = planned;
        copy.planFence = planFence;
        copy.planLeaseUntil = planLeaseUntil;
        copy.planTries = planTries;
        copy.planAt = planAt;
        copy.chunks = chunks;
        copy.chunksLeft = chunksLeft;
        copy.bytesDone = bytesDone;
        copy.read = read;
        copy.loaded = loaded;
        copy.rejected = rejected;
        copy.duplicate = duplicate;
        copy.discarded = discarded;
        copy.staged = staged;
        copy.duplicateOf = duplicateOf;
        copy.error = error;
        copy.uploadUntil = uploadUntil;
        copy.startedAt = startedAt;
        copy.finishedAt = finishedAt;
        return copy;
    }

    boolean is(JobState wanted) {
        return state == wanted;
    }

    boolean succeeded() {
        return state == JobState.SUCCEEDED || state == JobState.SUCCEEDED_WITH_REJECTS;
    }

    /// What it staged is thrown away; as every statement does that ends a job early.
    void discardStaged() {
        discarded += staged;
        staged = 0;
    }

    boolean balanced() {
        return read == loaded + rejected + duplicate + discarded + staged;
    }

    @Override
    public String toString() {
        return "job %d (key %d version %d) %s %s, %d of %d chunks left, read %d loaded %d rejected %d duplicate %d discarded %d staged %d"
                .formatted(
                        number,
                        key,
                        version,
                        state,
                        road,
                        chunksLeft,
                        chunks,
                        read,
                        loaded,
                        rejected,
                        duplicate,
                        discarded,
                        staged);
    }
}
