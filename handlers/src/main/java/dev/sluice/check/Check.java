package dev.sluice.check;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.DatasetException;
import dev.sluice.dataset.Format;
import dev.sluice.job.JobFailedException;
import dev.sluice.job.RejectCode;
import dev.sluice.rows.FileInput;
import dev.sluice.rows.Header;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Lookups;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Runs every file of a folder against a dataset and says of each what a job would load and refuse,
/// and whether all ways of reading it agree.
///
/// Arguments: the folder or a file, the assets' folder, a seed, how many chunk sizes, how many
/// rejects of each file to show, and `dataset NAME`, `file DATASET.yaml` or `format {…}`: each file
/// by a dataset of its own then, all its columns text (or jsonb). `./sluice check` gives them.
public final class Check {
    private static final int MOST_COLUMNS = 1_598;

    private final PrintStream out;
    private final Path folder;
    private final Assets assets;
    private final Lookups lookups;
    private final long seed;
    private final int sizes;
    private final int shown;
    private final String kind;
    private final String which;
    private long files;
    private long refused;
    private long unread;
    private long records;
    private long rows;
    private long rejects;
    private final Map<RejectCode, Long> rejectsByCode = new EnumMap<>(RejectCode.class);
    private long different;

    private Check(PrintStream out, List<String> arguments) {
        this.out = out;
        this.folder = Path.of(arguments.get(0));
        this.assets = new Assets(Path.of(arguments.get(1)));
        this.lookups = new Lookups(assets);
        this.seed = Long.parseLong(arguments.get(2));
        this.sizes = Integer.parseInt(arguments.get(3));
        this.shown = Integer.parseInt(arguments.get(4));
        this.kind = arguments.get(5);
        this.which = arguments.get(6);
    }

    public static void main(String[] arguments) throws IOException {
        System.exit(run(System.out, List.of(arguments)));
    }

    /// Gives the exit code: 0 where all agree, 1 where something differs or could not be opened, 2
    /// without a dataset.
    static int run(PrintStream out, List<String> arguments) throws IOException {
        try {
            return new Check(out, arguments).run();
        } catch (DatasetException e) {
            var why = String.valueOf(e.getMessage());
            // the place of a format's mistake is in a file that nobody wrote
            boolean written = !arguments.get(5).equals("format");
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
                "%s: %d agree, %d refused as a whole, %d with differences%s (seed %d)%n"
                        + "%s: %s, %s%s%n",
                count(files, "file"),
                files - refused - different - unread,
                refused,
                different,
                unread == 0 ? "" : ", %d could not be opened".formatted(unread),
                seed,
                count(records, "record"),
                count(rows, "row"),
                count(rejects, "reject"),
                rejectsByCode.isEmpty() ? "" : " " + rejectsByCode);
        return different + unread == 0 ? 0 : 1;
    }

    static String count(long n, String what) {
        return n == 1 ? "1 " + what : n + " " + what + "s";
    }

    private void check(Path file, @Nullable Dataset given) {
        files++;
        var name = file.equals(folder) ? file.getFileName() : folder.relativize(file);
        // each file has its own sizes, whichever others are there
        var random = new Random(seed ^ name.toString().hashCode());
        try {
            var dataset = given == null ? ofTheFile(file, name) : given;
            tell(name, new FileCheck(dataset, lookups, file, sizes, shown, random).run());
        } catch (JobFailedException e) {
            refused++;
            out.printf("refused    %s: %s: %s%n", name, e.code(), e.getMessage());
        } catch (IOException e) {
            unread++;
            out.printf("UNREAD     %s: %s%n", name, e);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
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
            add(result, outcome.rejectsByCode());
            var byCode = outcome.rejectsByCode();
            out.printf(
                    "agrees     %s: %s, %s, %s%s%s; %s%n",
                    name,
                    count(result.read(), "record"),
                    count(result.rows(), "row"),
                    count(result.rejects(), "reject"),
                    byCode.isEmpty() ? "" : " " + byCode,
                    result.mended() == 0 ? "" : ", %d mended".formatted(result.mended()),
                    outcome.chunks());
            for (var reject : outcome.firstRejects()) {
                out.printf(
                        "           line %d: %s: %s%n",
                        reject.line(), reject.code(), reject.message());
            }
        }
    }

    private void add(Fingerprint.Result result, Map<RejectCode, Long> byCode) {
        records += result.read();
        rows += result.rows();
        rejects += result.rejects();
        byCode.forEach((code, n) -> rejectsByCode.merge(code, n, Long::sum));
    }

    private @Nullable Dataset given() throws IOException {
        return switch (kind) {
            case "dataset" -> assets.dataset(which);
            case "file" -> Dataset.read(Path.of(which));
            default -> {
                // its own mistakes are no file's
                var _ = probe();
                yield null;
            }
        };
    }

    // every column of the file by its position, as text; of JSON Lines every member, as jsonb
    private Dataset ofTheFile(Path file, Path name) throws IOException {
        var probe = probe();
        try (var in = FileInput.open(Files.newInputStream(file), Limits.DEFAULT)) {
            var header = Header.read(in, probe, Limits.DEFAULT);
            var found =
                    probe.format().type() == Format.Type.JSONL
                            ? Members.of(in, MOST_COLUMNS + 1)
                            : positions(header.layout().names().size());
            if (found.isEmpty()) {
                return probe;
            }
            if (found.size() > MOST_COLUMNS) {
                out.printf(
                        "           %s has more than %d columns; the others are not looked at%n",
                        name, MOST_COLUMNS);
            }
            return columns(found.stream().limit(MOST_COLUMNS).toList());
        }
    }

    private static List<String> positions(int fields) {
        return IntStream.rangeClosed(1, fields).mapToObj(Integer::toString).toList();
    }

    private Dataset probe() throws IOException {
        return columns(List.of(isJson() ? "\"value\"" : "1"));
    }

    private boolean isJson() {
        return which.contains("jsonl");
    }

    private Dataset columns(List<String> froms) throws IOException {
        var type = isJson() ? "jsonb" : "text";
        var columns = new ArrayList<String>();
        for (var from : froms) {
            columns.add(
                    "{name: c%d, from: %s, type: %s}".formatted(columns.size() + 1, from, type));
        }
        var yaml =
                "dataset: any\ntable: any\nformat: %s\ncolumns: [%s]\n"
                        .formatted(which, String.join(", ", columns));
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
