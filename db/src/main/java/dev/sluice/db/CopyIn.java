package dev.sluice.db;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/// COPY … FROM STDIN out of bytes that are already in memory: nothing is waited for while it is
/// open.
public final class CopyIn {
    private CopyIn() {}

    /// Takes a stretch of a COPY's data.
    @FunctionalInterface
    public interface Sink {
        void write(byte[] bytes, int offset, int length) throws SQLException;
    }

    /// Writes the data of one COPY into the sink.
    @FunctionalInterface
    public interface Content {
        void writeTo(Sink sink) throws SQLException;
    }

    /// Sends the content as one COPY and returns the rows the database counted.
    ///
    /// @throws SQLException as the database refused it; the COPY is closed by then
    public static long send(Connection connection, String copySql, Content content)
            throws SQLException {
        var copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copySql);
        try {
            content.writeTo(copy::writeToCopy);
            return copy.endCopy();
        } catch (Throwable failure) {
            // A COPY left open keeps the connection locked: the abort stands beside the open.
            cancel(copy, failure);
            throw failure;
        }
    }

    private static void cancel(org.postgresql.copy.CopyIn copy, Throwable failure) {
        if (!copy.isActive()) {
            return;
        }
        try {
            copy.cancelCopy();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }
}
