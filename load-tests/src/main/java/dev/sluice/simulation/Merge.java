package dev.sluice.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// What staged rows come to in the target: which go in, in place of which, and which don't.
///
/// @param replaced rows of the target that a later record takes the place of
/// @param refused rows that only the database refuses
record Merge(List<Row> inserted, List<Row> replaced, List<Row> refused, int duplicate) {

    /// Decides by the mode, one key after the other.
    ///
    /// @param rows in the order of their records
    /// @param present the row of the target that has an id
    static Merge of(Dataset dataset, List<Row> rows, IntFunction<@Nullable Row> present) {
        var merge = new Merge(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), 0);
        if (dataset.mode() == Dataset.Mode.APPEND) {
            var ids = new HashSet<Integer>();
            for (var row : rows) {
                boolean taken =
                        dataset.keyed()
                                && (ids.contains(row.id()) || present.apply(row.id()) != null);
                if (row.isRefusedByDatabase() || taken) {
                    merge.refused.add(row);
                } else {
                    ids.add(row.id());
                    merge.inserted.add(row);
                }
            }
            return merge;
        }
        boolean latest = dataset.mode() == Dataset.Mode.UPSERT;
        int duplicate = 0;
        var decided = new HashSet<Integer>();
        for (var row : latest ? rows.reversed() : rows) {
            if (decided.contains(row.id())) {
                duplicate++;
            } else if (row.isRefusedByDatabase()) {
                merge.refused.add(row);
            } else {
                decided.add(row.id());
                var there = present.apply(row.id());
                if (there == null) {
                    merge.inserted.add(row);
                } else if (latest) {
                    merge.replaced.add(there);
                    merge.inserted.add(row);
                } else {
                    duplicate++;
                }
            }
        }
        return new Merge(merge.inserted, merge.replaced, merge.refused, duplicate);
    }
}
