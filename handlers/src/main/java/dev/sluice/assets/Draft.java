package dev.sluice.assets;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Column.LookupName;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.DatasetException;
import dev.sluice.lambda.Log;
import dev.sluice.rows.Lookups;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// A version in the making. Where a new file is no good, the one that counts now is taken over.
final class Draft {
    private static final int ID_DIGITS = 32;

    private final Path folder;
    private final Path before;
    private final Assets assets;
    private final TreeMap<AssetsFile, String> digests = new TreeMap<>();
    private final Set<AssetsFile> carried = new HashSet<>();
    private final List<Refused> refused = new ArrayList<>();

    /// @param folder an empty one, for this version
    /// @param before what counts now
    Draft(Path folder, Path before) throws IOException {
        this.folder = folder;
        this.before = before;
        this.assets = new Assets(folder);
        for (var kind : AssetsFile.Kind.values()) {
            Files.createDirectory(folder.resolve(kind.folder()));
        }
    }

    boolean isEmpty() {
        return digests.isEmpty();
    }

    List<Refused> refused() {
        return refused;
    }

    /// Writes a file and looks whether it is good on its own.
    void take(AssetsFile file, InputStream in, long bytes) throws IOException {
        write(file, in, bytes);
        var fault = fault(file);
        if (fault.isPresent()) {
            refuse(file, fault.get());
        }
    }

    /// Leaves a file out, and takes over the one that counts now if that is any good.
    void refuse(AssetsFile file, String why) throws IOException {
        Log.warn("asset refused", line -> line.put("file", file.toString()).put("message", why));
        refused.add(new Refused(file.toString(), why));
        remove(file);
        carry(file);
    }

    private void carry(AssetsFile file) throws IOException {
        var old = file.in(before);
        if (!carried.add(file) || !Files.isRegularFile(old)) {
            return;
        }
        long bytes = Files.size(old);
        if (bytes > file.kind().mostBytes()) {
            return;
        }
        try (var in = Files.newInputStream(old)) {
            write(file, in, bytes);
        }
        if (fault(file).isPresent()) {
            remove(file);
        }
    }

    private void write(AssetsFile file, InputStream in, long bytes) throws IOException {
        var digest = sha256();
        Disk.write(file.in(folder), in, bytes, digest);
        digests.put(file, HexFormat.of().formatHex(digest.digest()));
    }

    private void remove(AssetsFile file) throws IOException {
        Files.deleteIfExists(file.in(folder));
        digests.remove(file);
    }

    private Optional<String> fault(AssetsFile file) throws IOException {
        try {
            switch (file.kind()) {
                case DATASET -> assets.dataset(file.name());
                case LOOKUP -> Lookups.check(assets, file.name());
            }
            return Optional.empty();
        } catch (DatasetException e) {
            return Optional.of(e.error().message());
        }
    }

    /// Looks whether each dataset finds the lookups it names. Where a lookup lost what a dataset
    /// needs, the lookup is at fault if the one that counts now has it, else the dataset is.
    void checkTogether() throws IOException {
        var found = new HashSet<LookupName>();
        // each round takes a new file out, and what counted before fits together
        while (refuseOneThatMisses(found)) {
            found.clear();
        }
    }

    private boolean refuseOneThatMisses(Set<LookupName> found) throws IOException {
        for (var file : List.copyOf(digests.keySet())) {
            if (file.kind() != AssetsFile.Kind.DATASET) {
                continue;
            }
            var dataset = assets.dataset(file.name());
            for (var name : lookups(dataset)) {
                if (!found.contains(name) && refuseIfMissing(file, name)) {
                    return true;
                }
                found.add(name);
            }
        }
        return false;
    }

    private static List<LookupName> lookups(Dataset dataset) {
        return dataset.columns().stream()
                .map(column -> Optional.ofNullable(column.lookup()))
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }

    private boolean refuseIfMissing(AssetsFile dataset, LookupName name) throws IOException {
        var missing = missing(assets, name);
        if (missing.isEmpty()) {
            return false;
        }
        var lookup = AssetsFile.lookup(name.table());
        if (!carried.contains(lookup) && missing(new Assets(before), name).isEmpty()) {
            refuse(lookup, "%s %s needs it.".formatted(missing.get(), dataset));
        } else if (carried.contains(dataset)) {
            // not even the one that counts now is any good here
            Log.warn("asset left out", line -> line.put("file", dataset.toString()));
            remove(dataset);
        } else {
            refuse(dataset, missing.get());
        }
        return true;
    }

    private static Optional<String> missing(Assets assets, LookupName name) throws IOException {
        try {
            Lookups.check(assets, name);
            return Optional.empty();
        } catch (DatasetException e) {
            return Optional.of(e.error().message());
        }
    }

    /// The id: the same content has the same.
    String id() {
        var digest = sha256();
        digests.forEach(
                (file, content) -> digest.update((file + " " + content + "\n").getBytes(UTF_8)));
        return HexFormat.of().formatHex(digest.digest()).substring(0, ID_DIGITS);
    }

    /// Makes the folders durable; the files are.
    void force() throws IOException {
        for (var kind : AssetsFile.Kind.values()) {
            Disk.force(folder.resolve(kind.folder()));
        }
    }

    int files() {
        return digests.size();
    }

    static MessageDigest sha256() {
        try {
            return Objects.requireNonNull(MessageDigest.getInstance("SHA-256"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
