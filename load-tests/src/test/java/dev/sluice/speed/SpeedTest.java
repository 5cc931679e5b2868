package dev.sluice.speed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.stack.Database;
import dev.sluice.cli.testing.UpProcess;
import dev.sluice.dataset.Assets;
import dev.sluice.rows.ReadAhead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The speed table: every contender loads the same file into the same table of the same server, in
/// turns, and the medians are compared. No figure fails the run; a wrong row count does.
///
/// `-Dscale=0.1` makes the files smaller, `-Druns=9` the medians steadier, `-Dsample=orders` takes
/// one of them, `-Dquick=true` leaves out pgloader and Spring Batch. Those two are slow and start
/// cold every time, so they run `-Dslowruns=1` times and warm up never.
@Tag("long")
@Tag("speed")
final class SpeedTest {
    private static final int WARM_UPS = 2;

    private final double scale = Double.parseDouble(System.getProperty("scale", "1"));
    private final int runs = Integer.getInteger("runs", 5);
    // the functions' JVMs compile for some ten files, and each sample has its own hot methods
    private final int warmFiles = Integer.getInteger("warmfiles", 8);
    private final int slowRuns = Integer.getInteger("slowruns", 1);
    private final int loadMemory = Integer.getInteger("memory", 512);
    private final List<Sample> samples = samples();
    private final Meter meter = new Meter();

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
        var machine = Machine.description();
        var settings =
                new UpProcess.Settings(
                        home,
                        folder.resolve("data"),
                        assetsFolder,
                        Map.of("LoadConcurrency", "2", "LoadMemory", Integer.toString(loadMemory)));
        try (var up = UpProcess.start(settings)) {
            var database = Database.of(up.endpoints());
            var field = field(up, database, new Assets(assetsFolder), folder);
            var reports = new ArrayList<Report>();
            for (var sample : samples) {
                reports.add(compare(field, database, sample, folder));
            }
            publish(home, machine + " " + Versions.text(database), field, reports);
        }
    }

    private Report compare(Field field, Database database, Sample sample, Path folder)
            throws Exception {
        var file = folder.resolve(sample.table() + ".csv");
        sample.write(file, scale);
        for (var contender : field.fast) {
            contender.prepare(sample, file);
        }
        // what the limit loads is what every other must load
        empty(database, sample);
        var _ = field.limit.load(sample, file);
        long rows = database.countRows(sample.table());
        for (var time = 0; time < warmFiles; time++) {
            empty(database, sample);
            var _ = field.wholeRoad.load(sample, file);
        }
        var report = new Report(sample, Files.size(file), rows, field.all());
        for (var round = 1 - WARM_UPS; round <= runs; round++) {
            for (var contender : Order.of(field.fast, round + WARM_UPS)) {
                run(report, database, contender, file, rows, /* counts= */ round > 0);
            }
        }
        for (var round = 1; round <= slowRuns; round++) {
            for (var contender : field.slow) {
                run(report, database, contender, file, rows, /* counts= */ true);
            }
        }
        empty(database, sample);
        Files.delete(file);
        return report;
    }

    private void run(
            Report report,
            Database database,
            Contender contender,
            Path file,
            long rows,
            boolean counts)
            throws Exception {
        var sample = report.sample();
        empty(database, sample);
        meter.begin();
        double seconds = contender.load(sample, file);
        var work = meter.end();
        assertThat(database.countRows(sample.table())).as(contender.name()).isEqualTo(rows);
        say(
                "%s, %s: %.2f s, %s"
                        .formatted(
                                sample.table(),
                                counts ? "counts" : "warms up",
                                seconds,
                                contender.name()));
        if (counts) {
            report.add(contender, seconds, work);
        }
    }

    /// Who runs.
    ///
    /// @param fast those that take turns
    /// @param slow those that run behind them, seldom
    private record Field(
            Contender limit,
            Contender limitThroughProxy,
            Contender wholeRoad,
            Contender oneConnection,
            Contender psql,
            List<Contender> fast,
            List<Contender> slow) {
        List<Contender> all() {
            return Stream.concat(fast.stream(), slow.stream()).toList();
        }
    }

    private Field field(UpProcess up, Database database, Assets assets, Path folder)
            throws Exception {
        var wholeRoad = new WholeRoad(up, meter);
        warmUp(wholeRoad, samples.getFirst(), folder);
        var limit =
                new Limit(
                        "limit",
                        "encoded before, split in two, two connections",
                        database::connect,
                        assets,
                        folder);
        var throughProxy =
                new Limit(
                        "limit through the proxy",
                        "the same on Load's way, through the stand-in for RDS Proxy",
                        LoadsDoor.find()::connect,
                        assets,
                        folder);
        var oneConnection = new OneConnection(database, assets, new ReadAhead.Batches());
        var uri = Objects.requireNonNull(up.endpoints().database());
        var psql = new PsqlCopy(uri);
        var fast = new ArrayList<>(List.of(limit, throughProxy, wholeRoad, oneConnection));
        if (Tool.isThere("psql", "postgresql-client")) {
            fast.add(psql);
        } else {
            say("SKIPPED: psql is not here and could not be installed");
        }
        return new Field(
                limit,
                throughProxy,
                wholeRoad,
                oneConnection,
                psql,
                fast,
                slow(database, uri, folder));
    }

    private static List<Contender> slow(Database database, String uri, Path folder)
            throws Exception {
        var slow = new ArrayList<Contender>();
        if (Boolean.getBoolean("quick")) {
            return slow;
        }
        if (Tool.isThere("pgloader", "pgloader")) {
            slow.add(new PgLoader(uri, folder));
        } else {
            say("SKIPPED: pgloader is not here and could not be installed");
        }
        slow.add(SpringBatch.of(database));
        return slow;
    }

    /// Lets functions start: what they were told says where Load finds the database.
    private static void warmUp(WholeRoad wholeRoad, Sample sample, Path folder) throws Exception {
        var file = folder.resolve("first.csv");
        sample.write(file, 0.001);
        var _ = wholeRoad.load(sample, file);
        Files.delete(file);
    }

    private static void empty(Database database, Sample sample) throws Exception {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            statement.execute("TRUNCATE " + sample.table());
        }
        Superuser.checkpoint(database);
    }

    private void publish(Path home, String machine, Field field, List<Report> reports)
            throws Exception {
        var text = new StringBuilder("## Speed\n\n" + machine + "\n\n");
        text.append(
                "Load: %d MB each, two at a time, after %d files to warm up. Then %d rounds of all to warm up and %d that count; pgloader and Spring Batch: %d each, as programs of their own.\n\n"
                        .formatted(loadMemory, warmFiles, WARM_UPS, runs, slowRuns));
        reports.forEach(report -> text.append(report.markdown(field.limit)));
        text.append("```\n");
        for (var report : reports) {
            text.append(report.ratio(field.wholeRoad, field.limit, "≤ 1.25"));
            text.append(report.ratio(field.psql, field.oneConnection, "≥ 1.2"));
            text.append(report.ratio(field.wholeRoad, field.limitThroughProxy, ""));
            text.append(report.ratio(field.limitThroughProxy, field.limit, ""));
        }
        text.append("```\n");
        var folder = Files.createDirectories(home.resolve(".build/speed"));
        Files.writeString(folder.resolve("speed.md"), text, UTF_8);
        Plot.write(reports, folder.resolve("speed.png"));
        say("the table is in .build/speed/speed.md, a picture in speed.png beside it\n\n" + text);
    }

    @SuppressWarnings("SystemOut")
    private static void say(String text) {
        System.out.println(text);
    }
}
