package dev.sluice.chunk;

import dev.sluice.dataset.OnReplace;
import dev.sluice.db.Chunks;
import dev.sluice.db.Chunks.Lease;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.db.Move;
import dev.sluice.db.Turns;
import dev.sluice.job.Books;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobError;
import dev.sluice.job.JobState;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The one transaction that makes all rows of a staged job seen, or none of them: the former
/// version's rows out, the staged ones in, rejects, chunk, job. Leased and fenced like a chunk.
final class Publish {
    private final Database database;
    private final ChunkRecords.Source source;
    private final Target target;

    Publish(Database database, ChunkRecords.Source source, Target target) {
        this.database = database;
        this.source = source;
        this.target = target;
    }

    /// Publishes the job and commits. Returns the state it has ended in.
    JobState run(Lease lease) throws SQLException, IOException {
        try {
            return database.onceInTransaction(connection -> write(connection, lease));
        } catch (ChunkRecords.UnreadableException e) {
            throw e.cause();
        }
    }

    private JobState write(Connection connection, Lease lease) throws SQLException {
        target.checkTable(connection);
        target.checkStaging(connection);
        var job = target.job();
        boolean replaces = target.dataset().onReplace() == OnReplace.REPLACE;
        var replaced = replaces ? Turns.othersOfKey(connection, job.id()) : List.<Integer>of();
        var moved = target.publish(connection, replaced);
        new RefusedRecords(source, target.dataset().forStaging(), job)
                .write(connection, moved.refused());
        var books = books(moved);
        if (!Chunks.done(connection, lease, books)) {
            throw new ChunkTransaction.LeaseLostException();
        }
        return Jobs.endPublish(connection, job.id(), books, error(moved))
                .orElseThrow(ChunkTransaction.LeaseLostException::new);
    }

    private Books books(Move.Moved moved) {
        return new Books(
                0,
                moved.kept() ? moved.loaded() : 0,
                moved.refused().size(),
                moved.duplicate(),
                moved.kept() ? 0 : moved.loaded(),
                -target.job().books().staged());
    }

    private @Nullable JobError error(Move.Moved moved) {
        var job = target.job();
        long rejected = job.books().rejected() + moved.refused().size();
        long read = job.books().read();
        if (!job.limit().exceeded(rejected, read)) {
            return null;
        }
        return new JobError(
                ErrorCode.TOO_MANY_REJECTS,
                "%d of %d records were rejected, and the job bears at most %d; none of its rows were loaded."
                        .formatted(rejected, read, job.limit().most(read)));
    }
}
