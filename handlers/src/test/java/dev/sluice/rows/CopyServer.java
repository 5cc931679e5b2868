package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.job.Reject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.lifecycle.Lifespan;
import net.jqwik.api.lifecycle.Store;
import org.postgresql.PGConnection;

/// A real server, and files copied into tables of it by what the reader makes of them.
final class CopyServer implements AutoCloseable, Store.CloseOnReset {
    private final EmbeddedPostgres postgres;
    private final Connection connection;

    CopyServer() throws IOException, SQLException {
        postgres = EmbeddedPostgres.start();
        connection = postgres.getPostgresDatabase().getConnection();
        execute("SET TIME ZONE 'UTC'");
    }

    /// One for all properties, which ends with the run.
    static CopyServer ofAllProperties() {
        return Store.getOrCreate(CopyServer.class, Lifespan.RUN, CopyServer::started).get();
    }

    private static CopyServer started() {
        try {
            return new CopyServer();
        } catch (IOException | SQLException e) {
            throw new AssertionError(e);
        }
    }

    /// How many rows the server took, and what the reader refused.
    record Copied(long rows, List<Reject> rejects) {}

    /// Makes the dataset's table anew and copies the file into it, as rows of job 42.
    Copied copy(Dataset dataset, String file) throws SQLException, IOException {
        execute("DROP TABLE IF EXISTS " + dataset.table().quoted());
        var columns = new StringBuilder();
        dataset.columns()
                .forEach(column ->
                        columns.append(column.quoted())
                                .append(' ')
                                .append(column.type().sql())
                                .append(", "));
        execute(
                "CREATE TABLE %s (%s _job integer, _record bigint)"
                        .formatted(dataset.table().quoted(), columns));
        var in = new ByteArrayInputStream(file.getBytes(UTF_8));
        var header = Header.read(in, dataset, Limits.DEFAULT);
        var lookups = new Lookups(new Assets(Path.of("../assets")));
        var reader =
                RowReader.open(
                        in, header.next(), dataset, header.layout(), lookups, 42, Limits.DEFAULT);
        var batch = new RowBatch();
        var rejects = new ArrayList<Reject>();
        long copied = 0;
        while (reader.next(batch)) {
            rejects.addAll(batch.rejects());
            // in two runs, as after a refusal
            var half = batch.rows() / 2;
            copied += copy(dataset, batch, 0, half) + copy(dataset, batch, half, batch.rows());
        }
        return new Copied(copied, rejects);
    }

    private long copy(Dataset dataset, RowBatch batch, int from, int to) throws SQLException {
        var api = connection.unwrap(PGConnection.class).getCopyAPI();
        var copy = api.copyIn(RowReader.copySql(dataset, dataset.table()));
        batch.copy(from, to, copy::writeToCopy);
        return copy.endCopy();
    }

    void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// The first column of what is answered; each parameter is an array of texts.
    List<String> query(String sql, List<?>... texts) throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            for (int i = 0; i < texts.length; i++) {
                select.setArray(i + 1, connection.createArrayOf("text", texts[i].toArray()));
            }
            return firstColumn(select);
        }
    }

    private static List<String> firstColumn(PreparedStatement select) throws SQLException {
        try (var rows = select.executeQuery()) {
            var values = new ArrayList<String>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    static String quoted(String value) {
        return '"' + value.replace("\"", "\"\"") + '"';
    }

    @Override
    public void close() throws IOException, SQLException {
        connection.close();
        postgres.close();
    }
}
