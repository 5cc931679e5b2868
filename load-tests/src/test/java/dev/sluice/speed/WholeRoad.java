package dev.sluice.speed;

import dev.sluice.cli.stack.Database;
import dev.sluice.cli.stack.Inbox;
import dev.sluice.cli.stack.InboxKey;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.testing.UpProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Sluice as it runs: the object is in S3, its event goes out, Intake plans, two Loads read S3,
/// check and COPY. The time is from the moment the upload was done to the commit of the last chunk.
final class WholeRoad implements Contender {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final UpProcess up;
    private int runs;

    WholeRoad(UpProcess up) {
        this.up = up;
    }

    @Override
    public String name() {
        return "Sluice, the whole road: S3 object → rows committed, two Loads";
    }

    @Override
    public double load(Sample sample, Path file) throws Exception {
        var key = new InboxKey("demo", sample.table(), "run " + runs++ + ".csv").text();
        try (var inbox = Inbox.of(up.endpoints());
                var jobs = Jobs.of(up.endpoints())) {
            var version = inbox.put(file, key, Map.of(), _ -> {});
            var job = jobs.await(key, version, LIMIT).orElseThrow();
            var ended = jobs.awaitUntil(job.id(), LIMIT, seen -> seen.state().isEnd());
            if (ended.rows().rejected() != 0 || ended.rows().loaded() == 0) {
                throw new IOException("not all loaded: " + ended);
            }
            return seconds(ended.id());
        }
    }

    private double seconds(String job) throws Exception {
        try (var connection = Database.of(up.endpoints()).connect();
                var select =
                        connection.prepareStatement(
                                """
                                SELECT extract(epoch FROM finished_at - dropped_at)::float8
                                FROM sluice.job WHERE id = ?::uuid
                                """)) {
            select.setString(1, job);
            try (var row = select.executeQuery()) {
                row.next();
                return row.getDouble(1);
            }
        }
    }

    /// The most memory that an invocation of Load reported so far, as its REPORT lines say.
    @Override
    public long peakMegabytes() {
        var log = up.data().resolve("logs");
        try (var files = Files.list(log)) {
            long most = 0;
            for (var file :
                    files.filter(f -> f.getFileName().toString().contains("oad")).toList()) {
                most = Math.max(most, peak(file));
            }
            return most;
        } catch (IOException _) {
            return 0;
        }
    }

    private static long peak(Path log) throws IOException {
        var marker = "Max Memory Used: ";
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(marker))
                    .map(line -> line.substring(line.indexOf(marker) + marker.length()))
                    .mapToLong(text -> Long.parseLong(text.substring(0, text.indexOf(' '))))
                    .max()
                    .orElse(0);
        }
    }
}
