package dev.sluice.chunk;

import dev.sluice.dataset.Dataset;
import dev.sluice.db.Chunks;
import dev.sluice.db.Refusal;
import dev.sluice.db.Rejects;
import dev.sluice.job.Chunk;
import dev.sluice.job.Job;
import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import dev.sluice.rows.RowBatch;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The records that the database refused at a job's publish, read again from the drop for what they
/// looked like and where they stand: only their numbers were staged.
final class RefusedRecords {
    private final ChunkRecords.Source source;
    private final Dataset dataset;
    private final Job job;

    RefusedRecords(ChunkRecords.Source source, Dataset dataset, Job job) {
        this.source = source;
        this.dataset = dataset;
        this.job = job;
    }

    /// Writes them as rejects, in the caller's transaction.
    void write(Connection connection, List<Refusal> refusals) throws SQLException {
        var sorted = refusals.stream().sorted(Comparator.comparingLong(Refusal::record)).toList();
        int from = 0;
        var chunks = refusals.isEmpty() ? List.<Chunk>of() : Chunks.ofFile(connection, job.id());
        for (int i = 0; i < chunks.size(); i++) {
            long end = i + 1 < chunks.size() ? chunks.get(i + 1).start().record() : Long.MAX_VALUE;
            int to = from;
            while (to < sorted.size() && sorted.get(to).record() < end) {
                to++;
            }
            if (to > from) {
                write(connection, chunks.get(i), sorted.subList(from, to));
            }
            from = to;
        }
        if (from < sorted.size()) {
            throw notThere(sorted.get(from));
        }
    }

    private void write(Connection connection, Chunk chunk, List<Refusal> refusals)
            throws SQLException {
        try (var records = source.open(job, chunk, dataset)) {
            int found = 0;
            for (var batch = records.next();
                    batch != null && found < refusals.size();
                    batch = records.next()) {
                var rejects = new ArrayList<Reject>();
                for (int row = 0; row < batch.rows() && found < refusals.size(); row++) {
                    if (batch.record(row) == refusals.get(found).record()) {
                        rejects.add(reject(batch, row, refusals.get(found++)));
                    }
                }
                Rejects.write(connection, job.id(), rejects);
            }
            if (found < refusals.size()) {
                throw notThere(refusals.get(found));
            }
        } catch (IOException e) {
            throw new ChunkRecords.UnreadableException(e);
        }
    }

    private static IllegalStateException notThere(Refusal refusal) {
        return new IllegalStateException(
                "record %d was staged and is not a row of the file any more"
                        .formatted(refusal.record()));
    }

    /// The reject of a row that the database refused.
    static Reject reject(RowBatch batch, int row, Refusal refusal) {
        var constraint = refusal.constraint();
        var text =
                "The database refused the row (SQLSTATE %s%s): %s"
                        .formatted(
                                refusal.sqlState(),
                                constraint == null ? "" : ", constraint " + constraint,
                                refusal.message());
        return batch.refuse(row, code(refusal.sqlState()), refusal.column(), text);
    }

    private static RejectCode code(String sqlState) {
        return switch (sqlState) {
            case "23505" -> RejectCode.UNIQUE_VIOLATION;
            case "23514" -> RejectCode.CHECK_VIOLATION;
            case "23502" -> RejectCode.NOT_NULL_VIOLATION;
            case "23503" -> RejectCode.FOREIGN_KEY_VIOLATION;
            default -> RejectCode.DATABASE_REFUSED;
        };
    }
}
