package dev.sluice.migrate;

import dev.sluice.dataset.Assets;
import dev.sluice.db.Database;
import dev.sluice.testing.TestingPipeline;
import java.time.InstantSource;
import java.util.List;

/// `dataset apply` as Migrate has it, for the tests of its neighbours.
public final class TestingApply {
    private TestingApply() {}

    public static String apply(TestingPipeline pipeline, String dataset) throws Exception {
        try (var database = new Database(pipeline.owner(), InstantSource.system())) {
            return new DatasetApply(database, new Assets(pipeline.assets))
                    .apply(List.of(dataset))
                    .json();
        }
    }
}
