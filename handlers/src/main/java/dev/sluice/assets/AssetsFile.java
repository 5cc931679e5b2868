package dev.sluice.assets;

import dev.sluice.dataset.Assets;
import java.nio.file.Path;
import java.util.Optional;

/// A dataset file or a lookup table by its path among the assets: `datasets/NAME.yaml` or
/// `lookups/NAME.csv`. Nothing else has such a path, so a key can never lead elsewhere.
record AssetsFile(Kind kind, String name) implements Comparable<AssetsFile> {
    enum Kind {
        DATASET(Assets.DATASETS, ".yaml", Assets.LARGEST_DATASET_BYTES),
        LOOKUP(Assets.LOOKUPS, ".csv", Assets.LARGEST_LOOKUP_BYTES);

        private final String folder;
        private final String suffix;
        private final long mostBytes;

        Kind(String folder, String suffix, long mostBytes) {
            this.folder = folder;
            this.suffix = suffix;
            this.mostBytes = mostBytes;
        }

        String folder() {
            return folder;
        }

        long mostBytes() {
            return mostBytes;
        }
    }

    AssetsFile {
        if (!Assets.isName(name)) {
            throw new IllegalArgumentException("no name for a file of the assets: " + name);
        }
    }

    static AssetsFile lookup(String table) {
        return new AssetsFile(Kind.LOOKUP, table);
    }

    /// Reads a path or an object's key; empty for whatever is no file of the assets.
    static Optional<AssetsFile> parse(String path) {
        for (var kind : Kind.values()) {
            if (path.startsWith(kind.folder + "/") && path.endsWith(kind.suffix)) {
                int from = kind.folder.length() + 1;
                int to = path.length() - kind.suffix.length();
                if (from < to && Assets.isName(path.substring(from, to))) {
                    return Optional.of(new AssetsFile(kind, path.substring(from, to)));
                }
            }
        }
        return Optional.empty();
    }

    Path in(Path folder) {
        return folder.resolve(kind.folder).resolve(name + kind.suffix);
    }

    @Override
    public int compareTo(AssetsFile other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return kind.folder + "/" + name + kind.suffix;
    }
}
