package dev.sluice.simulation;

import dev.sluice.job.JobState;
import dev.sluice.simulation.Dataset.Mode;
import dev.sluice.simulation.Dataset.OnReplace;
import dev.sluice.simulation.DroppedFile.Line;
import dev.sluice.simulation.DroppedFile.Quality;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What must hold after each commit and at the end. Keeps its own account of what the target must
/// hold, from the files and from which parts of them the ledger says are in.
final class Promises {
    private final World world;
    private final Scenario scenario;

    /// What the target must hold now.
    private final List<Row> expected = new ArrayList<>();

    Promises(World world, Scenario scenario) {
        this.world = world;
        this.scenario = scenario;
    }

    void check(State before, State after, Transaction transaction) {
        for (var chunk : transaction.chunks) {
            checkChunk(before, chunk, transaction);
        }
        for (var job : transaction.jobs) {
            checkJob(before, after, job, transaction);
        }
        if (transaction.target.isWritten() || !transaction.chunks.isEmpty()) {
            checkTarget(after);
        }
    }

    // Chunks: I3.

    private void checkChunk(State before, ChunkRow chunk, Transaction transaction) {
        require(chunk.balanced(), "I2 unbalanced books", chunk);
        var old = before.chunk(chunk.job, chunk.number);
        if (old == null) {
            return;
        }
        if (transaction.cleared.contains(chunk.job)) {
            require(chunk.fence > old.fence, "I3 the fence went back", chunk);
            return;
        }
        require(chunk.fence >= old.fence, "I3 the fence went back", chunk);
        require(
                chunk.state != ChunkRow.State.LEASED
                        || chunk.fence > old.fence
                        || old.state == ChunkRow.State.LEASED,
                "I3 leased under an old fence",
                chunk);
        require(
                old.state != ChunkRow.State.DONE || chunk.state == ChunkRow.State.DONE,
                "I3 done and changed",
                chunk);
        if (chunk.state == ChunkRow.State.DONE) {
            require(old.state == ChunkRow.State.LEASED, "I3 done without a lease", chunk);
            expectChunk(chunk);
        }
    }

    private void expectChunk(ChunkRow chunk) {
        var job = JobStatements.found(world.ledger().committed().job(chunk.job));
        if (job.road != JobRow.Road.DIRECT || chunk.number == 0) {
            return;
        }
        int rejected = 0;
        var lines = file(job).chunk(chunk.number);
        for (var line : lines) {
            if (isRefused(line)) {
                rejected++;
            } else {
                expected.add(line.row(chunk.job));
            }
        }
        require(chunk.read == lines.size(), "I2 records not read", chunk);
        require(chunk.rejected == rejected, "I2 wrong number of rejects", chunk);
    }

    private boolean isRefused(Line line) {
        if (line.quality() != Quality.GOOD) {
            return true;
        }
        return scenario.dataset().keyed()
                && expected.stream().anyMatch(row -> row.id() == line.id());
    }

    private DroppedFile file(JobRow job) {
        return world.store().version(job.version).file();
    }

    // Jobs: I2, I4, I8.

    private void checkJob(State before, State after, JobRow job, Transaction transaction) {
        require(job.balanced(), "I2 unbalanced books", job);
        var old = before.job(job.number);
        if (old != null) {
            require(isMove(old, job), "I4 no move of a job", job);
            require(job.planFence >= old.planFence, "I3 the plan's fence went back", job);
            require(
                    !old.state.ended() || job.state != old.state || job.read == old.read,
                    "I4 changed after its end",
                    job);
        }
        checkBooks(after, job);
        if (job.is(JobState.LOADING)) {
            checkTurn(after, job);
            if (old == null || !old.is(JobState.LOADING)) {
                checkOrder(before, job);
            }
        }
        if (job.succeeded() && (old == null || !old.succeeded())) {
            checkSuccess(before, job, transaction);
        }
        if (job.is(JobState.DUPLICATE) && (old == null || !old.is(JobState.DUPLICATE))) {
            var loaded = loaded(before, job.key);
            require(
                    loaded != null && loaded.contentMark == job.contentMark,
                    "decision 2: no duplicate of what is loaded",
                    job);
        }
        if (job.is(JobState.FAILED) && (old == null || !old.is(JobState.FAILED))) {
            checkFailure(job);
        }
    }

