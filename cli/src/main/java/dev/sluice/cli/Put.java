package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.InboxKey;
import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.Json;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import dev.sluice.cli.terminal.Text;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sluice put`.
@Command(
        name = "put",
        header = "Uploads files into a dataset.",
        description =
                "Uploads files into a dataset and prints each one's job id on standard output. With"
                        + " --wait it follows the jobs and ends with 1 when one failed, with 3 when rows"
                        + " were rejected.")
final class Put implements Callable<Integer> {
    private static final Duration LONGEST_LOAD = Duration.ofDays(7);

    private final Terminal out;
    private final Terminal err;

    @Mixin private final StackOptions stack = new StackOptions();

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "What to upload.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            required = true,
            description = "The dataset that the rows belong to.")
    private String dataset = "";

    @Option(names = "--wait", description = "Follows the jobs to their end.")
    private boolean wait;

    @Option(
            names = "--label",
            paramLabel = "TEXT",
            description =
                    "Your own mark for the job; a dataset has one job of it, so that the same"
                            + " command a second time loads nothing twice.")
    private @Nullable String label;

    @Option(
            names = "--dry-run",
            description = "Checks everything and reports it, and loads no row.")
    private boolean dryRun;

    @Option(
            names = "--max-reject-ratio",
            paramLabel = "0..1",
            description =
                    "Fails the job when more than this part of the records is refused; may only be"
                            + " stricter than the dataset.")
    private @Nullable Double maxRejectRatio;

    @Option(
            names = "--tenant",
            paramLabel = "NAME",
            description = "Whose drop it is (default: the tenant of the endpoints' token).")
    private @Nullable String tenant;

    @Option(
            names = "--name",
            paramLabel = "TEXT",
            description = "The name in the inbox (default: the file's own name).")
    private @Nullable String name;

    @Option(names = "--json", description = "Prints {\"jobs\":[...]} instead of ids.")
    private boolean json;

    Put(Terminal out, Terminal err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        var endpoints = stack.endpoints();
        var reader = endpoints.tenant();
        var owner = tenant == null ? reader : tenant;
        var found = new ArrayList<Job>();
        try (var drops = new Drops(endpoints)) {
            for (var file : files) drop(drops, file, owner, reader).ifPresent(found::add);
        }
        if (json) out.line(Json.pretty(documents(found)));
        if (!wait) return ExitCode.DONE.number();
        return found.stream().map(ExitCode::of).reduce(ExitCode.DONE, ExitCode::and).number();
    }

    private static Map<String, Object> documents(List<Job> jobs) {
        return Map.of("jobs", jobs.stream().map(Job::document).toList());
    }

    private void check() {
        if (files.size() > 1 && (name != null || label != null)) {
            throw new Complaint("--name and --label go with one file only.");
        }
        if (maxRejectRatio != null && !(maxRejectRatio >= 0 && maxRejectRatio <= 1)) {
            throw new Complaint("--max-reject-ratio is a number from 0 to 1.");
        }
        for (var file : files) {
            if (!Files.isRegularFile(file)) throw new Complaint("There is no file " + file + ".");
            if (!Files.isReadable(file)) throw new Complaint("You may not read " + file + ".");
        }
    }

    /// A file's one line on the screen.
    private record Shown(DropLine line, DropLines lines) {
        static Shown on(Terminal terminal, String name, long bytes) {
            var line = new DropLine(name, bytes);
            return new Shown(line, new DropLines(terminal, List.of(line)));
        }
    }

    /// The file's job, where the endpoints' token may see it.
    private Optional<Job> drop(Drops drops, Path file, String owner, String reader)
            throws IOException, InterruptedException {
        var shown = Shown.on(err, nameOf(file), Files.size(file));
        if (label != null && owner.equals(reader) && metadata().size() == 1) {
            var job = upload(drops, file, label, owner, shown);
            if (job.isPresent()) return Optional.of(follow(drops, job.get(), shown));
        }
        var drop = upload(drops, file, owner, shown);
        if (owner.equals(reader)) return Optional.of(follow(drops, drops.jobOf(drop), shown));
        tellWhoseItIs(drop);
        return Optional.empty();
    }

    private Drops.Drop upload(Drops drops, Path file, String owner, Shown shown)
            throws IOException {
        shown.lines().draw();
        var key = new InboxKey(owner, dataset, nameOf(file));
        return drops.put(
                file, key, metadata(), bytes -> shown.lines().drawUploaded(shown.line(), bytes));
    }

    private Optional<Job> upload(Drops drops, Path file, String known, String owner, Shown shown)
            throws IOException, InterruptedException {
        shown.lines().draw();
        var key = new InboxKey(owner, dataset, nameOf(file));
        return drops.upload(
                file, key, known, bytes -> shown.lines().drawUploaded(shown.line(), bytes));
    }

    /// What the drop says of itself.
    private Map<String, String> metadata() {
        var metadata = new LinkedHashMap<String, String>();
        if (label != null) metadata.put("sluice-label", label);
        if (dryRun) metadata.put("sluice-dry-run", "true");
        if (maxRejectRatio != null) {
            metadata.put(
                    "sluice-max-reject-ratio", BigDecimal.valueOf(maxRejectRatio).toPlainString());
        }
        return metadata;
    }

    private Job follow(Drops drops, Job dropped, Shown shown)
            throws IOException, InterruptedException {
        shown.line().see(dropped);
        shown.lines().draw();
        if (wait) shown.lines().follow(drops.jobs(), LONGEST_LOAD);
        err.settle();
        var job = shown.line().job().orElseThrow();
        if (!json) out.line(job.id());
        if (wait) explain(job);
        return job;
    }

    private void tellWhoseItIs(Drops.Drop drop) {
        err.settle();
        err.line(
                "  %s is uploaded; only a token of tenant %s can follow its job."
                        .formatted(Text.safe(drop.key().text()), drop.key().tenant()));
    }

    private String nameOf(Path file) {
        return name == null ? file.getFileName().toString() : name;
    }

    private void explain(Job job) {
        var failure = job.failure();
        if (failure != null) err.line("  " + err.ink(Ink.RED, Text.safe(failure.message())));
        if (job.rows().rejected() > 0) err.line("  see: ./sluice rejects " + job.number());
    }
}
