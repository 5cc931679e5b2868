package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.Inbox;
import dev.sluice.cli.stack.InboxKey;
import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.Jobs;
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
        mixinStandardHelpOptions = true,
        description =
                "Uploads files into a dataset and prints each one's job id on standard output. With"
                        + " --wait it follows the jobs and ends with 1 when one failed, with 3 when rows"
                        + " were rejected.")
final class Put implements Callable<Integer> {
    /// A drop whose event was lost is found by the Sweep within minutes.
    private static final Duration JOB_LIMIT = Duration.ofMinutes(5);

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
        try (var inbox = Inbox.of(endpoints);
                var jobs = Jobs.of(endpoints)) {
            for (var file : files) found.add(drop(inbox, jobs, file));
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

    private Job drop(Inbox inbox, Jobs jobs, Path file) throws IOException, InterruptedException {
        var key = new InboxKey(tenant, dataset, nameOf(file));
        var line = new DropLine(nameOf(file), Files.size(file));
        var lines = new DropLines(err, List.of(line));
        lines.draw();
        var version =
                inbox.put(
                        file,
                        key.text(),
                        label,
                        bytes -> {
                            line.uploaded(bytes);
                            lines.draw();
                        });
        var job = jobs.await(key.text(), version, JOB_LIMIT).orElseThrow(() -> noJob(key));
        line.see(job);
        lines.draw();
        if (wait) {
            lines.follow(jobs, Duration.ofDays(7));
        } else {
            err.settle();
        }
        var last = line.job().orElse(job);
        if (!json) out.line(last.id());
        if (wait) explain(last);
        return last;
    }

    private String nameOf(Path file) {
        return name == null ? file.getFileName().toString() : name;
    }

    private static Complaint noJob(InboxKey key) {
        return new Complaint(
                "%s is uploaded, but no job of it showed up in %s. A tenant sees its own jobs only."
                        .formatted(key.text(), Text.time(JOB_LIMIT)));
    }

    private void explain(Job job) {
        var failure = job.failure();
        if (failure != null) err.line("  " + err.ink(Ink.RED, Text.safe(failure.message())));
        if (job.rows().rejected() > 0) err.line("  see: ./sluice rejects " + job.number());
    }
}
