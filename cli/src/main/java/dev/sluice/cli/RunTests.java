package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `sluice test`, as far as it gets here: the launcher runs the tests by Maven before it comes to
/// any of these commands.
@Command(name = "test", header = "Builds this project and runs its tests.")
final class RunTests implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new Complaint("Tests are run by the launcher: ./sluice test.");
    }
}