    private void checkFailure(JobRow job) {
        boolean justified =
                switch (JobStatements.error(job)) {
                    case CHUNK_FAILED ->
                            file(job).isPoisonedFor(job)
                                    || world.faultsMade() >= SweepRun.MAX_TRIES;
                    case OBJECT_VANISHED -> file(job).isPoisonedFor(job);
                    case INTAKE_FAILED -> world.faultsMade() >= 3;
                    case TOO_MANY_REJECTS -> job.maxRejects >= 0 && job.rejected > job.maxRejects;
                    case SUPERSEDED, KEY_ALREADY_LOADED -> true;
                    default -> false;
                };
        require(justified, "I4 failed for no reason", job);
    }

    /// Versions of a key load in S3's order; only one that failed may come back later.
    private void checkOrder(State before, JobRow job) {
        for (var version : world.store().versions()) {
            if (version.key() != job.key || version.number() >= job.version) {
                continue;
            }
            JobRow older = null;
            for (var other : before.jobs) {
                if (other != null && other.version == version.number()) {
                    older = other;
                }
            }
            require(
                    older != null && (older.state.ended() || older.attempt > 1),
                    "decision 2: loads before an older version",
                    job);
        }
    }

    private static boolean isMove(JobRow old, JobRow job) {
        if (old.state == job.state) {
            return true;
        }
        return switch (old.state) {
            case AWAITING_UPLOAD ->
                    job.is(JobState.QUEUED)
                            // a small file's job is queued and given its turn in one transaction
                            || job.is(JobState.LOADING)
                            || job.is(JobState.EXPIRED)
                            || job.is(JobState.CANCELLED);
            case QUEUED ->
                    job.is(JobState.LOADING)
                            || job.is(JobState.DUPLICATE)
                            || job.is(JobState.FAILED)
                            || job.is(JobState.CANCELLED);
            case LOADING ->
                    job.succeeded() || job.is(JobState.FAILED) || job.is(JobState.CANCELLED);
            case FAILED -> job.is(JobState.QUEUED);
            case SUCCEEDED, SUCCEEDED_WITH_REJECTS, DUPLICATE, CANCELLED, EXPIRED -> false;
        };
    }

    private void checkBooks(State after, JobRow job) {
        int count = 0;
        int left = 0;
        int read = 0;
        int loaded = 0;
        int rejected = 0;
        int duplicate = 0;
        int discarded = 0;
        int staged = 0;
        for (int number = 0; number < after.chunkNumbers(job.number); number++) {
            var chunk = after.chunk(job.number, number);
            if (chunk == null) {
                continue;
            }
            read += chunk.read;
            loaded += chunk.loaded;
            rejected += chunk.rejected;
            duplicate += chunk.duplicate;
            discarded += chunk.discarded;
            staged += chunk.staged;
            if (number > 0) {
                count++;
                left += chunk.state == ChunkRow.State.DONE ? 0 : 1;
            }
        }
        require(job.chunks == count, "I3 chunks miscounted", job);
        require(job.chunksLeft == left, "I3 chunks left miscounted", job);
        require(job.read == read, "I2 not as many records as its chunks read", job);
        require(job.loaded == loaded, "I2 not as many rows as its chunks loaded", job);
        require(job.rejected == rejected, "I2 not as many rejects as its chunks have", job);
        require(job.duplicate == duplicate, "I2 not as many duplicates as its chunks have", job);
        boolean waits = job.is(JobState.LOADING);
        require(
                job.staged == (waits ? staged : 0),
                "I2 not as many rows as its chunks staged",
                job);
        require(
                job.discarded == discarded + (waits ? 0 : staged),
                "I2 not as many rows discarded as its chunks say",
                job);
        int rejects = 0;
        for (var reject : after.rejects) {
            rejects += reject.job() == job.number ? 1 : 0;
        }
        require(job.rejected == rejects, "I2 not as many rejects are there", job);
    }

    private static void checkTurn(State after, JobRow job) {
        for (var other : after.jobs) {
            require(
                    other == null
                            || other.number == job.number
                            || other.key != job.key
                            || !other.is(JobState.LOADING),
                    "decision 2: two jobs of a key load",
                    job);
        }
    }

