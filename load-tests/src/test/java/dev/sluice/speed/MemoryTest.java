package dev.sluice.speed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.stack.Database;
import dev.sluice.cli.stack.InboxKey;
import dev.sluice.cli.testing.UpProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/// Files from 10 MB to 10 GB through the whole road, with Loads of 512 MB: all rows arrive, and the
/// functions need no more memory for a larger file.
///
/// `-Dlargest=1` ends at 1 GB. The 10 GB take about 30 GB of disk while they load.
@Tag("long")
@Tag("memory")
final class MemoryTest {
    private static final long GB = 1_000_000_000;
    private static final List<Long> SIZES = List.of(GB / 100, GB / 10, GB, 10 * GB);
    private static final Duration LIMIT = Duration.ofHours(1);
    private static final String HEAD =
            """
            | file | rows | seconds | rows/s | MB/s | CPU s per GB | PostgreSQL | Load | other functions | the rest | Load's peak MB so far | Intake's peak MB so far | chunks, of them tried again |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|
            """;

    private final long largest =
            (long) (GB * Double.parseDouble(System.getProperty("largest", "10")));
    private final int loadMemory = Integer.getInteger("memory", 512);
    private final Meter meter = new Meter();

    private enum Packing {
        PLAIN,
        GZIP
    }

    /// What one file took.
    private record Measured(OrdersStream orders, Road road, Work work) {}

    @Test
    void loadsAnySizeInTheSameMemory(@TempDir Path folder) throws Exception {
        var assets = folder.resolve("assets");
        var datasets = Files.createDirectories(assets.resolve("datasets"));
        Files.createDirectories(assets.resolve("lookups"));
        Files.writeString(datasets.resolve("orders.yaml"), Sample.ORDERS.dataset());
        var home = Path.of("..").toAbsolutePath().normalize();
        var text = new StringBuilder("## Memory\n\n" + Machine.description());
        var settings =
                new UpProcess.Settings(
                        home,
                        folder.resolve("data"),
                        assets,
                        Map.of(
                                "LoadConcurrency", "2",
                                "LoadMemory", Integer.toString(loadMemory),
                                // a compressed file is one chunk
                                "LoadTimeoutSeconds", "600"));
        try (var up = UpProcess.start(settings);
                var s3 = Upload.client(up.endpoints())) {
            text.append(
                    " PostgreSQL %s. Load: %d MB each, two at a time.\n\n"
                            .formatted(Versions.server(Database.of(up.endpoints())), loadMemory));
            text.append(HEAD);
            // starts the functions
            var _ = load(up, s3, "first", SIZES.getFirst(), Packing.PLAIN);
            for (var size : SIZES) {
                if (size <= largest) {
                    text.append(measure(up, s3, size, Packing.PLAIN));
                }
            }
            text.append(measure(up, s3, Math.min(GB, largest), Packing.GZIP));
            text.append("\n").append(limits());
        }
        publish(home, text.toString());
    }

    private String measure(UpProcess up, S3Client s3, long size, Packing packing) throws Exception {
        var name =
                (size >= GB ? size / GB + " GB" : size / (GB / 1000) + " MB")
                        + (packing == Packing.GZIP ? ", gzip" : "");
        say(name + " …");
        var measured = load(up, s3, name, size, packing);
        var line = line(name, measured);
        say(line);
        return line;
    }

    private Measured load(UpProcess up, S3Client s3, String name, long size, Packing packing)
            throws Exception {
        var database = Database.of(up.endpoints());
        var bucket = up.endpoints().inbox();
        var key = new InboxKey("demo", "orders", name).text();
        OrdersStream orders;
        String version;
        try (var upload = new Upload(s3, bucket, key)) {
            orders = generate(upload, size, packing);
            version = upload.complete();
        }
        meter.begin();
        var road = Road.await(database, key, version, LIMIT);
        var work = meter.end();
        assertThat(road.loaded()).isEqualTo(orders.rows());
        assertThat(count(database)).isEqualTo(orders.rows());
        clear(database);
        s3.deleteObject(request -> request.bucket(bucket).key(key).versionId(version));
        return new Measured(orders, road, work);
    }

    private static OrdersStream generate(OutputStream out, long size, Packing packing)
            throws IOException {
        if (packing == Packing.PLAIN) {
            return OrdersStream.write(out, size);
        }
        var gzip = new FastGzip(out);
        var orders = OrdersStream.write(gzip, size);
        gzip.finish();
        return orders;
    }

    /// Packs quickly: how well does not matter here.
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, 1 << 16);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    /// Patiently: 10 GB of rows take longer than a client of the stack would wait.
    private static long count(Database database) throws SQLException {
        try (var superuser = Superuser.connect(database);
                var statement = superuser.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM orders")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void clear(Database database) throws Exception {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            statement.execute("TRUNCATE orders");
        }
        Superuser.checkpoint(database);
    }

    private static String line(String name, Measured measured) {
        var orders = measured.orders;
        var road = measured.road;
        var work = measured.work.times((double) GB / orders.bytes());
        return String.format(
                Locale.ROOT,
                "| %s | %,d | %.2f | %,.0f | %.0f | %.1f | %.1f | %.1f | %.1f | %.1f | %s | %s | %,d, %d |%n",
                name,
                orders.rows(),
                road.seconds(),
                orders.rows() / road.seconds(),
                orders.bytes() / 1e6 / road.seconds(),
                work.sum(),
                work.postgres(),
                work.load(),
                work.functions(),
                work.client() + work.rest(),
                MemoryUse.of("load"),
                MemoryUse.of("intake"),
                road.chunks(),
                road.triedAgain());
    }

    private static String limits() {
        var load = MemoryUse.of("load");
        return load.limitMegabytes() == 0
                ? "This machine lets us make no memory groups: only the heap was limited.\n"
                : "Peaks are those of the kernel's memory group of each process, which is killed when it needs more than its limit. A group came to its limit %d times (Load) and %d times (Intake) and could give file cache back.\n"
                        .formatted(load.timesAtLimit(), MemoryUse.of("intake").timesAtLimit());
    }

    private static void publish(Path home, String text) throws Exception {
        var file = Files.createDirectories(home.resolve(".build/speed")).resolve("memory.md");
        Files.writeString(file, text, UTF_8);
        say("the table is in .build/speed/memory.md\n\n" + text);
    }

    @SuppressWarnings("SystemOut")
    private static void say(String text) {
        System.out.println(text);
    }
}
