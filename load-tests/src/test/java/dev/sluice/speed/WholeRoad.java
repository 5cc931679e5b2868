package dev.sluice.speed;

import dev.sluice.cli.stack.Database;
import dev.sluice.cli.stack.Inbox;
import dev.sluice.cli.stack.InboxKey;
import dev.sluice.cli.testing.UpProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Sluice as it runs: the object is in S3, its event goes out, Intake plans, two Loads read S3,
/// check and COPY. The time is from the moment the upload was done to the commit of the last chunk.
final class WholeRoad implements Contender {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final UpProcess up;
    private final Meter meter;
    private MemoryUse memory = MemoryUse.NONE;
    private int runs;

    WholeRoad(UpProcess up, Meter meter) {
        this.up = up;
        this.meter = meter;
    }

    @Override
    public String name() {
        return "whole road";
    }

    @Override
    public String description() {
        return "S3 object → rows committed, two Loads";
    }

    @Override
    public double load(Sample sample, Path file) throws Exception {
        var key = new InboxKey("demo", sample.table(), "run " + runs++ + ".csv").text();
        try (var inbox = Inbox.of(up.endpoints())) {
            var version = inbox.put(file, key, Map.of(), _ -> {});
            // the upload is the sender's
            meter.begin();
            var road = Road.await(Database.of(up.endpoints()), key, version, LIMIT);
            memory = memory.most(MemoryUse.of("load"));
            return road.seconds();
        }
    }

    @Override
    public boolean usesFunctions() {
        return true;
    }

    @Override
    public String peakMegabytes() {
        return memory.toString();
    }
}
