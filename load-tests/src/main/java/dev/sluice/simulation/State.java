package dev.sluice.simulation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Everything that is committed at one moment: what a statement sees. Never changed.
final class State {
    private static final State EMPTY =
            new State(new JobRow[0], new ChunkRow[0][], new Row[0], new Row[0], new Row[0]);

    /// By number; null where a number was used up by a transaction that was rolled back.
    final @Nullable JobRow[] jobs;

    /// By job and number.
    final @Nullable ChunkRow[][] chunks;

    final Row[] target;
    final Row[] staging;
    final Row[] rejects;

    State(
            @Nullable JobRow[] jobs,
            @Nullable ChunkRow[][] chunks,
            Row[] target,
            Row[] staging,
            Row[] rejects) {
        this.jobs = jobs;
        this.chunks = chunks;
        this.target = target;
        this.staging = staging;
        this.rejects = rejects;
    }

    static State empty() {
        return EMPTY;
    }

    @Nullable JobRow job(int number) {
        return number < jobs.length ? jobs[number] : null;
    }

    @Nullable ChunkRow chunk(int job, int number) {
        return job < chunks.length && number < chunks[job].length ? chunks[job][number] : null;
    }

    int chunkNumbers(int job) {
        return job < chunks.length ? chunks[job].length : 0;
    }

    /// This state with what the transaction wrote.
    State with(Transaction written) {
        return new State(
                jobs(written),
                chunks(written),
                rows(target, written.target),
                rows(staging, written.staging),
                rows(rejects, written.rejects));
    }

    private @Nullable JobRow[] jobs(Transaction written) {
        if (written.jobs.isEmpty()) {
            return jobs;
        }
        int length = jobs.length;
        for (var job : written.jobs) {
            length = Math.max(length, job.number + 1);
        }
        var after = Arrays.copyOf(jobs, length);
        for (var job : written.jobs) {
            after[job.number] = job;
        }
        return after;
    }

    private @Nullable ChunkRow[][] chunks(Transaction written) {
        if (written.chunks.isEmpty() && written.cleared.isEmpty()) {
            return chunks;
        }
        var after = chunks.clone();
        for (int job : written.cleared) {
            if (job < after.length) {
                after[job] = new ChunkRow[0];
            }
        }
        for (var chunk : written.chunks) {
            after = placed(after, chunk);
        }
        return after;
    }

    private static @Nullable ChunkRow[][] placed(@Nullable ChunkRow[][] chunks, ChunkRow chunk) {
        var after = chunks;
        if (chunk.job >= after.length) {
            int length = after.length;
            after = Arrays.copyOf(after, chunk.job + 1);
            Arrays.fill(after, length, after.length, new ChunkRow[0]);
        }
        var ofJob = after[chunk.job];
        after[chunk.job] = Arrays.copyOf(ofJob, Math.max(ofJob.length, chunk.number + 1));
        after[chunk.job][chunk.number] = chunk;
        return after;
    }

    private static Row[] rows(Row[] before, Transaction.Rows written) {
        if (!written.isWritten()) {
            return before;
        }
        var after = new Row[before.length + written.inserted.size()];
        int count = 0;
        for (var row : before) {
            if (!written.deletes(row)) {
                after[count++] = row;
            }
        }
        for (var row : written.inserted) {
            after[count++] = row;
        }
        return Arrays.copyOf(after, count);
    }
}
