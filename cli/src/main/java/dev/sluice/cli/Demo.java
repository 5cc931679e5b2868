package dev.sluice.cli;

import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sluice demo`.
@Command(
        name = "demo",
        header = "Shows it all on sample files, then stops.",
        description =
                "Starts everything in a temporary folder, drops sample files, shows what becomes of"
                        + " them, and stops. Ends with 0 only if every count is as expected.")
final class Demo implements Callable<Integer> {
    private final Terminal out;

    @Option(names = "--keep", description = "Leaves the folder, to go on with ./sluice up.")
    private boolean keep;

    Demo(Terminal out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        var folder = Files.createTempDirectory("sluice-demo-");
        try (var _ = new StopSignal()) {
            return run(folder).number();
        } finally {
            if (!keep) delete(folder);
        }
    }

    private ExitCode run(Path folder) throws IOException, InterruptedException, SQLException {
        out.line(
                out.ink(Ink.BOLD, "Sluice " + Version.number())
                        + "  files from S3 into PostgreSQL, every good row exactly once");
        out.blankLine();
        var data = folder.resolve("data");
        var installation = Installation.find();
        var settings =
                new LocalStack.Settings(
                        installation, data, installation.assets(), /* apiPort= */ 0, Map.of());
        var checks = new Checks();
        try (var stack = LocalStack.start(settings, out);
                var show = new DemoShow(out, stack.endpoints(), checks)) {
            show.run(Files.createDirectory(folder.resolve("files")));
            out.blankLine();
            new StackReport(out).databaseProxy(stack);
            stack.databaseProxy()
                    .ifPresent(it -> checks.count("Pins of the database proxy", 0, it.pinned()));
        }
        return conclude(checks, data);
    }

    private ExitCode conclude(Checks checks, Path data) {
        out.blankLine();
        if (keep) out.line("Kept; go on with ./sluice up --data " + data);
        for (var difference : checks.differences()) out.line(out.ink(Ink.RED, difference));
        if (!checks.differences().isEmpty()) return ExitCode.FAILED;
        out.line(out.ink(Ink.GREEN, "Every count is as expected.") + " Everything is stopped.");
        return ExitCode.DONE;
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path directory, @Nullable IOException failure) throws IOException {
                        if (failure != null) throw failure;
                        Files.delete(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
