package dev.sluice.small;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.cli.stack.Database;
import dev.sluice.cli.stack.Endpoints;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// Drops small files and watches for their rows. URLs are signed before the clock runs, since the
/// client works on the stack's own processors.
final class Drops implements AutoCloseable {
    static final String DATASET = "small";
    static final int ROWS = 100;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long BETWEEN_LOOKS = Duration.ofMillis(1).toNanos();

    private final Endpoints endpoints;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Connection database;
    private final PreparedStatement isThere;
    private int count;
    private int arrived;

    Drops(Endpoints endpoints) throws SQLException {
        this.endpoints = endpoints;
        this.database = Database.of(endpoints).connect();
        this.isThere = database.prepareStatement("SELECT FROM small WHERE id = ?");
    }

    static String datasetFile() {
        return """
        dataset: small
        table: small
        columns:
          - {name: id, type: bigint, required: true}
          - {name: name, type: text}
          - {name: amount, type: "numeric(12,2)"}
          - {name: at, type: timestamptz}
        key: [id]
        """;
    }

    static byte[] content(int file) {
        var text = new StringBuilder("id,name,amount,at\n");
        for (int row = 0; row < ROWS; row++) {
            long id = id(file) + row;
            text.append(id)
                    .append(",name of ")
                    .append(id)
                    .append(',')
                    .append(row)
                    .append(".25,2026-01-02T03:04:05Z\n");
        }
        return text.toString().getBytes(UTF_8);
    }

    private static long id(int file) {
        return (long) file * ROWS;
    }

    /// A file and where to PUT it.
    private record Upload(int file, URI url) {}

    /// How long one file took until its rows were seen.
    record Single(Duration sincePut, Duration sinceBefore) {}

    Single single() throws Exception {
        var upload = uploads(1).getFirst();
        var body = content(upload.file);
        long before = System.nanoTime();
        put(upload, body);
        long answered = System.nanoTime();
        while (!isSeen(upload.file)) {
            if (System.nanoTime() - answered > LIMIT.toNanos()) {
                throw new IOException("file %d did not arrive".formatted(upload.file));
            }
            LockSupport.parkNanos(BETWEEN_LOOKS);
        }
        long seen = System.nanoTime();
        return new Single(Duration.ofNanos(seen - answered), Duration.ofNanos(seen - before));
    }

    private boolean isSeen(int file) throws SQLException {
        isThere.setLong(1, id(file));
        try (var row = isThere.executeQuery()) {
            return row.next();
        }
    }

    /// Drops files as fast as the clients can; gives the seconds from the first PUT until the last
    /// row was committed.
    double flood(int files, int clients) throws Exception {
        var uploads = uploads(files);
        var next = new AtomicInteger();
        Callable<Void> client =
                () -> {
                    for (int at = next.getAndIncrement(); at < files; at = next.getAndIncrement()) {
                        put(uploads.get(at), content(uploads.get(at).file));
                    }
                    return null;
                };
        long begun = System.nanoTime();
        try (var pool = Executors.newFixedThreadPool(clients)) {
            var all = new ArrayList<Callable<Void>>();
            for (int i = 0; i < clients; i++) {
                all.add(client);
            }
            for (var put : pool.invokeAll(all, LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                put.get();
            }
        }
        awaitAll();
        return (System.nanoTime() - begun) / 1e9;
    }

    /// Until every file that was dropped is in the table. Asks for one after the other: counting
    /// them all again and again would be the costliest statement of the run.
    void awaitAll() throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        for (; arrived < count; arrived++) {
            while (!isSeen(arrived)) {
                if (System.nanoTime() > end) {
                    throw new IOException("not all files arrived");
                }
                LockSupport.parkNanos(20 * BETWEEN_LOOKS);
            }
        }
    }

    /// Every row is there exactly once.
    void check() throws Exception {
        long rows = number("SELECT count(*) FROM small");
        long distinct = number("SELECT count(DISTINCT id) FROM small");
        if (rows != (long) count * ROWS || distinct != rows) {
            throw new AssertionError(
                    "%d rows, %d of them distinct, of %d files".formatted(rows, distinct, count));
        }
    }

    private long number(String sql) throws SQLException {
        try (var statement = database.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void put(Upload upload, byte[] body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(upload.url).PUT(BodyPublishers.ofByteArray(body));
        var answer = http.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("PUT: %d %s".formatted(answer.statusCode(), answer.body()));
        }
    }

    private List<Upload> uploads(int files) {
        var uploads = new ArrayList<Upload>();
        try (var presigner = presigner()) {
            for (int i = 0; i < files; i++) {
                int file = count++;
                var signed =
                        presigner.presignPutObject(it ->
                                it.signatureDuration(Duration.ofHours(1))
                                        .putObjectRequest(put ->
                                                put.bucket(endpoints.inbox())
                                                        .key("demo/small/%d.csv".formatted(file))));
                uploads.add(new Upload(file, URI.create(signed.url().toString())));
            }
        }
        return uploads;
    }

    private S3Presigner presigner() {
        return S3Presigner.builder()
                .endpointOverride(endpoints.s3())
                .region(Region.of(endpoints.region()))
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(
                                        endpoints.accessKeyId(), endpoints.secretAccessKey())))
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build();
    }

    @Override
    public void close() throws SQLException {
        database.close();
        http.close();
    }
}
