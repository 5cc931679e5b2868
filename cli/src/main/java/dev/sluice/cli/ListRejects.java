package dev.sluice.cli;

import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.stack.Json;
import dev.sluice.cli.stack.Reject;
import dev.sluice.cli.terminal.Terminal;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sluice rejects ID`.
@Command(
        name = "rejects",
        header = "Lists the records that a job refused.",
        description = "Lists the records that a job refused: where, why, and what the file says.")
final class ListRejects implements Callable<Integer> {
    private final Terminal out;

    @Mixin private final StackOptions stack = new StackOptions();

    @Parameters(
            paramLabel = "ID",
            description = "The job's id, or its number as ./sluice jobs lists it.")
    private String id = "";

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit = 100;

    @Option(
            names = "--csv",
            description =
                    "Writes all refused records as they stand in the file, the reasons behind each:"
                            + " to be mended and put again.")
    private boolean csv;

    @Option(names = "--json", description = "Prints {\"rejects\":[...]} for scripts.")
    private boolean json;

    ListRejects(Terminal out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (var jobs = Jobs.of(stack.endpoints())) {
            var job = jobs.byIdOrNumber(id);
            if (csv) {
                writeFile(jobs, job);
                return ExitCode.DONE.number();
            }
            var rejects = jobs.rejects(job.id(), limit);
            if (json) {
                var documents = rejects.stream().map(Reject::document).toList();
                out.line(Json.pretty(Map.of("rejects", documents)));
            } else if (rejects.isEmpty()) {
                out.line("Job " + job.number() + " rejected nothing.");
            } else {
                new JobReport(out).print(rejects);
                var more = job.rows().rejected() - rejects.size();
                if (more > 0) out.line("\n  " + more + " more: give --limit");
            }
        }
        return ExitCode.DONE.number();
    }

    // Bytes as they are: a terminal's text would change them.
    private static void writeFile(Jobs jobs, Job job) throws IOException, InterruptedException {
        try (var bytes = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out))) {
            jobs.rejectFile(job.id(), bytes);
        }
    }
}
