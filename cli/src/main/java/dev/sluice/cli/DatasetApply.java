package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.Functions;
import dev.sluice.cli.stack.Migration;
import dev.sluice.cli.stack.Migration.Outcome;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sluice dataset apply`.
@Command(
        name = "apply",
        header = "Creates or extends the tables of datasets.",
        description =
                "Creates or extends the tables of datasets, by the Migrate function, from their"
                        + " files in assets/datasets.")
final class DatasetApply implements Callable<Integer> {
    private final Terminal out;
    private final Terminal err;

    @Mixin private final StackOptions stack = new StackOptions();

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "The datasets.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--all", description = "Every dataset that has a file.")
    private boolean all;

    @Option(names = "--json", description = "Prints what Migrate answered.")
    private boolean json;

    DatasetApply(Terminal out, Terminal err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        if (all == !names.isEmpty()) throw new Complaint("Name the datasets, or give --all.");
        var refused = false;
        try (var functions = Functions.of(stack.endpoints())) {
            var migration = new Migration(functions);
            if (all) refused = tell(migration.applyAll());
            for (var name : names) refused |= tell(migration.apply(name));
        }
        return (refused ? ExitCode.USAGE : ExitCode.DONE).number();
    }

    private boolean tell(Outcome outcome) {
        if (json) out.line(outcome.document());
        else print(outcome, out, err);
        return !outcome.refused().isEmpty();
    }

    static void print(Outcome outcome, Terminal out, Terminal err) {
        for (var applied : outcome.applied()) {
            out.line("  " + out.ink(Ink.GREEN, applied.dataset()) + ": " + applied.sentence());
        }
        for (var refused : outcome.refused()) {
            err.line("  " + err.ink(Ink.RED, refused.dataset()) + ": " + refused.sentence());
        }
    }
}
