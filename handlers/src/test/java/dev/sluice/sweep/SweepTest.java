package dev.sluice.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.job.Drop;
import dev.sluice.testing.TestingPipeline;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The danger: a drop whose event never came and that nobody finds.
class SweepTest {
    private final TestingPipeline pipeline = TestingPipeline.shared();
    private final Database database = pipeline.loader();

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void walksOverEveryVersionOfEveryKeyOnceAcrossPages() {
        var stem = "demo/walk/" + UUID.randomUUID() + "/";
        var put = new HashSet<String>();
        for (int i = 0; i < 5; i++) {
            put.add(pipeline.put(stem + i + " +%.csv", "x").versionId());
            put.add(pipeline.put(stem + i + " +%.csv", "y").versionId());
        }
        var walk = new InboxWalk(pipeline.s3, TestingPipeline.BUCKET, /* pageSize= */ 3);
        var found = new HashSet<String>();
        @Nullable String position = null;
        do {
            var page = walk.page(position);
            page.drops().stream()
                    .filter(drop -> drop.key().startsWith(stem))
                    .forEach(drop -> assertThat(found.add(drop.versionId())).isTrue());
            position = page.next();
        } while (position != null);

        assertThat(found).isEqualTo(put);
    }

    @Test
    void findsTheSameDropThatTheEventWouldHaveAnnounced() {
        var key = "demo/walk/" + UUID.randomUUID() + "/ünï cödé.csv";
        var announced = pipeline.put(key, "some bytes");
        var listed = find(key);

        assertThat(listed.bucket()).isEqualTo(announced.bucket());
        assertThat(listed.versionId()).isEqualTo(announced.versionId());
        assertThat(listed.etag()).isEqualTo(announced.etag());
        assertThat(listed.bytes()).isEqualTo(announced.bytes());
    }

    private Drop find(String key) {
        var walk = new InboxWalk(pipeline.s3, TestingPipeline.BUCKET, 1000);
        @Nullable String position = null;
        do {
            var page = walk.page(position);
            for (var drop : page.drops()) {
                if (drop.key().equals(key)) {
                    return drop;
                }
            }
            position = page.next();
        } while (position != null);
        throw new AssertionError("not listed: " + key);
    }

    @Test
    void announcesOnlyWhatNoJobWasRegisteredFor() throws Exception {
        var known = pipeline.put("demo/walk/" + UUID.randomUUID(), "x");
        var unknown = pipeline.put("demo/walk/" + UUID.randomUUID(), "x");
        database.<Drop, SQLException>inTransaction(
                c -> Jobs.register(c, UUID.randomUUID(), "demo", "walk", known).drop());

        var missing = database.inTransaction(c -> Jobs.unheardOf(c, List.of(known, unknown)));

        assertThat(missing).containsExactly(unknown);
    }
}
