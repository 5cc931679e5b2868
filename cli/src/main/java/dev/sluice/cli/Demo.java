package dev.sluice.cli;

import dev.sluice.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `sluice demo`.
@Command(name = "demo", mixinStandardHelpOptions = true, description = "Shows it all.")
final class Demo implements Callable<Integer> {
    private final Terminal out;

    Demo(Terminal out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        out.line("soon");
        return ExitCode.USAGE.number();
    }
}
