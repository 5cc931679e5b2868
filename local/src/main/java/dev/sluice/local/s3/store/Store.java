package dev.sluice.local.s3.store;

import dev.sluice.local.part.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// The buckets of a data directory, one folder each. Thread-safe; one process at a time.
///
/// What was answered survives the end of the process, `kill -9` included. It is not forced to the
/// disk, so a power cut may take the last seconds.
public final class Store implements Part {
    private final Path directory;
    private final Sequence sequence = new Sequence();
    private final ConcurrentMap<String, Bucket> buckets = new ConcurrentHashMap<>();

    private Store(Path directory) {
        this.directory = directory;
    }

    public static Store open(Path directory) throws IOException {
        Files.createDirectories(directory);
        var store = new Store(directory);
        try (var folders = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (var folder : folders) {
                store.buckets.put(
                        folder.getFileName().toString(), Bucket.open(folder, store.sequence));
            }
        } catch (IOException | RuntimeException failure) {
            store.closeAfter(failure);
            throw failure;
        }
        return store;
    }

    public Optional<Bucket> bucket(String name) {
        return Optional.ofNullable(buckets.get(name));
    }

    public List<Bucket> buckets() {
        return buckets.values().stream().sorted(Comparator.comparing(Bucket::name)).toList();
    }

    /// Makes the bucket, or says no if there is one of that name.
    public synchronized boolean create(String name) throws IOException {
        if (buckets.containsKey(name)) {
            return false;
        }
        buckets.put(name, Bucket.open(directory.resolve(name), sequence));
        return true;
    }

    /// Removes the bucket, or says no if something is in it.
    public synchronized boolean remove(Bucket bucket) throws IOException {
        if (!bucket.isEmpty()) {
            return false;
        }
        buckets.remove(bucket.name());
        bucket.close();
        delete(directory.resolve(bucket.name()));
        return true;
    }

    @Override
    public void close() throws IOException {
        for (var bucket : buckets.values()) {
            bucket.close();
        }
    }

    private void closeAfter(Exception failure) {
        try {
            close();
        } catch (IOException second) {
            failure.addSuppressed(second);
        }
    }

    // The journal first: a folder without one is an empty bucket and not a damaged one.
    private static void delete(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve("journal"));
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(Store::deleteOne);
        }
    }

    private static void deleteOne(Path file) {
        try {
            Files.delete(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
