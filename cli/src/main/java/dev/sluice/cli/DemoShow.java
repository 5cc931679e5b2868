package dev.sluice.cli;

import static dev.sluice.cli.terminal.Table.flexible;
import static dev.sluice.cli.terminal.Table.left;
import static dev.sluice.cli.terminal.Table.right;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.Database;
import dev.sluice.cli.stack.Endpoints;
import dev.sluice.cli.stack.InboxKey;
import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.JobState;
import dev.sluice.cli.stack.Reject;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Table;
import dev.sluice.cli.terminal.Table.Cell;
import dev.sluice.cli.terminal.Terminal;
import dev.sluice.cli.terminal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The scenes of the demo, each checked against what must come out.
final class DemoShow implements AutoCloseable {
    private static final Duration LOAD_LIMIT = Duration.ofMinutes(3);
    private static final int REJECTS_SHOWN = 6;
    private static final int MOST_REJECTS = 1000;

    private final Terminal out;
    private final Drops drops;
    private final Database database;
    private final Checks checks;

    DemoShow(Terminal out, Endpoints endpoints, Checks checks) {
        this.out = out;
        this.checks = checks;
        drops = new Drops(endpoints);
        database = Database.of(endpoints);
    }

    /// A sample on its way.
    private record Scene(Sample sample, Path file, DropLine line) {
        static Scene of(Sample sample, Path folder) throws IOException {
            var file = sample.copyTo(folder);
            return new Scene(sample, file, new DropLine(sample.file(), Files.size(file)));
        }

        Job job() {
            return line.job().orElseThrow(() -> new Complaint(sample.file() + " has no job."));
        }
    }

    void run(Path folder) throws IOException, InterruptedException, SQLException {
        var scenes = new ArrayList<Scene>();
        for (var sample : Sample.ALL) scenes.add(Scene.of(sample, folder));
        dropAll(scenes);
        report(scenes);
        showRejects(sceneOf(Sample.DAMAGED, scenes).job());
        dropAgain(sceneOf(Sample.NAVAIDS, scenes));
        countRows(scenes);
        tellHowToGoOn();
    }

    private static Scene sceneOf(Sample sample, List<Scene> scenes) {
        return scenes.stream()
                .filter(scene -> scene.sample().equals(sample))
                .findFirst()
                .orElseThrow();
    }

    private void title(String text) {
        out.blankLine();
        out.line(out.ink(Ink.BOLD, text));
    }

    private void dropAll(List<Scene> scenes) throws IOException, InterruptedException {
        title("Dropping files into the inbox");
        var lines = new DropLines(out, scenes.stream().map(Scene::line).toList());
        var dropped = new ArrayList<Drops.Drop>();
        for (var scene : scenes) dropped.add(drop(scene, lines));
        for (var i = 0; i < scenes.size(); i++) {
            scenes.get(i).line().see(drops.jobOf(dropped.get(i)));
            lines.draw();
        }
        if (!lines.follow(drops.jobs(), LOAD_LIMIT)) {
            throw new Complaint("Not every job ended within " + Text.time(LOAD_LIMIT) + ".");
        }
    }

    private Drops.Drop drop(Scene scene, DropLines lines) throws IOException {
        var sample = scene.sample();
        return drops.put(
                scene.file(),
                new InboxKey(LocalStack.TENANT, sample.dataset(), sample.file()),
                Map.of(),
                bytes -> lines.drawUploaded(scene.line(), bytes));
    }

    private void report(List<Scene> scenes) {
        title("Jobs");
        var table =
                new Table(
                        right("NO"),
                        flexible("FILE"),
                        left("STATE"),
                        right("READ"),
                        right("LOADED"),
                        right("REJECTED"));
        for (var scene : scenes) {
            var job = scene.job();
            table.row(
                    Cell.of(String.valueOf(job.number())),
                    Cell.of(scene.sample().file()),
                    new Cell(job.state().name(), JobReport.ink(job)),
                    Cell.of(Text.count(job.rows().read())),
                    Cell.of(Text.count(job.rows().loaded())),
                    new Cell(Text.count(job.rows().rejected()), JobReport.rejectInk(job)));
            var failure = job.failure();
            if (failure != null) table.note(Text.safe(failure.message()));
            check(scene.sample(), job);
        }
        table.print(out);
    }

