package dev.sluice.load;

import dev.sluice.db.CopyIn;
import dev.sluice.db.Refusal;
import dev.sluice.db.SqlState;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.JobFailedException;
import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import dev.sluice.rows.RowBatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The target table of a chunk: takes batches by COPY and finds the rows that the database refuses.
final class Target {
    private final Connection connection;
    private final String copySql;
    private final ChunkTransaction.Care care;

    Target(Connection connection, String copySql, ChunkTransaction.Care care) {
        this.connection = connection;
        this.copySql = copySql;
        this.care = care;
    }

    /// What became of a batch's rows: how many are in by the database's count, and those it
    /// refused.
    record Copied(long loaded, List<Reject> rejects) {}

    Copied copy(RowBatch batch) throws SQLException {
        return switch (care) {
            case FAST -> new Copied(copyFast(batch), List.of());
            case ROW_BY_ROW -> copyRowByRow(batch);
        };
    }

    private long copyFast(RowBatch batch) throws SQLException {
        if (batch.rows() == 0) {
            return 0;
        }
        try {
            return send(batch, 0, batch.rows());
        } catch (SQLException e) {
            if (SqlState.isRowRefused(e)) {
                throw new ChunkTransaction.RowRefusedException(e);
            }
            throw e;
        }
    }

    /*
     * Runs of rows are copied behind a savepoint. When one is refused, the server's context names the
     * row ("COPY t, line 17"): what stands before it is copied again, the row becomes a reject. Without
     * a line (a constraint checked at the statement's end) the run is halved. The reach shrinks with
     * each refusal and grows with each success, so that a file full of bad rows does not send the rest
     * of its batch again for each of them.
     */
    private Copied copyRowByRow(RowBatch batch) throws SQLException {
        var rejects = new ArrayList<Reject>();
        long loaded = 0;
        int row = 0;
        int reach = batch.rows();
        while (row < batch.rows()) {
            int to = Math.min(batch.rows(), row + reach);
            var refused = tryRun(batch, row, to);
            if (refused == null) {
                loaded += to - row;
                row = to;
                reach = Math.min(batch.rows(), reach * 2);
                continue;
            }
            int good = to - row == 1 ? 0 : goodRows(refused, to - row);
            boolean named = good >= 0 && (good == 0 || tryRun(batch, row, row + good) == null);
            if (named) {
                loaded += good;
                rejects.add(reject(batch, row + good, refused));
                row += good + 1;
            }
            reach = Math.max(1, (to - row) / 2);
        }
        return new Copied(loaded, rejects);
    }

    /// How many rows of a refused run stand before the one at fault; -1 when the server does not
    /// say.
    private static int goodRows(Refusal refused, int rows) {
        int line = refused.copyLine().orElse(0);
        return line >= 1 && line <= rows ? line - 1 : -1;
    }

    private static Reject reject(RowBatch batch, int row, Refusal refused) {
        var constraint = refused.constraint();
        var text =
                "The database refused the row (SQLSTATE %s%s): %s"
                        .formatted(
                                refused.sqlState(),
                                constraint == null ? "" : ", constraint " + constraint,
                                refused.message());
        return batch.refuse(row, code(refused.sqlState()), refused.column(), text);
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

    /// Copies rows behind a savepoint; gives the refusal, or null when all are in.
    private @Nullable Refusal tryRun(RowBatch batch, int from, int to) throws SQLException {
        var savepoint = connection.setSavepoint();
        try {
            send(batch, from, to);
            connection.releaseSavepoint(savepoint);
            return null;
        } catch (SQLException e) {
            if (!SqlState.isRowRefused(e)) {
                throw e;
            }
            connection.rollback(savepoint);
            return Refusal.of(e);
        }
    }

    /// @throws JobFailedException when rows went in that are not there: books could not balance
    private long send(RowBatch batch, int from, int to) throws SQLException {
        long counted = CopyIn.send(connection, copySql, sink -> batch.copy(from, to, sink::write));
        if (counted != to - from) {
            throw new JobFailedException(
                    ErrorCode.DATASET_NOT_APPLIED,
                    "The table took %d of %d rows in silence; a trigger or rule on it drops rows."
                            .formatted(counted, to - from));
        }
        return counted;
    }
}
