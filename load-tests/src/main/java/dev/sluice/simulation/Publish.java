package dev.sluice.simulation;

import dev.sluice.job.ErrorCode;
import dev.sluice.simulation.ChunkStatements.Books;
import dev.sluice.simulation.Dataset.OnReplace;
import dev.sluice.simulation.Transaction.Table;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the move of a job's staged rows came to.
record Publish(Books books, List<Row> refused, @Nullable ErrorCode error) {

    /// Moves the staged rows of a job into the target, and leaves none of them staged.
    ///
    /// @param job as it was when the publish was leased
    static Publish move(Transaction transaction, Dataset dataset, JobRow job) {
        // After a wait the move is done again from its beginning.
        transaction.target.undo();
        var staged = transaction.rows(Table.STAGING, row -> row.job() == job.number);
        staged.sort(Comparator.comparingInt(Row::record));
        if (staged.size() != job.staged) {
            throw Trouble.NOT_STAGED.thrown();
        }
        if (dataset.onReplace() == OnReplace.REPLACE && transaction.mutant() != Mutant.REPLACE) {
            var others = JobStatements.othersOfKey(transaction, job.number);
            transaction.delete(Table.TARGET, row -> others.contains(row.job()));
        }
        transaction.targetSeen = transaction.latestTarget();
        var merge = Merge.of(dataset, staged, transaction::targetById);
        int rejected = job.rejected + merge.refused().size();
        var error =
                job.maxRejects >= 0 && rejected > job.maxRejects
                        ? ErrorCode.TOO_MANY_REJECTS
                        : null;
        boolean keeps = !job.dryRun && error == null;
        if (keeps || transaction.mutant() == Mutant.REJECT_LIMIT) {
            transaction.target.deleted.addAll(merge.replaced());
            transaction.target.inserted.addAll(merge.inserted());
        } else {
            transaction.target.undo();
        }
        transaction.delete(Table.STAGING, row -> row.job() == job.number);
        int moved = merge.inserted().size();
        var books =
                new Books(
                        0,
                        keeps ? moved : 0,
                        merge.refused().size(),
                        merge.duplicate(),
                        keeps ? 0 : moved,
                        -job.staged);
        return new Publish(books, merge.refused(), error);
    }
}
