package dev.sluice.check;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.DatasetException;
import dev.sluice.job.JobFailedException;
import dev.sluice.rows.FileInput;
import dev.sluice.rows.Header;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Lookups;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Runs every file of a folder against a dataset and says of each what a job would load and refuse,
/// and whether all ways of reading it agree.
///
/// Arguments: the folder, the assets' folder, a seed, how many chunk sizes, and `dataset NAME`,
/// `file DATASET.yaml` or `format {…}`: each file by a dataset of its own then, all its columns
/// text. `./sluice check` gives them.
public final class Check {
    private static final int MOST_COLUMNS = 1_598;

    private final PrintStream out;
    private final Path folder;
    private final Assets assets;
    private final Lookups lookups;
    private final long seed;
    private final int sizes;
    private final String kind;
    private final String which;
    private long files;
    private long refused;
    private long records;
    private long different;

    private Check(PrintStream out, List<String> arguments) {
        this.out = out;
        this.folder = Path.of(arguments.get(0));
        this.assets = new Assets(Path.of(arguments.get(1)));
        this.lookups = new Lookups(assets);
        this.seed = Long.parseLong(arguments.get(2));
        this.sizes = Integer.parseInt(arguments.get(3));
        this.kind = arguments.get(4);
        this.which = arguments.get(5);
    }

    public static void main(String[] arguments) throws IOException {
        System.exit(run(System.out, List.of(arguments)));
    }

    /// Gives the exit code: 0 where all agree, 1 where something differs, 2 without a dataset.
    static int run(PrintStream out, List<String> arguments) throws IOException {
        try {
            return new Check(out, arguments).run();
        } catch (DatasetException e) {
            var why = String.valueOf(e.getMessage());
            // the place of a format's mistake is in a file that nobody wrote
            boolean written = !arguments.get(4).equals("format");
            out.println(written ? why : why.replaceFirst("^[^ ]*:", "--format:"));
            return 2;
        }
    }

    private int run() throws IOException {
        List<Path> all;
        try (var found = Files.walk(folder)) {
            all = found.filter(Files::isRegularFile).sorted().toList();
        }
        var given = given();
        for (var file : all) {
            check(file, given);
        }
        out.printf(
                "%d files, %d refused as a whole, %d records, %d files with differences (seed"
                        + " %d)%n",
                files, refused, records, different, seed);
        return different == 0 ? 0 : 1;
    }

    private void check(Path file, @Nullable Dataset given) throws IOException {
        files++;
        var name = folder.relativize(file);
        // each file has its own sizes, whichever others are there
        var random = new Random(seed ^ name.toString().hashCode());
        try {
            var dataset = given == null ? ofTheFile(file) : given;
            tell(name, new FileCheck(dataset, lookups, file, sizes, random).run());
        } catch (JobFailedException e) {
            refused++;
            out.printf("refused    %s: %s: %s%n", name, e.code(), e.getMessage());
        } catch (RuntimeException | StackOverflowError e) {
            different++;
            out.printf("DIFFERENT  %s: the reader broke: %s%n", name, e);
        }
    }

    private void tell(Path name, FileCheck.Outcome outcome) {
        var result = outcome.result();
        if (!outcome.differences().isEmpty()) {
            different++;
            outcome.differences().stream()
                    .limit(3)
                    .forEach(it -> out.printf("DIFFERENT  %s: %s%n", name, it));
        } else if (result == null) {
            refused++;
            out.printf("refused    %s: %s%n", name, outcome.refusal());
        } else {
            records += result.read();
            out.printf(
                    "agrees     %s: %d records, %d rows, %d rejects%s%s; %d chunk sizes%n",
                    name,
                    result.read(),
                    result.rows(),
                    result.rejects(),
                    outcome.rejects().isEmpty() ? "" : " " + outcome.rejects(),
                    result.mended() == 0 ? "" : ", %d mended".formatted(result.mended()),
                    outcome.chunkSizes());
        }
    }

    private @Nullable Dataset given() throws IOException {
        return switch (kind) {
            case "dataset" -> assets.dataset(which);
            case "file" -> Dataset.read(Path.of(which));
            default -> {
                // its own mistakes are no file's
                var _ = texts(1);
                yield null;
            }
        };
    }

    // every column of the file by its position, as text
    private Dataset ofTheFile(Path file) throws IOException {
        var probe = texts(1);
        try (var in = FileInput.open(Files.newInputStream(file), Limits.DEFAULT)) {
            var fields = Header.read(in, probe, Limits.DEFAULT).layout().names().size();
            return texts(Math.clamp(fields, 1, MOST_COLUMNS));
        }
    }

    private Dataset texts(int columns) throws IOException {
        var json = which.contains("jsonl");
        var yaml =
                "dataset: any\ntable: any\nformat: %s\ncolumns: [%s]\n"
                        .formatted(
                                which,
                                IntStream.rangeClosed(1, columns)
                                        .mapToObj(n ->
                                                "{name: c%d, %s, type: %s}"
                                                        .formatted(
                                                                n,
                                                                json ? "from: value" : "from: " + n,
                                                                json ? "jsonb" : "text"))
                                        .collect(Collectors.joining(", ")));
        var folder = Files.createTempDirectory("sluice-check");
        var file = folder.resolve("any.yaml");
        try {
            Files.writeString(file, yaml, StandardCharsets.UTF_8);
            return Dataset.read(file);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }
}
