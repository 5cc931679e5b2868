package dev.sluice.cli;

import dev.sluice.cli.stack.AssetsBucket;
import dev.sluice.cli.stack.AssetsBucket.Switched;
import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import dev.sluice.cli.terminal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sluice dataset put`.
@Command(
        name = "put",
        header = "Uploads dataset files and lookup tables.",
        description =
                "Uploads dataset files (NAME.yaml) and lookup tables (NAME.csv) into the bucket of"
                        + " assets, waits until they count, and says which were refused. Of a folder it"
                        + " takes what is in its datasets/ and lookups/. Ends with 2 when one was"
                        + " refused.")
final class DatasetPut implements Callable<Integer> {
    private static final String DATASET = ".yaml";
    private static final String LOOKUP = ".csv";

    private final Terminal out;
    private final Terminal err;

    @Mixin private final StackOptions stack = new StackOptions();

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files, or folders of them.")
    private List<Path> paths = new ArrayList<>();

    @Option(names = "--json", description = "Prints what Assets answered.")
    private boolean json;

    DatasetPut(Terminal out, Terminal err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var files = files();
        try (var assets = AssetsBucket.of(stack.endpoints())) {
            files.forEach((key, file) -> assets.put(file, key));
            var switched = assets.takeIn();
            if (json) out.line(switched.document());
            else print(switched, files.size());
            return (switched.refused().isEmpty() ? ExitCode.DONE : ExitCode.USAGE).number();
        }
    }

    private void print(Switched switched, int files) {
        for (var refused : switched.refused()) {
            err.line(
                    "  %s: %s"
                            .formatted(
                                    err.ink(Ink.RED, Text.safe(refused.file()) + " refused"),
                                    Text.safe(refused.message())));
        }
        out.line(
                "  %d uploaded; version %s %s."
                        .formatted(
                                files,
                                switched.version() == null ? "(none)" : switched.version(),
                                switched.switched() ? "counts from now on" : "still counts"));
    }

    /// What to upload, by key.
    private Map<String, Path> files() throws IOException {
        var files = new LinkedHashMap<String, Path>();
        for (var path : paths) {
            if (Files.isDirectory(path)) {
                addAll(files, path.resolve("datasets"), DATASET);
                addAll(files, path.resolve("lookups"), LOOKUP);
            } else {
                add(files, path);
            }
        }
        if (files.isEmpty()) throw new Complaint("There is nothing to upload in these folders.");
        return files;
    }

    private static void addAll(Map<String, Path> files, Path folder, String suffix)
            throws IOException {
        if (!Files.isDirectory(folder)) return;
        try (var found = Files.newDirectoryStream(folder, "*" + suffix)) {
            for (var file : found) add(files, file);
        }
    }

    private static void add(Map<String, Path> files, Path file) {
        var name = file.getFileName().toString();
        if (!Files.isRegularFile(file)) throw new Complaint("There is no file " + file + ".");
        if (name.endsWith(DATASET)) files.put("datasets/" + name, file);
        else if (name.endsWith(LOOKUP)) files.put("lookups/" + name, file);
        else throw new Complaint(file + " is neither a dataset (.yaml) nor a lookup table (.csv).");
    }
}
