package dev.sluice.simulation;

import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What [dev.sluice.db.Jobs] does, on the model.
final class JobStatements {
    private JobStatements() {}

    static JobRow register(Transaction transaction, Drop drop) {
        var known = ofDrop(transaction, drop);
        if (known != null) {
            return known;
        }
        if (transaction.existsNowOrSoon(job -> isOf(job, drop))) {
            transaction.statementEnds();
            return found(ofDrop(transaction, drop));
        }
        var job = transaction.insertJob(drop.key());
        job.version = drop.version();
        job.bytes = drop.bytes();
        job.sequencer = drop.sequencer();
        job.droppedAt = drop.droppedAt();
        return job;
    }

    private static @Nullable JobRow ofDrop(Transaction transaction, Drop drop) {
        for (int number = 0; number < transaction.jobNumbers(); number++) {
            var job = transaction.job(number);
            if (job != null && isOf(job, drop)) {
                return job;
            }
        }
        return null;
    }

    private static boolean isOf(JobRow job, Drop drop) {
        return job.key == drop.key() && job.version == drop.version();
    }

    static JobRow found(@Nullable JobRow job) {
        if (job == null) {
            throw new IllegalStateException("the job is not there");
        }
        return job;
    }

    /// Takes the turn; unique violation when another Intake was first.
    static boolean takeTurn(Transaction transaction, int number, int contentMark, int bytes) {
        var seen = transaction.job(number);
        if (seen == null
                || !seen.is(JobState.QUEUED)
                || (mustWait(transaction, seen) && transaction.mutant() != Mutant.TURN)) {
            return false;
        }
        int key = seen.key;
        var job = transaction.update(number, j -> j.is(JobState.QUEUED));
        if (job == null) {
            return false;
        }
        if (transaction.isAnotherLoading(key)) {
            throw Trouble.UNIQUE_VIOLATION.thrown();
        }
        job.state = JobState.LOADING;
        job.road = JobRow.Road.DIRECT;
        job.contentMark = contentMark;
        job.bytes = bytes;
        job.startedAt = transaction.now();
        return true;
    }

    static boolean mustWait(Transaction transaction, JobRow job) {
        for (int number = 0; number < transaction.jobNumbers(); number++) {
            var other = transaction.job(number);
            if (other != null
                    && other.key == job.key
                    && other.number != job.number
                    && (other.is(JobState.LOADING)
                            || (other.is(JobState.QUEUED) && isBefore(other, job)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBefore(JobRow one, JobRow other) {
        if (one.droppedAt != other.droppedAt) {
            return one.droppedAt < other.droppedAt;
        }
        return one.sequencer != other.sequencer
                ? one.sequencer < other.sequencer
                : one.number < other.number;
    }

    static boolean endIfDuplicate(Transaction transaction, int number) {
        var me = transaction.job(number);
        if (me == null || !me.is(JobState.LOADING) || me.dryRun) {
            return false;
        }
        JobRow loaded = null;
        for (int at = 0; at < transaction.jobNumbers(); at++) {
            var other = transaction.job(at);
            if (other == null || other.key != me.key || other.dryRun || !other.succeeded()) {
                continue;
            }
            if (transaction.mutant() == Mutant.DUPLICATE_OF_ANY
                    && other.contentMark == me.contentMark) {
                loaded = other;
                break;
            }
            if (loaded == null || other.finishedAt >= loaded.finishedAt) {
                loaded = other;
            }
        }
        if (loaded == null || loaded.contentMark != me.contentMark || loaded.bytes != me.bytes) {
            return false;
        }
        int of = loaded.number;
        var job = transaction.update(number, j -> j.is(JobState.LOADING) && !j.dryRun);
        if (job == null) {
            return false;
        }
        job.state = JobState.DUPLICATE;
        job.duplicateOf = of;
        job.finishedAt = transaction.now();
        return true;
    }

    /// The state the job is in then; null when it is no longer loading: roll back.
    static @Nullable JobState addBooks(
            Transaction transaction, int number, ChunkStatements.Books books, int bytes) {
        var seen = transaction.job(number);
        int leftBefore = seen == null ? 0 : seen.chunksLeft;
        var job =
                transaction.update(
                        number,
                        j -> j.is(JobState.LOADING) || transaction.mutant() == Mutant.ENDED_JOB);
        if (job == null) {
            return null;
        }
        int left = (transaction.mutant() == Mutant.LAST_CHUNK ? leftBefore : job.chunksLeft) - 1;
        boolean ends = job.planned && left == 0;
        job.chunksLeft = left;
        job.bytesDone += bytes;
        job.read += books.read();
        job.loaded += books.loaded();
        job.rejected += books.rejected();
        job.duplicate += books.duplicate();
        job.discarded += books.discarded();
        if (ends) {
            job.state = job.rejected > 0 ? JobState.SUCCEEDED_WITH_REJECTS : JobState.SUCCEEDED;
            job.finishedAt = transaction.now();
        }
        return job.state;
    }

    static boolean fail(Transaction transaction, int number, ErrorCode error) {
        var job = transaction.update(number, j -> j.is(JobState.QUEUED) || j.is(JobState.LOADING));
        if (job == null) {
            return false;
        }
        job.state = JobState.FAILED;
        job.error = error;
        job.finishedAt = transaction.now();
        return true;
    }

    /// The drop of this key that waits for its turn, when nobody has the turn now.
    static @Nullable JobRow nextInTurn(Transaction transaction, int key) {
        JobRow next = null;
        for (int number = 0; number < transaction.jobNumbers(); number++) {
            var job = transaction.job(number);
            if (job == null || job.key != key) {
                continue;
            }
            if (job.is(JobState.LOADING)) {
                return null;
            }
            if (job.is(JobState.QUEUED) && (next == null || isBefore(job, next))) {
                next = job;
            }
        }
        return next;
    }

    static List<JobRow> failTriedTooOften(Transaction transaction, int maxTries) {
        long now = transaction.now();
        for (int number = 0; number < transaction.jobNumbers(); number++) {
            var seen = transaction.job(number);
            if (seen == null || !isHopeless(transaction, seen, now, maxTries)) {
                continue;
            }
            var job = transaction.update(number, j -> j.is(JobState.LOADING));
            if (job != null) {
                job.state = JobState.FAILED;
                job.error = ErrorCode.CHUNK_FAILED;
                job.finishedAt = now;
            }
        }
        return new ArrayList<>(transaction.jobs);
    }

    private static boolean isHopeless(Transaction transaction, JobRow job, long now, int maxTries) {
        if (!job.is(JobState.LOADING)) {
            return false;
        }
        if (!job.planned && job.planTries >= maxTries && job.planLeaseUntil < now) {
            return true;
        }
        for (int at = 0; at < transaction.chunkNumbers(job.number); at++) {
            var chunk = transaction.chunk(job.number, at);
            if (chunk != null
                    && chunk.state != ChunkRow.State.DONE
                    && chunk.tries >= maxTries
                    && chunk.leaseUntil < now) {
                return true;
            }
        }
        return false;
    }

    static boolean isUnheardOf(Transaction transaction, Drop drop) {
        return ofDrop(transaction, drop) == null;
    }
}
