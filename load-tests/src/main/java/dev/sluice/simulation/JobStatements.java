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

    /// Registers a drop that Intake could not be brought to take.
    static JobRow registerFailed(Transaction transaction, Drop drop) {
        boolean known = ofDrop(transaction, drop) != null;
        var job = register(transaction, drop);
        if (!known && transaction.isNew(job)) {
            job.state = JobState.FAILED;
            job.error = ErrorCode.INTAKE_FAILED;
            job.finishedAt = transaction.now();
        }
        return job;
    }

    static @Nullable JobRow ofDrop(Transaction transaction, Drop drop) {
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

    static ErrorCode error(JobRow job) {
        if (job.error == null) {
            throw new IllegalStateException("failed without an error: " + job);
        }
        return job.error;
    }

    static JobRow found(@Nullable JobRow job) {
        if (job == null) {
            throw new IllegalStateException("the job is not there");
        }
        return job;
    }

    /// What a job is loaded by, decided when its turn comes.
    ///
    /// @param older the versions of the key that S3 stored before this one
    record Turn(
            int contentMark,
            int bytes,
            boolean dryRun,
            JobRow.Road road,
            int maxRejects,
            List<Integer> older) {}

    /// Takes the turn; unique violation when another Intake was first.
    static boolean takeTurn(Transaction transaction, JobRow asked, Turn turn) {
        int number = asked.number;
        var seen = transaction.job(number);
        if (seen == null || !seen.is(JobState.QUEUED) || mustWait(transaction, seen, turn.older)) {
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
        job.road = turn.road;
        job.dryRun = turn.dryRun;
        job.maxRejects = turn.maxRejects;
        job.contentMark = turn.contentMark;
        job.bytes = turn.bytes;
        job.startedAt = transaction.now();
        return true;
    }

    private static boolean mustWait(Transaction transaction, JobRow job, List<Integer> older) {
        for (int number = 0; number < transaction.jobNumbers(); number++) {
            var other = transaction.job(number);
            if (other != null
                    && other.key == job.key
                    && other.number != job.number
                    && (other.is(JobState.LOADING)
                            || (other.is(JobState.QUEUED) && older.contains(other.version)))) {
                return true;
            }
        }
        return false;
    }

    /// True when another of these versions of the job's key is loaded; of any, when there are none.
    static boolean isAnotherLoaded(
            Transaction transaction, int number, @Nullable List<Integer> versions) {
        var me = found(transaction.job(number));
        for (int at = 0; at < transaction.jobNumbers(); at++) {
            var other = transaction.job(at);
            if (other != null
                    && other.key == me.key
                    && at != number
                    && !other.dryRun
                    && other.succeeded()
                    && (versions == null || versions.contains(other.version))) {
                return true;
            }
        }
        return false;
    }

    /// The other jobs of a job's key that rows of the table may be of.
    static List<Integer> othersOfKey(Transaction transaction, int number) {
        var me = found(transaction.job(number));
        var others = new ArrayList<Integer>();
        for (int at = 0; at < transaction.jobNumbers(); at++) {
            var other = transaction.job(at);
            if (other != null && other.key == me.key && at != number && other.loaded > 0) {
                others.add(at);
            }
        }
        return others;
    }

    static boolean isBefore(JobRow one, JobRow other) {
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

    /// The state the job is in then; null when it is no longer loading or has no chunk left: roll
    /// back.
    static @Nullable JobState addBooks(
            Transaction transaction, int number, ChunkStatements.Books books, int bytes) {
        var seen = transaction.job(number);
        int leftBefore = seen == null ? 0 : seen.chunksLeft;
        var job =
                transaction.update(
                        number,
                        j ->
                                (j.is(JobState.LOADING) && j.chunksLeft > 0)
                                        || transaction.mutant() == Mutant.ENDED_JOB);
        if (job == null) {
            return null;
        }
        int left = (transaction.mutant() == Mutant.LAST_CHUNK ? leftBefore : job.chunksLeft) - 1;
        boolean ends = job.planned && left == 0 && job.road == JobRow.Road.DIRECT;
        job.chunksLeft = left;
        job.bytesDone += bytes;
        job.read += books.read();
        job.loaded += books.loaded();
        job.rejected += books.rejected();
        job.duplicate += books.duplicate();
        job.discarded += books.discarded();
        job.staged += books.staged();
        if (!ends) {
            ChunkStatements.openPublish(transaction, number);
        }
        if (ends) {
            job.state = job.rejected > 0 ? JobState.SUCCEEDED_WITH_REJECTS : JobState.SUCCEEDED;
            job.finishedAt = transaction.now();
        }
        return job.state;
    }

    /// Ends a job with its publish; null when it is no longer loading: roll back.
    static @Nullable JobState endPublish(
            Transaction transaction,
            int number,
            ChunkStatements.Books books,
            @Nullable ErrorCode error) {
        var job =
                transaction.update(
                        number,
                        j ->
                                j.is(JobState.LOADING)
                                        && j.road == JobRow.Road.STAGED
                                        && j.planned
                                        && j.chunksLeft == 0);
        if (job == null) {
            return null;
        }
        job.read += books.read();
        job.loaded += books.loaded();
        job.rejected += books.rejected();
        job.duplicate += books.duplicate();
        job.discarded += books.discarded();
        job.staged += books.staged();
        job.error = error;
        job.finishedAt = transaction.now();
        if (error != null) {
            job.state = JobState.FAILED;
        } else {
            job.state = job.rejected > 0 ? JobState.SUCCEEDED_WITH_REJECTS : JobState.SUCCEEDED;
        }
        return job.state;
    }

    /// The job as it stands then; null when it had ended.
    static @Nullable JobRow cancel(Transaction transaction, int number) {
        var job =
                transaction.update(
                        number,
                        j ->
                                j.is(JobState.AWAITING_UPLOAD)
                                        || j.is(JobState.QUEUED)
                                        || j.is(JobState.LOADING));
        if (job != null) {
            job.state = JobState.CANCELLED;
            job.discardStaged();
            job.finishedAt = transaction.now();
        }
        return job;
    }

    /// The job as it stands then; null when it had not failed.
    static @Nullable JobRow retry(Transaction transaction, int number) {
        var job = transaction.update(number, j -> j.is(JobState.FAILED) && j.version > 0);
        if (job != null) {
            job.state = JobState.QUEUED;
            job.attempt++;
            job.error = null;
            job.finishedAt = JobRow.NEVER;
        }
        return job;
    }

    static JobRow awaitUpload(Transaction transaction, int key, long until) {
        var job = transaction.insertJob(key);
        job.state = JobState.AWAITING_UPLOAD;
        job.droppedAt = transaction.now();
        job.uploadUntil = until;
        return job;
    }

    /// Null when the job awaits nothing: the object is a drop like any other.
    static @Nullable JobRow adopt(Transaction transaction, int number, Drop drop) {
        if (ofDrop(transaction, drop) != null) {
            return null;
        }
        var job =
                transaction.update(
                        number, j -> j.key == drop.key() && j.is(JobState.AWAITING_UPLOAD));
        if (job == null) {
            return null;
        }
        if (transaction.existsNowOrSoon(other -> isOf(other, drop))) {
            throw Trouble.UNIQUE_VIOLATION.thrown();
        }
        job.state = JobState.QUEUED;
        job.version = drop.version();
        job.bytes = drop.bytes();
        job.sequencer = drop.sequencer();
        return job;
    }

    static int expireUploads(Transaction transaction, long grace) {
        long now = transaction.now();
        int expired = 0;
        for (int number = 0; number < transaction.jobNumbers(); number++) {
            if (transaction.isLockedByAnother(number)) {
                continue;
            }
            var job =
                    transaction.update(
                            number,
                            j -> j.is(JobState.AWAITING_UPLOAD) && j.uploadUntil < now - grace);
            if (job != null) {
                job.state = JobState.EXPIRED;
                job.finishedAt = now;
                expired++;
            }
        }
        return expired;
    }

    static boolean fail(Transaction transaction, int number, ErrorCode error) {
        var job = transaction.update(number, j -> j.is(JobState.QUEUED) || j.is(JobState.LOADING));
        if (job == null) {
            return false;
        }
        job.state = JobState.FAILED;
        job.error = error;
        job.discardStaged();
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
            failTriedOut(transaction, number);
        }
        return new ArrayList<>(transaction.jobs);
    }

    /// Fails a job one of whose chunks was tried out and is held by nobody.
    static void failTriedOut(Transaction transaction, int number) {
        var job = transaction.update(number, j -> j.is(JobState.LOADING));
        if (job != null) {
            job.state = JobState.FAILED;
            job.error = ErrorCode.CHUNK_FAILED;
            job.discardStaged();
            job.finishedAt = transaction.now();
        }
    }

    /// How many jobs await an upload of this key, two at most: the next object may be one's.
    static int awaited(Transaction transaction, int key) {
        int jobs = 0;
        for (int number = 0; number < transaction.jobNumbers(); number++) {
            var job = transaction.job(number);
            if (job != null && job.key == key && job.is(JobState.AWAITING_UPLOAD)) {
                jobs++;
            }
        }
        return Math.min(jobs, 2);
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
