package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.terminal.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sluice retry ID`.
@Command(
        name = "retry",
        header = "Tries a failed job again.",
        description =
                "Tries a failed job again, under its own id. With --watch it follows the job and ends with 1 when it failed, with 3 when rows were rejected.")
final class RetryJob implements Callable<Integer> {
    private final Terminal out;
    private final Terminal err;

    @Mixin private final StackOptions stack = new StackOptions();

    @Parameters(
            paramLabel = "ID",
            description = "The job's id, or its number as ./sluice jobs lists it.")
    private String id = "";

    @Option(names = "--watch", description = "Follows the job to its end.")
    private boolean watch;

    RetryJob(Terminal out, Terminal err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (var jobs = Jobs.of(stack.endpoints())) {
            var job = jobs.move(jobs.byIdOrNumber(id).id(), "retry");
            out.line("Job %d is %s.".formatted(job.number(), job.state()));
            if (!watch) return ExitCode.DONE.number();
            var line = DropLine.of(job);
            new DropLines(err, List.of(line)).follow(jobs, Duration.ofDays(7));
            return ExitCode.of(line.job().orElseThrow(() -> new Complaint("The job vanished.")))
                    .number();
        }
    }
}
