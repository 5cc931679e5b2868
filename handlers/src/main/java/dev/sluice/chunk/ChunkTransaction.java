package dev.sluice.chunk;

import dev.sluice.db.Chunks.Lease;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.db.Rejects;
import dev.sluice.job.Books;
import dev.sluice.job.JobState;
import dev.sluice.rows.RowBatch;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/// The one transaction of a chunk, statements in this order: rows, rejects, chunk, job.
///
/// The job's row comes last and only here, so it is locked for one round trip and nothing
/// deadlocks; the fence in the chunk's statement makes a writer whose lease was taken over roll
/// back.
final class ChunkTransaction {
    private final Database database;
    private final ChunkRecords.Source source;
    private final Target target;

    ChunkTransaction(Database database, ChunkRecords.Source source, Target target) {
        this.database = database;
        this.source = source;
        this.target = target;
    }

    /// Which way the rows of a chunk go.
    enum Way {
        /// Into the table; the first row that it refuses ends the transaction.
        FAST,
        /// Into the table by way of the staging table; refused rows become rejects.
        ROW_BY_ROW,
        /// Into the staging table, where they wait for the publish.
        STAGED
    }

    /// Somebody else has the chunk now, or its job has ended: nothing was written.
    static final class LeaseLostException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /// The database refused a row of the target table.
    static final class RowRefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        RowRefusedException(SQLException cause) {
            super(cause);
        }

        String sqlState() {
            return getCause() instanceof SQLException e ? String.valueOf(e.getSQLState()) : "";
        }
    }

    /// Loads the chunk and commits. Returns the state the job is in then.
    JobState run(Lease lease, Way way) throws SQLException, IOException {
        var dataset = way == Way.FAST ? target.dataset() : target.dataset().forStaging();
        try (var records = source.open(target.job(), lease.chunk(), dataset)) {
            return database.onceInTransaction(connection -> write(connection, records, lease, way));
        } catch (ChunkRecords.UnreadableException e) {
            throw e.cause();
        }
    }

    private JobState write(Connection connection, ChunkRecords records, Lease lease, Way way)
            throws SQLException {
        if (way != Way.STAGED) {
            target.checkTable(connection);
        }
        if (way != Way.FAST) {
            target.checkStaging(connection);
        }
        var books = write(connection, records, way);
        return Jobs.endChunk(connection, lease, books).orElseThrow(LeaseLostException::new);
    }

    private Books write(Connection connection, ChunkRecords records, Way way) throws SQLException {
        var job = target.job().id();
        long loaded = 0;
        long staged = 0;
        long rejected = 0;
        for (var batch = records.next(); batch != null; batch = records.next()) {
            var written =
                    batch.rows() == 0
                            ? Target.Written.NOTHING
                            : send(connection, records, batch, way);
            loaded += written.loaded();
            staged += written.staged();
            // None of the batches before the one given now has any.
            var refused = records.given().rejects();
            Rejects.write(connection, job, refused);
            Rejects.write(connection, job, written.rejects());
            rejected += refused.size() + written.rejects().size();
        }
        return new Books(records.read(), loaded, rejected, 0, 0, staged);
    }

    private Target.Written send(
            Connection connection, ChunkRecords records, RowBatch batch, Way way)
            throws SQLException {
        return switch (way) {
            case FAST -> target.copy(connection, records);
            case ROW_BY_ROW -> target.moveOver(connection, batch);
            case STAGED -> target.stage(connection, records);
        };
    }
}
