package dev.sluice.cli;

import static dev.sluice.cli.terminal.Table.flexibleEnd;
import static dev.sluice.cli.terminal.Table.left;
import static dev.sluice.cli.terminal.Table.right;

import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.JobState;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.stack.Json;
import dev.sluice.cli.terminal.Table;
import dev.sluice.cli.terminal.Table.Cell;
import dev.sluice.cli.terminal.Table.Column;
import dev.sluice.cli.terminal.Terminal;
import dev.sluice.cli.terminal.Text;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `sluice jobs`.
@Command(name = "jobs", header = "Lists jobs, the newest first.")
final class ListJobs implements Callable<Integer> {
    private static final int WIDE = 116;

    private final Terminal out;

    @Mixin private final StackOptions stack = new StackOptions();

    @Option(names = "--dataset", paramLabel = "NAME", description = "Only jobs of this dataset.")
    private @Nullable String dataset;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "Only jobs in this state: ${COMPLETION-CANDIDATES}.")
    private @Nullable JobState state;

    @Option(names = "--key", paramLabel = "KEY", description = "Only drops under this exact key.")
    private @Nullable String key;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit = 20;

    @Option(names = "--json", description = "Prints {\"jobs\":[...]} for scripts.")
    private boolean json;

    ListJobs(Terminal out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var filter = new Jobs.Filter(dataset, state == null ? null : state.name(), key);
        try (var jobs = Jobs.of(stack.endpoints())) {
            var found = jobs.list(filter, limit);
            if (json) printJson(found);
            else print(found);
        }
        return ExitCode.DONE.number();
    }

    private void printJson(List<Job> jobs) {
        out.line(Json.pretty(Map.of("jobs", jobs.stream().map(Job::document).toList())));
    }

    private void print(List<Job> jobs) {
        if (jobs.isEmpty()) {
            out.line("No jobs.");
            return;
        }
        var wide = out.width() >= WIDE;
        var table = new Table(columns(wide));
        var now = Instant.now();
        for (var job : jobs) table.row(cells(job, wide, now));
        table.print(out);
        if (!wide) out.line("\n  ./sluice job NO shows one of them, with its id.");
    }

    private static Column[] columns(boolean wide) {
        var columns = new ArrayList<Column>();
        columns.add(right("NO"));
        if (wide) columns.add(left("ID"));
        columns.add(left("STATE"));
        columns.add(right("READ"));
        columns.add(right("REJECTED"));
        columns.add(right("DROPPED"));
        columns.add(flexibleEnd("KEY"));
        return columns.toArray(Column[]::new);
    }

    private static Cell[] cells(Job job, boolean wide, Instant now) {
        var cells = new ArrayList<Cell>();
        cells.add(Cell.of(String.valueOf(job.number())));
        if (wide) cells.add(Cell.of(job.id()));
        cells.add(new Cell(job.state().name(), JobReport.ink(job)));
        cells.add(Cell.of(Text.count(job.rows().read())));
        cells.add(new Cell(Text.count(job.rows().rejected()), JobReport.rejectInk(job)));
        cells.add(Cell.of(Text.ago(job.createdAt(), now)));
        cells.add(Cell.of(Text.safe(job.drop().key())));
        return cells.toArray(Cell[]::new);
    }
}
