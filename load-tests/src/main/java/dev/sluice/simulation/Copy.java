package dev.sluice.simulation;

import dev.sluice.simulation.DroppedFile.Line;
import dev.sluice.simulation.DroppedFile.Quality;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// What a COPY of a chunk came to.
///
/// @param refused the database refused a row: the first, fast pass ends here
record Copy(int loaded, List<Row> rejects, boolean refused) {

    /// Copies what is good into the target. First all is looked at, then written: a wait repeats
    /// the statement.
    static Copy into(Transaction transaction, Dataset dataset, int job, List<Line> lines) {
        var good = new ArrayList<Row>();
        var rejects = new ArrayList<Row>();
        var ids = new HashSet<Integer>();
        boolean refused = false;
        for (var line : lines) {
            var row = line.row(job);
            if (line.quality() == Quality.BAD) {
                rejects.add(row);
            } else if (line.quality() == Quality.REFUSED_BY_DATABASE
                    || (dataset.keyed()
                            && (ids.contains(line.id())
                                    || transaction.targetById(line.id()) != null))) {
                refused = true;
                rejects.add(row);
            } else {
                ids.add(line.id());
                good.add(row);
            }
        }
        transaction.target.inserted.addAll(good);
        return new Copy(good.size(), rejects, refused);
    }

    /// Writes rejects; their key is job and record.
    static void rejects(Transaction transaction, List<Row> rejects) {
        for (var reject : rejects) {
            transaction.awaitReject(reject);
        }
        transaction.rejects.inserted.addAll(rejects);
    }

    /// Copies what is good into the staging table, which refuses nothing.
    static Copy intoStaging(Transaction transaction, int job, List<Line> lines) {
        var rejects = new ArrayList<Row>();
        int good = 0;
        for (var line : lines) {
            if (line.quality() == Quality.BAD) {
                rejects.add(line.row(job));
            } else {
                transaction.staging.inserted.add(line.row(job));
                good++;
            }
        }
        return new Copy(good, rejects, /* refused= */ false);
    }
}
