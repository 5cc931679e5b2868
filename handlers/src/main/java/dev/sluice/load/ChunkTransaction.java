package dev.sluice.load;

import dev.sluice.dataset.Dataset;
import dev.sluice.db.Chunks;
import dev.sluice.db.Chunks.Lease;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.db.Rejects;
import dev.sluice.db.TableColumns;
import dev.sluice.job.Books;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobFailedException;
import dev.sluice.job.JobState;
import dev.sluice.lambda.Inbox;
import dev.sluice.rows.FileInput;
import dev.sluice.rows.Layout;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Lookups;
import dev.sluice.rows.RowBatch;
import dev.sluice.rows.RowReader;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;

/// The one transaction of a chunk, statements in this order: rows, rejects, chunk, job.
///
/// The job's row comes last and only here, so it is locked for one round trip and nothing
/// deadlocks; the fence in the chunk's statement makes a writer whose lease was taken over roll
/// back.
final class ChunkTransaction {
    private final Database database;
    private final Inbox inbox;
    private final Lookups lookups;
    private final Dataset dataset;
    private final Limits limits = Limits.DEFAULT;

    ChunkTransaction(Database database, Inbox inbox, Lookups lookups, Dataset dataset) {
        this.database = database;
        this.inbox = inbox;
        this.lookups = lookups;
        this.dataset = dataset;
    }

    /// How rows that the database refuses are met.
    enum Care {
        /// The first refusal ends the transaction.
        FAST,
        /// Refused rows become rejects and the others load.
        ROW_BY_ROW
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
    JobState run(Job job, Lease lease, Care care) throws SQLException, IOException {
        try (var in = open(job, lease)) {
            return database.onceInTransaction(
                    connection -> write(connection, in, job, lease, care));
        } catch (ReadException e) {
            throw e.cause();
        }
    }

    private InputStream open(Job job, Lease lease) throws IOException {
        var chunk = lease.chunk();
        if (FileInput.Compression.NONE.name().equals(job.compression())) {
            return inbox.read(job.drop(), chunk.start().byteOffset(), chunk.endByte());
        }
        var body = inbox.read(job.drop(), 0, job.drop().bytes());
        try {
            var file = FileInput.open(body, limits);
            file.skipNBytes(chunk.start().byteOffset());
            return file;
        } catch (IOException | RuntimeException e) {
            try {
                body.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private JobState write(Connection connection, InputStream in, Job job, Lease lease, Care care)
            throws SQLException {
        checkTable(connection);
        var target = new Target(connection, RowReader.copySql(dataset, dataset.table()), care);
        var books = copy(connection, in, job, lease, target);
        if (!Chunks.done(connection, lease, books)) {
            throw new LeaseLostException();
        }
        return Jobs.addBooks(connection, job.id(), books, lease.chunk().bytes())
                .orElseThrow(LeaseLostException::new);
    }

    private Books copy(Connection connection, InputStream in, Job job, Lease lease, Target target)
            throws SQLException {
        var reader = reader(in, job, lease);
        var batch = new RowBatch();
        long loaded = 0;
        long rejected = 0;
        while (next(reader, batch)) {
            var refused = target.copy(batch);
            loaded += refused.loaded();
            Rejects.write(connection, job.id(), batch.rejects());
            Rejects.write(connection, job.id(), refused.rejects());
            rejected += batch.rejects().size() + refused.rejects().size();
        }
        return new Books(reader.read(), loaded, rejected, 0, 0);
    }

    private RowReader reader(InputStream in, Job job, Lease lease) {
        try {
            return RowReader.open(
                    in,
                    lease.chunk().start(),
                    dataset,
                    Layout.parse(String.valueOf(job.layout())),
                    lookups,
                    job.number(),
                    limits);
        } catch (IOException e) {
            throw new ReadException(e);
        }
    }

    private static boolean next(RowReader reader, RowBatch batch) {
        try {
            return reader.next(batch);
        } catch (IOException e) {
            throw new ReadException(e);
        }
    }

    /// COPY is binary: a column altered by hand to another type would be misread, not refused.
    private void checkTable(Connection connection) throws SQLException {
        var table = dataset.table();
        var present = TableColumns.of(connection, table.schema(), table.name());
        for (var column : dataset.columns()) {
            var type = present.get(column.name());
            if (!column.type().catalogName().equals(type)) {
                throw new JobFailedException(
                        ErrorCode.DATASET_NOT_APPLIED,
                        "Table %s has %s for column %s and dataset %s says %s; run `dataset apply %s`."
                                .formatted(
                                        table,
                                        type == null ? "nothing" : type,
                                        column.name(),
                                        dataset.name(),
                                        column.type().catalogName(),
                                        dataset.name()));
            }
        }
    }

    /// The object could not be read on: carries the checked exception out of the transaction.
    private static final class ReadException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final IOException cause;

        ReadException(IOException cause) {
            super(cause);
            this.cause = cause;
        }

        IOException cause() {
            return cause;
        }
    }
}
