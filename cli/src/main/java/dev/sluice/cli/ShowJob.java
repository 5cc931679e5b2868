package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.stack.Json;
import dev.sluice.cli.terminal.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sluice job ID`.
@Command(
        name = "job",
        header = "Shows one job, or follows it to its end.",
        description =
                "Shows one job: its state, its books and its first rejects. Ends with 1 when the"
                        + " job failed, with 3 when rows were rejected.")
final class ShowJob implements Callable<Integer> {
    private final Terminal out;
    private final Terminal err;

    @Mixin private final StackOptions stack = new StackOptions();

    @Parameters(
            paramLabel = "ID",
            description = "The job's id, or its number as ./sluice jobs lists it.")
    private String id = "";

    @Option(names = "--watch", description = "Follows the job to its end.")
    private boolean watch;

    @Option(names = "--json", description = "Prints the job document.")
    private boolean json;

    ShowJob(Terminal out, Terminal err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (var jobs = Jobs.of(stack.endpoints())) {
            var job = jobs.byIdOrNumber(id);
            if (watch) job = follow(jobs, job);
            if (json) out.line(Json.pretty(job.document()));
            else print(job);
            return ExitCode.of(job).number();
        }
    }

    private Job follow(Jobs jobs, Job job) throws IOException, InterruptedException {
        var line = DropLine.of(job);
        new DropLines(err, List.of(line)).follow(jobs, Duration.ofDays(7));
        return line.job().orElseThrow(() -> new Complaint("The job vanished."));
    }

    private void print(Job job) {
        var report = new JobReport(out);
        report.print(job);
        if (job.firstRejects().isEmpty()) return;
        out.blankLine();
        report.print(job.firstRejects());
        var more = job.rows().rejected() - job.firstRejects().size();
        if (more > 0) out.line("\n  " + more + " more: ./sluice rejects " + job.number());
    }
}
