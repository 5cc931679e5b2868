package dev.sluice.speed;

import dev.sluice.cli.stack.Database;
import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.db.CopyIn;
import dev.sluice.rows.FileInput;
import dev.sluice.rows.Header;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Lookups;
import dev.sluice.rows.ReadAhead;
import dev.sluice.rows.RowReader;
import java.io.BufferedInputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// The row path as Load runs it, on one connection and from a local file: parse, check, encode,
/// COPY.
record OneConnection(Database database, Assets assets, ReadAhead.Batches batches)
        implements Contender {
    @Override
    public String name() {
        return "one connection";
    }

    @Override
    public String description() {
        return "Sluice's row path from a local file";
    }

    @Override
    public double load(Sample sample, Path file) throws Exception {
        var dataset = assets.dataset(sample.table());
        long begin = System.nanoTime();
        try (var connection = database.connect();
                var in =
                        FileInput.open(
                                new BufferedInputStream(Files.newInputStream(file)),
                                Limits.DEFAULT)) {
            connection.setAutoCommit(false);
            var header = Header.read(in, dataset, Limits.DEFAULT);
            var reader =
                    RowReader.open(
                            in,
                            header.next(),
                            dataset,
                            header.layout(),
                            new Lookups(assets),
                            /* jobNumber= */ 1,
                            Limits.DEFAULT);
            copy(connection, reader, dataset);
            connection.commit();
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private void copy(java.sql.Connection connection, RowReader reader, Dataset dataset)
            throws Exception {
        var sql = RowReader.copySql(dataset, dataset.table());
        try (var ahead = ReadAhead.of(reader, batches)) {
            while (ahead.next() != null) {
                CopyIn.send(connection, sql, sink -> ahead.copy(sink::write));
            }
        }
    }
}
