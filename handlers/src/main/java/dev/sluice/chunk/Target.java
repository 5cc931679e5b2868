package dev.sluice.chunk;

import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Mode;
import dev.sluice.dataset.Table;
import dev.sluice.db.CopyIn;
import dev.sluice.db.Move;
import dev.sluice.db.SqlState;
import dev.sluice.db.StagingTable;
import dev.sluice.db.TableColumns;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobFailedException;
import dev.sluice.job.Reject;
import dev.sluice.rows.RowBatch;
import dev.sluice.rows.RowReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where the rows of a dataset go: its table and the staging table before it.
record Target(Dataset dataset, Job job) {

    /// What became of a batch's rows.
    ///
    /// @param loaded how many are in the table, by the database's count
    /// @param staged how many wait in the staging table, by the database's count
    /// @param rejects those that the table refused
    record Written(long loaded, long staged, List<Reject> rejects) {
        static final Written NOTHING = new Written(0, 0, List.of());
    }

    /// Copies the rows straight into the table, as many as are there.
    ///
    /// @throws ChunkTransaction.RowRefusedException when the table refuses one
    Written copy(Connection connection, ChunkRecords records) throws SQLException {
        try {
            var loaded = send(connection, records::copy, dataset, dataset.table());
            return new Written(loaded, 0, List.of());
        } catch (SQLException e) {
            if (SqlState.isRowRefused(e)) {
                throw new ChunkTransaction.RowRefusedException(e);
            }
            throw e;
        }
    }

    /// Copies the rows into the staging table, as many as are there, for the job's publish.
    Written stage(Connection connection, ChunkRecords records) throws SQLException {
        var staged = send(connection, records::copy, dataset.forStaging(), staging());
        return new Written(0, staged, List.of());
    }

    /// Brings the rows into the table by way of the staging table, so that the server itself finds
    /// those that are refused.
    Written moveOver(Connection connection, RowBatch batch) throws SQLException {
        long staged =
                send(
                        connection,
                        sink -> {
                            batch.copy(0, batch.rows(), sink::write);
                            return batch.rows();
                        },
                        dataset.forStaging(),
                        staging());
        long last = batch.record(batch.rows() - 1);
        var moved = run(connection, move(Mode.APPEND, batch.record(0), last, staged, List.of()));
        var rejects = new ArrayList<Reject>();
        int row = 0;
        for (var refusal : moved.refused()) {
            while (batch.record(row) != refusal.record()) {
                row++;
            }
            rejects.add(RefusedRecords.reject(batch, row, refusal));
        }
        return new Written(moved.loaded(), 0, rejects);
    }

    /// Publishes all that the job has staged, as its dataset says.
    Move.Moved publish(Connection connection, List<Integer> replaced) throws SQLException {
        long staged = job.books().staged();
        return run(connection, move(dataset.mode(), 0, Long.MAX_VALUE, staged, replaced));
    }

    private Move move(Mode mode, long first, long last, long staged, List<Integer> replaced) {
        boolean publishes = last == Long.MAX_VALUE;
        return new Move(
                StagingTable.of(dataset.name()),
                dataset.table().schema(),
                dataset.table().name(),
                columns(),
                mode == Mode.APPEND ? List.of() : dataset.key(),
                mode.wireName(),
                job.number(),
                first,
                last,
                staged,
                replaced,
                publishes ? mostRefused() : null,
                /* keep= */ !publishes || !job.dryRun());
    }

    /// How many rows the table may refuse before the job has too many rejects.
    private @Nullable Long mostRefused() {
        var most = job.limit().most(job.books().read());
        return most == null ? null : Long.valueOf(most - job.books().rejected());
    }

    private List<String> columns() {
        var provenance =
                dataset.provenance()
                        ? Stream.of(Dataset.JOB_COLUMN, Dataset.RECORD_COLUMN)
                        : Stream.<String>empty();
        var own = dataset.columns().stream().map(column -> column.name());
        return Stream.concat(own, provenance).toList();
    }

    private Move.Moved run(Connection connection, Move move) throws SQLException {
        try {
            return move.run(connection);
        } catch (SQLException e) {
            if (Move.isSilentLoss(e)) {
                throw silentLoss("fewer rows than it was given");
            }
            if (SqlState.isRowRefused(e)) {
                // No row of the file: those are met on the server. It is a row that was to leave.
                throw new JobFailedException(
                        ErrorCode.REPLACE_REFUSED,
                        "The rows of the object's former version can't leave table %s: %s"
                                .formatted(dataset.table(), e.getMessage()),
                        e);
            }
            throw e;
        }
    }

    /// Writes rows as one COPY and returns how many.
    private interface Rows {
        long writeTo(CopyIn.Sink sink) throws SQLException;
    }

    private static long send(Connection connection, Rows rows, Dataset as, Table into)
            throws SQLException {
        var sent = new long[1];
        var sql = RowReader.copySql(as, into);
        long counted = CopyIn.send(connection, sql, sink -> sent[0] = rows.writeTo(sink));
        if (counted != sent[0]) {
            throw silentLoss("%d of %d rows".formatted(counted, sent[0]));
        }
        return counted;
    }

    /// Books could not balance.
    private static JobFailedException silentLoss(String what) {
        return new JobFailedException(
                ErrorCode.DATASET_NOT_APPLIED,
                "The table took %s in silence; a trigger or rule on it drops rows."
                        .formatted(what));
    }

    private Table staging() {
        return new Table(StagingTable.SCHEMA, StagingTable.of(dataset.name()).name());
    }

    /// COPY is binary: a column altered by hand to another type would be misread, not refused.
    void checkTable(Connection connection) throws SQLException {
        check(connection, dataset.table());
    }

    void checkStaging(Connection connection) throws SQLException {
        check(connection, staging());
    }

    private void check(Connection connection, Table table) throws SQLException {
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
}
