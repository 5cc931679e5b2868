package dev.sluice.cli;

import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.terminal.Terminal;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `sluice cancel ID`.
@Command(
        name = "cancel",
        header = "Ends a job that has not ended.",
        description =
                "Ends a job that has not ended. What is committed stays, what is under way is rolled back.")
final class CancelJob implements Callable<Integer> {
    private final Terminal out;

    @Mixin private final StackOptions stack = new StackOptions();

    @Parameters(
            paramLabel = "ID",
            description = "The job's id, or its number as ./sluice jobs lists it.")
    private String id = "";

    CancelJob(Terminal out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (var jobs = Jobs.of(stack.endpoints())) {
            var job = jobs.move(jobs.byIdOrNumber(id).id(), "cancel");
            out.line("Job %d is %s.".formatted(job.number(), job.state()));
            return ExitCode.DONE.number();
        }
    }
}