    private void checkSuccess(State before, JobRow job, Transaction transaction) {
        var file = file(job);
        require(job.planned && job.chunksLeft == 0, "I4 succeeded too early", job);
        require(job.chunks == file.chunks().size(), "I1 chunks missing", job);
        require(job.read == file.lines(), "I1 records missing", job);
        require(
                job.is(JobState.SUCCEEDED) == (job.rejected == 0),
                "I4 the state does not say whether there are rejects",
                job);
        var loaded = loaded(before, job.key);
        require(
                job.dryRun || loaded == null || loaded.contentMark != job.contentMark,
                "decision 2: loaded again",
                job);
        if (job.road == JobRow.Road.STAGED) {
            expectPublish(before, job, transaction);
        }
    }

    /// What serial reading and merging would give.
    private void expectPublish(State before, JobRow job, Transaction transaction) {
        var dataset = scenario.dataset();
        var kept = new ArrayList<>(expected);
        var seen = new ArrayList<>(List.of(transaction.targetSeen));
        if (dataset.onReplace() == OnReplace.REPLACE) {
            kept.removeIf(row -> isReplaced(before, row, job));
            seen.removeIf(row -> isReplaced(before, row, job));
        }
        var rows = new ArrayList<Row>();
        for (var chunk : file(job).chunks()) {
            for (var line : chunk) {
                if (line.quality() != Quality.BAD) {
                    rows.add(line.row(job.number));
                }
            }
        }
        var merge = Merge.of(dataset, rows, id -> present(seen, id));
        int moved = merge.inserted().size();
        if (job.dryRun) {
            // What would have been loaded is told by a moment before the commit: nothing is locked.
            require(job.loaded == 0, "I5 a dry run loads", job);
            return;
        }
        require(job.loaded == moved, "I2 wrong number of rows loaded", job);
        require(job.discarded == 0, "I2 rows discarded", job);
        require(job.duplicate == merge.duplicate(), "I2 wrong number of duplicates", job);
        require(
                job.maxRejects < 0 || job.rejected <= job.maxRejects,
                "I5 loaded with more rejects than it bears",
                job);
        kept.removeAll(merge.replaced());
        kept.addAll(merge.inserted());
        expected.clear();
        expected.addAll(kept);
        if (dataset.mode() == Mode.UPSERT || dataset.onReplace() == OnReplace.REPLACE) {
            checkLatest(before, job);
        }
    }

    private static boolean isReplaced(State before, Row row, JobRow by) {
        return row.job() != by.number && JobStatements.found(before.job(row.job())).key == by.key;
    }

    private static @Nullable Row present(List<Row> rows, int id) {
        for (var row : rows) {
            if (row.id() == id) {
                return row;
            }
        }
        return null;
    }

    /// A → B → A ends with A.
    private static void checkLatest(State before, JobRow job) {
        for (var other : before.jobs) {
            require(
                    other == null
                            || other.key != job.key
                            || other.dryRun
                            || !other.succeeded()
                            || other.version < job.version,
                    "decision 2: an older version over a later one",
                    job);
        }
    }

    /// What is currently loaded for a key.
    private static @Nullable JobRow loaded(State state, int key) {
        JobRow loaded = null;
        for (var job : state.jobs) {
            if (job != null
                    && job.key == key
                    && !job.dryRun
                    && job.succeeded()
                    && (loaded == null || job.finishedAt >= loaded.finishedAt)) {
                loaded = job;
            }
        }
        return loaded;
    }

    // Rows: I1, I5.

    private void checkTarget(State after) {
        boolean same = after.target.length == expected.size();
        for (int i = 0; same && i < expected.size(); i++) {
            same = contains(after.target, expected.get(i));
        }
        if (!same) {
            throw new Violation(
                    "I1 the table holds %s and not %s".formatted(List.of(after.target), expected));
        }
    }

    private static boolean contains(Row[] rows, Row wanted) {
        for (var row : rows) {
            if (row.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    /// When nothing moves any more: everything that was dropped has one job, and it has ended.
    void checkAtRest(State state) {
        checkTarget(state);
        for (var version : world.store().versions()) {
            int jobs = 0;
            for (var job : state.jobs) {
                if (job != null && job.key == version.key() && job.version == version.number()) {
                    jobs++;
                    require(job.state.ended(), "I4 never ended", job);
                }
            }
            if (jobs != 1) {
                throw new Violation("version %d has %d jobs".formatted(version.number(), jobs));
            }
        }
    }

    private static void require(boolean kept, String what, Object of) {
        if (!kept) {
            throw new Violation(what + ": " + of);
        }
    }
}
