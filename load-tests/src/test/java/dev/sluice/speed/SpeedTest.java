package dev.sluice.speed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.stack.Database;
import dev.sluice.cli.testing.UpProcess;
import dev.sluice.dataset.Assets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The speed table: every contender loads the same file into the same table of the same server, in
/// turns, and the medians are compared. No figure fails the run; a wrong row count does.
///
/// `-Dscale=0.1` makes the files smaller, `-Druns=5` the medians steadier.
@Tag("long")
@Tag("speed")
final class SpeedTest {
    private final double scale = Double.parseDouble(System.getProperty("scale", "1"));
    private final int runs = Integer.getInteger("runs", 3);
    private final List<Sample> samples = samples();

    private static List<Sample> samples() {
        var only = System.getProperty("sample");
        return only == null
                ? List.of(Sample.values())
                : List.of(Sample.valueOf(only.toUpperCase(Locale.ROOT)));
    }

    @Test
    void loadsTheSameRowsAsEveryoneElse(@TempDir Path folder) throws Exception {
        var assetsFolder = folder.resolve("assets");
        var datasets = Files.createDirectories(assetsFolder.resolve("datasets"));
        Files.createDirectories(assetsFolder.resolve("lookups"));
        for (var sample : samples) {
            Files.writeString(datasets.resolve(sample.table() + ".yaml"), sample.dataset());
        }
        var home = Path.of("..").toAbsolutePath().normalize();
        var settings =
                new UpProcess.Settings(
                        home, folder.resolve("data"), assetsFolder, Map.of("LoadConcurrency", "2"));
        try (var up = UpProcess.start(settings)) {
            var text = new StringBuilder("## Speed\n\n" + Machine.description() + "\n\n");
            for (var sample : samples) {
                text.append(compare(up, sample, new Assets(assetsFolder), folder));
            }
            publish(home, text.toString());
        }
    }

    private String compare(UpProcess up, Sample sample, Assets assets, Path folder)
            throws Exception {
        var file = folder.resolve(sample.table() + ".csv");
        sample.write(file, scale);
        var database = Database.of(up.endpoints());
        var limit = new Limit(database, assets, folder);
        var contenders = contenders(up, database, limit, assets, folder);
        for (var contender : contenders) {
            contender.prepare(sample, file);
        }
        // what the limit loads is what every other must load
        limit.load(sample, file);
        long rows = database.countRows(sample.table());
        var report = new Report(sample, Files.size(file), rows);
        for (var run = 0; run <= runs; run++) {
            for (var contender : contenders) {
                empty(database, sample);
                double cpu = Machine.cpuSeconds();
                double seconds = contender.load(sample, file);
                cpu = Machine.cpuSeconds() - cpu;
                assertThat(database.countRows(sample.table())).as(contender.name()).isEqualTo(rows);
                say(
                        "%s, run %d: %.2f s, %s"
                                .formatted(sample.table(), run, seconds, contender.name()));
                // the first round warms up
                if (run > 0) {
                    report.add(contender, seconds, cpu);
                }
            }
        }
        empty(database, sample);
        Files.delete(file);
        return report.markdown(limit.name());
    }

    private static List<Contender> contenders(
            UpProcess up, Database database, Limit limit, Assets assets, Path folder)
            throws Exception {
        var contenders = new ArrayList<Contender>();
        contenders.add(limit);
        contenders.add(new WholeRoad(up));
        contenders.add(new OneConnection(database, assets));
        var uri = Objects.requireNonNull(up.endpoints().database());
        if (Tool.isThere("psql", "postgresql-client")) {
            contenders.add(new PsqlCopy(uri));
        } else {
            say("SKIPPED: psql is not here and could not be installed");
        }
        if (!Boolean.getBoolean("quick")) {
            if (Tool.isThere("pgloader", "pgloader")) {
                contenders.add(new PgLoader(uri, folder));
            } else {
                say("SKIPPED: pgloader is not here and could not be installed");
            }
            contenders.add(SpringBatch.of(database));
        }
        return contenders;
    }

    private static void empty(Database database, Sample sample) throws Exception {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            statement.execute("TRUNCATE " + sample.table());
        }
        checkpoint(database);
    }

    /// So that no contender pays for the dirty pages of the one before. Only the superuser may,
    /// whom the embedded server takes as `postgres` from this machine.
    private static void checkpoint(Database database) throws Exception {
        try (var owner = database.connect();
                var superuser =
                        DriverManager.getConnection(owner.getMetaData().getURL(), "postgres", "");
                var statement = superuser.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    private static void publish(Path home, String text) throws Exception {
        var file = Files.createDirectories(home.resolve(".build/speed")).resolve("speed.md");
        Files.writeString(file, text, UTF_8);
        say("the table is in .build/speed/speed.md\n\n" + text);
    }

    @SuppressWarnings("SystemOut")
    private static void say(String text) {
        System.out.println(text);
    }
}
