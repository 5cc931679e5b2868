package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sluice check`: starts the check that is among the functions' jars, as a process of its own.
@Command(
        name = "check",
        header = "Reads a folder of files as jobs would, without any server.",
        description =
                "Reads every file of a folder as a job would and prints its records and its rejects"
                        + " by code. Each file is read by the fast reader and its plain sibling, and"
                        + " in chunks of many sizes; all must give the same, byte for byte. Without"
                        + " a dataset each file counts as text, in as many columns as it has (JSON"
                        + " Lines: as jsonb, a column for each member). Exit code 1: something"
                        + " differs or could not be opened.")
final class CheckFiles implements Callable<Integer> {
    @Parameters(
            paramLabel = "FOLDER",
            description = "The files, also those of its folders; or one file.")
    private Path folder = Path.of("");

    @ArgGroup private @Nullable Against against;

    /// What the files are held against.
    static final class Against {
        @Option(names = "--dataset", paramLabel = "D", description = "A dataset of the assets.")
        private @Nullable String dataset;

        @Option(names = "--dataset-file", paramLabel = "FILE", description = "Any dataset file.")
        private @Nullable Path file;

        @Option(
                names = "--format",
                paramLabel = "YAML",
                description = "A dataset file's `format`, such as '{delimiter: \";\"}'.")
        private @Nullable String format;
    }

    @Option(names = "--assets", paramLabel = "DIR", description = "The assets; default assets/.")
    private @Nullable Path assets;

    @Option(
            names = "--rejects",
            paramLabel = "N",
            defaultValue = "0",
            description = "Shows the first N rejects of each file; default ${DEFAULT-VALUE}.")
    private int rejects;

    @Option(
            names = "--sizes",
            paramLabel = "N",
            defaultValue = "8",
            description = "Random chunk sizes per large file; default ${DEFAULT-VALUE}.")
    private int sizes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "For the random sizes; default ${DEFAULT-VALUE}.")
    private long seed;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.exists(folder)) {
            throw new Complaint("There is no folder or file " + folder + ".");
        }
        var check = new ProcessBuilder(command()).inheritIO().start();
        try {
            return check.waitFor();
        } catch (InterruptedException e) {
            check.destroy();
            throw e;
        }
    }

    private List<String> command() {
        var installation = Installation.find();
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx1g"));
        // zstd's library
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
        command.add(installation.builtImage() + "/*");
        command.add("dev.sluice.check.Check");
        command.add(folder.toString());
        command.add((assets == null ? installation.assets() : assets).toString());
        command.add(Long.toString(seed));
        command.add(Integer.toString(sizes));
        command.add(Integer.toString(rejects));
        command.addAll(against());
        return command;
    }

    private List<String> against() {
        if (against != null && against.dataset != null) return List.of("dataset", against.dataset);
        if (against != null && against.file != null) {
            return List.of("file", against.file.toString());
        }
        var format = against == null ? null : against.format;
        return List.of("format", format == null ? "{}" : format);
    }
}
