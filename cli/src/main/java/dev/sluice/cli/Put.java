package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.InboxKey;
import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.Json;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import dev.sluice.cli.terminal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
            description = "Your own mark for the job; it stands in its document.")
    private @Nullable String label;

    @Option(
            names = "--tenant",
            paramLabel = "NAME",
            description = "Whose drop it is (default: ${DEFAULT-VALUE}).")
    private String tenant = "demo";

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
        var found = new ArrayList<Job>();
        try (var drops = new Drops(endpoints)) {
            for (var file : files) found.add(drop(drops, file));
        }
        if (json) out.line(Json.pretty(documents(found)));
        return found.stream().map(ExitCode::of).reduce(ExitCode.DONE, ExitCode::and).number();
    }

    private static Map<String, Object> documents(List<Job> jobs) {
        return Map.of("jobs", jobs.stream().map(Job::document).toList());
    }

    private void check() {
        if (name != null && files.size() > 1) {
            throw new Complaint("--name goes with one file only.");
        }
        for (var file : files) {
            if (!Files.isRegularFile(file)) throw new Complaint("There is no file " + file + ".");
            if (!Files.isReadable(file)) throw new Complaint("You may not read " + file + ".");
        }
    }

    private Job drop(Drops drops, Path file) throws IOException, InterruptedException {
        var line = new DropLine(nameOf(file), Files.size(file));
        var lines = new DropLines(err, List.of(line));
        lines.draw();
        var key = new InboxKey(tenant, dataset, nameOf(file));
        var dropped = drops.put(file, key, label, bytes -> lines.drawUploaded(line, bytes));
        line.see(drops.jobOf(dropped));
        lines.draw();
        if (wait) lines.follow(drops.jobs(), LONGEST_LOAD);
        err.settle();
        var job = line.job().orElseThrow();
        if (!json) out.line(job.id());
        if (wait) explain(job);
        return job;
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
