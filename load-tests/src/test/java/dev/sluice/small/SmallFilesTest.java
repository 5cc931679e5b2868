package dev.sluice.small;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.cli.testing.UpProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of 100 rows, one after the other and in a flood, with the short way and without it. No
/// figure fails the run; a row that is missing or there twice does.
///
/// `-Ddrops=300 -Dfiles=6000 -Dwarmfiles=2000 -Dclients=4 -Dshortonly=true`
@Tag("long")
@Tag("small")
final class SmallFilesTest {
    private final int drops = Integer.getInteger("drops", 300);
    private final int files = Integer.getInteger("files", 6_000);
    // What is called once per file is compiled after 200 files of its process, and four take turns.
    private final int warmFiles = Integer.getInteger("warmfiles", 2_000);
    private final int clients = Integer.getInteger("clients", 4);
    private final boolean shortOnly = Boolean.getBoolean("shortonly");

    @Test
    void areQueryableSoonAndExactlyOnce(@TempDir Path folder) throws Exception {
        var home = Path.of("..").toAbsolutePath().normalize();
        var text = new StringBuilder("## Small files\n\n");
        text.append(
                "%d cores, Java %s; a file: %d rows, %d bytes; %d clients; load average before: %s%n%n"
                        .formatted(
                                Runtime.getRuntime().availableProcessors(),
                                Runtime.version(),
                                Drops.ROWS,
                                Drops.content(0).length,
                                clients,
                                Files.readString(Path.of("/proc/loadavg")).strip()));
        text.append(
                """
                | road | from PUT's answer p50 | p99 | max | from before PUT p50 | p99 | files/s | rows/s | CPU per file: functions | S3, SQS, Lambda, proxy | PostgreSQL | this client |
                |---|---|---|---|---|---|---|---|---|---|---|---|
                """);
        text.append(measure("short, Intake loads", Map.of(), home, folder.resolve("short")));
        if (!shortOnly) {
            text.append(
                    measure(
                            "long, by the queue (`InlineBytes=0`)",
                            Map.of("InlineBytes", "0"),
                            home,
                            folder.resolve("long")));
        }
        var file = Files.createDirectories(home.resolve(".build/speed")).resolve("small.md");
        Files.writeString(file, text.toString(), UTF_8);
        say("the table is in .build/speed/small.md\n\n" + text);
    }

    private String measure(String road, Map<String, String> parameters, Path home, Path folder)
            throws Exception {
        try (var up = UpProcess.start(settings(parameters, home, folder));
                var drops = new Drops(up.endpoints())) {
            say("warming up: " + road);
            drops.flood(warmFiles, clients);
            for (int i = 0; i < 50; i++) {
                drops.single();
            }
            var answered = new Times();
            var begun = new Times();
            for (int i = 0; i < this.drops; i++) {
                var single = drops.single();
                answered.add(single.sincePut());
                begun.add(single.sinceBefore());
            }
            var before = CpuTime.of(up);
            double seconds = drops.flood(files, clients);
            var cpu = CpuTime.of(up).since(before, files);
            drops.check();
            say("%s: %s; %.1f files/s, %s".formatted(road, answered, files / seconds, cpu));
            return "| %s | %.0f ms | %.0f ms | %.0f ms | %.0f ms | %.0f ms | %.0f | %.0f | %.1f ms | %.1f ms | %.1f ms | %.1f ms |%n"
                    .formatted(
                            road,
                            answered.percentile(50),
                            answered.percentile(99),
                            answered.percentile(100),
                            begun.percentile(50),
                            begun.percentile(99),
                            files / seconds,
                            files * Drops.ROWS / seconds,
                            cpu.functions(),
                            cpu.local(),
                            cpu.postgres(),
                            cpu.client());
        }
    }

    private static UpProcess.Settings settings(
            Map<String, String> parameters, Path home, Path folder) throws IOException {
        var assets = folder.resolve("assets");
        var datasets = Files.createDirectories(assets.resolve("datasets"));
        Files.createDirectories(assets.resolve("lookups"));
        Files.writeString(datasets.resolve(Drops.DATASET + ".yaml"), Drops.datasetFile());
        return new UpProcess.Settings(home, folder.resolve("data"), assets, parameters);
    }

    @SuppressWarnings("SystemOut")
    private static void say(String text) {
        System.out.println(text);
    }
}