    private void check(Sample sample, Job job) {
        var good = sample.rejected() == 0 ? JobState.SUCCEEDED : JobState.SUCCEEDED_WITH_REJECTS;
        checks.same(sample.file() + ", state", good, job.state());
        checks.count(sample.file() + ", rows read", sample.read(), job.rows().read());
        checks.count(sample.file() + ", rows loaded", sample.loaded(), job.rows().loaded());
        checks.count(sample.file() + ", rows rejected", sample.rejected(), job.rows().rejected());
        checks.same(sample.file() + ", books balanced", true, job.rows().balanced());
    }

    private void showRejects(Job job) throws IOException, InterruptedException {
        title("What is wrong in " + job.fileName());
        var rejects = drops.jobs().rejects(job.id(), MOST_REJECTS);
        new JobReport(out).print(rejects.subList(0, Math.min(REJECTS_SHOWN, rejects.size())));
        var found = rejects.stream().map(DemoShow::damage).toList();
        var damages = Sample.damages();
        for (var damage : without(damages, found)) checks.missing(damage.sentence());
        for (var damage : without(found, damages)) checks.unexpected(damage.sentence());
        if (found.equals(damages)) {
            out.line(
                    "\n  All %d rejects are what the file was damaged with."
                            .formatted(found.size()));
        }
    }

    private static List<Sample.Damage> without(List<Sample.Damage> all, List<Sample.Damage> some) {
        return all.stream().filter(damage -> !some.contains(damage)).toList();
    }

    private static Sample.Damage damage(Reject reject) {
        var column = reject.column();
        return new Sample.Damage(reject.line(), reject.code(), column == null ? "" : column);
    }

    private void dropAgain(Scene first) throws IOException, InterruptedException {
        title("The same file once more");
        var scene = new Scene(first.sample(), first.file(), DropLine.anew(first.line()));
        var lines = new DropLines(out, List.of(scene.line()));
        scene.line().see(drops.jobOf(drop(scene, lines)));
        lines.follow(drops.jobs(), LOAD_LIMIT);
        var job = scene.job();
        out.line(
                "  Job %d: %s of job %d."
                        .formatted(job.number(), job.state(), first.job().number()));
        checks.same("Second drop, state", JobState.DUPLICATE, job.state());
        checks.same("Second drop, same as", first.job().id(), String.valueOf(job.duplicateOf()));
    }

    private void countRows(List<Scene> scenes) throws SQLException {
        title("Rows in the database");
        var table = new Table(left("TABLE"), right("ROWS"), right("EXPECTED"));
        for (var dataset :
                scenes.stream().map(scene -> scene.sample().dataset()).distinct().toList()) {
            var expected =
                    scenes.stream()
                            .filter(scene -> scene.sample().dataset().equals(dataset))
                            .mapToLong(scene -> scene.sample().loaded())
                            .sum();
            var rows = database.countRows(dataset);
            checks.count("Rows in table " + dataset, expected, rows);
            var ink = rows == expected ? Ink.GREEN : Ink.RED;
            table.row(
                    Cell.of(dataset),
                    new Cell(Text.count(rows), ink),
                    Cell.of(Text.count(expected)));
        }
        table.print(out);
    }

    private void tellHowToGoOn() {
        title("Go on");
        out.line("  ./sluice up                                  everything, to stay");
        out.line("  ./sluice put FILE --dataset navaids --wait   a file of yours");
        out.line("  ./sluice jobs                                what became of the files");
        out.line("  assets/datasets/                             datasets: add yours, apply it,");
        out.line("  ./sluice dataset apply NAME                  and drop its files");
    }

    @Override
    public void close() {
        drops.close();
    }
}
