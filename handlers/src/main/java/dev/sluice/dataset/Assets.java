package dev.sluice.dataset;

import dev.sluice.job.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The shared assets: dataset files and lookup tables below one directory, or below its `current`
/// link once that exists. A file put there counts at once, and a switch of the link does; who needs
/// the same files for longer asks [#at] for one version.
public final class Assets {
    /// Where versions lie, each under its id; `current` leads to one of them.
    public static final String VERSIONS = "versions";

    public static final String CURRENT = "current";
    public static final String DATASETS = "datasets";
    public static final String LOOKUPS = "lookups";

    public static final long LARGEST_DATASET_BYTES = 256 * 1024;
    public static final long LARGEST_LOOKUP_BYTES = 64L * 1024 * 1024;
    private static final String SUFFIX = ".yaml";
    private static final int MOST_UNDERSTOOD = 100;
    // ASCII, and no dot first: a name can never be a path, whatever the file system's encoding
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}");

    private final Path root;
    private final @Nullable String fixed;
    // what each file's text came to: reading one is cheap, understanding it costs a millisecond
    private final Map<String, Understood> understood;

    public Assets(Path root) {
        this(root, null, new ConcurrentHashMap<>());
    }

    private Assets(Path root, @Nullable String fixed, Map<String, Understood> understood) {
        this.root = root;
        this.fixed = fixed;
        this.understood = understood;
    }

    private record Understood(String text, Dataset dataset) {}

    /// The id of the version that counts now; null where there are no versions, and files count at
    /// once. A link to a folder elsewhere below the root has its path as the id.
    public @Nullable String version() throws IOException {
        if (fixed != null) {
            return fixed;
        }
        var folder = folder();
        if (folder.equals(root)) {
            return null;
        }
        var base = root.toRealPath();
        if (!folder.startsWith(base) || folder.equals(base)) {
            return null;
        }
        var path = base.relativize(folder);
        return path.getNameCount() == 2 && path.startsWith(VERSIONS)
                ? path.getFileName().toString()
                : "./" + path;
    }

    /// The assets as they are in one version, whatever `current` leads to by then; with null, as
    /// they are at the moment of each question.
    public Assets at(@Nullable String version) {
        return new Assets(root, version, understood);
    }

    /// True of what may be the name of a dataset or a lookup table.
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /// Reads one dataset file and checks all of it.
    public Dataset dataset(String name) throws IOException {
        var file = existing(name);
        checkSize(file, LARGEST_DATASET_BYTES);
        var text = DatasetFile.text(file);
        var known = understood.get(name);
        if (known != null && known.text.equals(text)) {
            return known.dataset;
        }
        var dataset = DatasetFile.read(file, text, name);
        if (understood.size() >= MOST_UNDERSTOOD) {
            understood.clear();
        }
        understood.put(name, new Understood(text, dataset));
        return dataset;
    }

    /// The names of all dataset files, good or not, in order.
    public List<String> datasetNames() throws IOException {
        var folder = folder().resolve(DATASETS);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .filter(name -> NAME.matcher(name).matches())
                    .sorted()
                    .toList();
        }
    }

    /// Where a lookup table is; it exists and is not too large.
    public Path lookupFile(String table) throws IOException {
        checkName("lookup", table);
        var file = folder().resolve(LOOKUPS).resolve(table + ".csv");
        if (!Files.isRegularFile(file)) {
            throw DatasetException.invalid(
                    "There is no lookup table lookups/%s.csv.".formatted(table));
        }
        checkSize(file, LARGEST_LOOKUP_BYTES);
        return file;
    }

    static void checkName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no name for a %s: letters, digits, _ . and - are"
                            .formatted(name, what));
        }
    }

    private Path existing(String name) throws IOException {
        var file =
                NAME.matcher(name).matches()
                        ? folder().resolve(DATASETS).resolve(name + SUFFIX)
                        : null;
        if (file == null || !Files.isRegularFile(file)) {
            throw new DatasetException(
                    ErrorCode.UNKNOWN_DATASET,
                    "There is no dataset \"%s\".".formatted(printable(name)));
        }
        return file;
    }

    /// The folder that counts now, without a link in its path where `current` leads to it. Resolved
    /// once per question, so that a switch never mixes two versions in one answer.
    public Path folder() throws IOException {
        if (fixed != null) {
            return folder(fixed);
        }
        var current = root.resolve(CURRENT);
        if (!Files.exists(current, LinkOption.NOFOLLOW_LINKS)) {
            return root;
        }
        try {
            return current.toRealPath();
        } catch (NoSuchFileException _) {
            throw DatasetException.invalid("The assets' `current` link leads nowhere.");
        }
    }

    private Path folder(String version) {
        var folder =
                version.startsWith("./")
                        ? root.resolve(version)
                        : root.resolve(VERSIONS).resolve(version);
        if (!Files.isDirectory(folder)) {
            throw DatasetException.invalid(
                    "Version %s of the assets, with which the job began, is no longer there."
                            .formatted(printable(version)));
        }
        return folder;
    }

    private static void checkSize(Path file, long most) throws IOException {
        var size = Files.size(file);
        if (size > most) {
            throw DatasetException.invalid(
                    "%s has %d bytes; at most %d are read."
                            .formatted(file.getFileName(), size, most));
        }
    }

    private static String printable(String name) {
        var shown = name.length() > 100 ? name.substring(0, 100) + "…" : name;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
