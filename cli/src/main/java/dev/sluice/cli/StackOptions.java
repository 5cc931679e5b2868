package dev.sluice.cli;

import dev.sluice.cli.stack.Endpoints;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which stack a command speaks to.
final class StackOptions {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The folder of a running ./sluice up (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of(".sluice");

    @Option(
            names = "--endpoints",
            paramLabel = "FILE",
            description = "An endpoints file of a stack elsewhere, such as in AWS.")
    private @Nullable Path file;

    Endpoints endpoints() {
        return Endpoints.read(file == null ? Endpoints.fileIn(data) : file);
    }

    /// The data folder, where the stack is on this machine.
    Optional<Path> dataFolder() {
        return file == null ? Optional.of(data) : Optional.empty();
    }
}
