package dev.sluice.speed;

import dev.sluice.dataset.Assets;
import dev.sluice.db.CopyIn;
import dev.sluice.rows.FileInput;
import dev.sluice.rows.Header;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Lookups;
import dev.sluice.rows.RowBatch;
import dev.sluice.rows.RowReader;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/// What PostgreSQL can take here: rows that were encoded before, in COPY's binary form with their
/// provenance, split in two, on two connections. No parsing, no checks, no S3.
record Limit(String name, String description, Connections connections, Assets assets, Path folder)
        implements Contender {
    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final byte[] TRAILER = {(byte) 0xff, (byte) 0xff};

    /// Where the connections come from.
    @FunctionalInterface
    interface Connections {
        Connection connect() throws SQLException;
    }

    @Override
    public void prepare(Sample sample, Path file) throws Exception {
        if (Files.exists(part(sample, 0))) {
            return;
        }
        var dataset = assets.dataset(sample.table());
        try (var in =
                        FileInput.open(
                                new BufferedInputStream(Files.newInputStream(file)),
                                Limits.DEFAULT);
                var first = open(part(sample, 0));
                var second = open(part(sample, 1))) {
            var outs = List.of(first, second);
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
            var batch = new RowBatch();
            for (var turn = 0; reader.next(batch); turn++) {
                var out = outs.get(turn % 2);
                batch.copy(
                        0,
                        batch.rows(),
                        (bytes, offset, length) -> {
                            // each batch is a COPY of its own; here they become one
                            if (length > TRAILER.length && length != HEADER.length) {
                                write(out, bytes, offset, length);
                            }
                        });
            }
            for (var out : outs) {
                out.write(TRAILER);
            }
        }
    }

    private Path part(Sample sample, int number) {
        return folder.resolve(sample.table() + "." + number + ".bin");
    }

    private static OutputStream open(Path file) throws IOException {
        var out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
        out.write(HEADER);
        return out;
    }

    private static void write(OutputStream out, byte[] bytes, int offset, int length) {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public double load(Sample sample, Path file) throws Exception {
        var dataset = assets.dataset(sample.table());
        var sql = RowReader.copySql(dataset, dataset.table());
        try (var one = connections.connect();
                var two = connections.connect();
                var threads = Executors.newFixedThreadPool(2)) {
            long begin = System.nanoTime();
            for (var done :
                    threads.invokeAll(
                            List.of(
                                    send(one, sql, part(sample, 0)),
                                    send(two, sql, part(sample, 1))))) {
                done.get();
            }
            return (System.nanoTime() - begin) / 1e9;
        }
    }

    private static Callable<Long> send(Connection connection, String sql, Path part) {
        return () -> {
            try (var in = Files.newInputStream(part)) {
                return CopyIn.send(
                        connection,
                        sql,
                        sink -> {
                            var buffer = new byte[1 << 16];
                            try {
                                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                                    sink.write(buffer, 0, n);
                                }
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
            }
        };
    }
}
