package dev.sluice.speed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.util.SplittableRandom;

/// Orders of any size, made while they are sent.
///
/// @param rows without the header
record OrdersStream(long rows, long bytes) {
    private static final int ROWS_AT_ONCE = 10_000;

    /// Writes whole rows until it is this much.
    static OrdersStream write(OutputStream out, long bytes) throws IOException {
        var random = new SplittableRandom(7);
        var lines = new ByteArrayOutputStream(1 << 20);
        var writer = new OutputStreamWriter(lines, UTF_8);
        writer.write(String.join(",", Sample.ORDERS.columnNames()) + "\n");
        long rows = 0;
        long written = 0;
        while (written < bytes) {
            for (var i = 0; i < ROWS_AT_ONCE; i++) {
                Sample.writeOrder(writer, random, ++rows);
            }
            writer.flush();
            written += lines.size();
            lines.writeTo(out);
            lines.reset();
        }
        return new OrdersStream(rows, written);
    }
}
