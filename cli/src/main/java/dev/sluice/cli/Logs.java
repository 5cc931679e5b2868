package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.Endpoints;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import dev.sluice.cli.terminal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sluice logs`.
@Command(
        name = "logs",
        header = "Prints what the functions wrote.",
        description =
                "Prints what functions wrote, each line with its function where it is several.")
final class Logs implements Callable<Integer> {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
    private static final String SUFFIX = ".log";

    private final Terminal out;

    @Mixin private final StackOptions stack = new StackOptions();

    @Parameters(
            paramLabel = "FUNCTION",
            arity = "0..1",
            description = "Its id in the template, such as Load (default: all).")
    private @Nullable String function;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on with what comes, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "Begins with the last N lines of each log (default: ${DEFAULT-VALUE}).")
    private int lines = 200;

    Logs(Terminal out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var data = dataFolder();
        var wanted = wantedLog(data);
        var tails = new ArrayList<LogTail>();
        addNew(tails, data, wanted);
        if (tails.isEmpty() && !follow)
            throw new Complaint("No function has written anything yet.");
        for (var tail : tails) print(tail, tail.last(lines));
        while (follow) {
            Thread.sleep(BETWEEN_LOOKS);
            addNew(tails, data, wanted);
            for (var tail : tails) print(tail, tail.more());
        }
        return ExitCode.DONE.number();
    }

    private Path dataFolder() {
        return stack.dataFolder()
                .orElseThrow(() ->
                        new Complaint(
                                "In AWS the logs are in CloudWatch: aws logs tail"
                                        + " /aws/lambda/NAME --follow"));
    }

    private static Path logs(Path data) {
        var folder = data.resolve("logs");
        if (!Files.isDirectory(folder)) throw new Complaint("There are no logs in " + data + ".");
        return folder;
    }

    private static void addNew(List<LogTail> tails, Path data, @Nullable String name)
            throws IOException {
        try (var files = Files.newDirectoryStream(logs(data), "*" + SUFFIX)) {
            for (var file : files) {
                var of = file.getFileName().toString().replace(SUFFIX, "");
                var wanted = name == null || name.equals(of);
                if (wanted && tails.stream().noneMatch(tail -> tail.name().equals(of))) {
                    tails.add(new LogTail(of, file));
                }
            }
        }
        tails.sort(Comparator.comparing(LogTail::name));
    }

    /// Logs go by logical id; who asks may give the function's name.
    private @Nullable String wantedLog(Path data) {
        var wanted = function;
        if (wanted == null || !Files.exists(Endpoints.fileIn(data))) return wanted;
        return Endpoints.read(Endpoints.fileIn(data)).logicalId(wanted);
    }

    private void print(LogTail tail, List<String> written) {
        var prefix = function == null ? out.ink(Ink.CYAN, tail.name()) + " " : "";
        for (var line : written) out.line(prefix + Text.safe(line).replace("\\t", "  "));
    }
}
