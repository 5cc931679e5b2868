package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sluice up`.
@Command(
        name = "up",
        header = "Starts everything on this machine and stays.",
        description =
                "Starts everything on this machine and stays until Ctrl-C. A second start on the"
                        + " same folder goes on from where the first stopped.")
final class Up implements Callable<Integer> {
    private final Terminal out;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keeps everything here (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of(".sluice");

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "The API's port (default: the last one used here, else any).")
    private int port;

    @Option(
            names = "--assets",
            paramLabel = "DIR",
            description = "Datasets and lookups (default: assets/ of the project).")
    private @Nullable Path assets;

    @Option(
            names = "--parameter",
            paramLabel = "NAME=VALUE",
            description = "A parameter of template.yaml, such as ChunkBytes=262144.")
    private Map<String, String> parameters = new LinkedHashMap<>();

    Up(Terminal out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        if (port < 0 || port > 65_535) throw new Complaint("Not a port: " + port + ".");
        var installation = Installation.find();
        var settings =
                new LocalStack.Settings(
                        installation,
                        data,
                        assets == null ? installation.assets() : assets,
                        port,
                        parameters);
        out.line(out.ink(Ink.BOLD, "Sluice " + Version.number()));
        try (var signal = new StopSignal();
                var stack = LocalStack.start(settings, out)) {
            var report = new StackReport(out);
            report.print(stack, settings);
            out.line("ready");
            stay(signal);
            report.databaseProxy(stack);
        }
        return ExitCode.DONE.number();
    }

    private static void stay(StopSignal signal) {
        try {
            signal.await();
        } catch (InterruptedException _) {
            // how it ends: by the signal
        }
    }
}
