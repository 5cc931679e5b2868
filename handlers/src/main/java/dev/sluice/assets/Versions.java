package dev.sluice.assets;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.DatasetException;
import dev.sluice.lambda.Log;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The versions of the assets on their file system, held by one Assets at a time.
/*
 * A reader needs no lock: a version is renamed to its id when it is whole and on disk, and never
 * changed afterwards; `current` is replaced by a rename. Whatever is not whole has a name that
 * begins with `part-`, before a version's life (a draft) and after it (what is being removed), so
 * the next Assets can throw it away whenever the one before was killed. A folder's time is when it
 * was last seen current: what is removed has not been current for long.
 */
final class Versions implements AutoCloseable {
    private static final String PART = "part-";
    private static final String SEEN = "seen";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private final Path root;
    private final Path folder;
    private final FileChannel lock;

    private Versions(Path root, FileChannel lock) {
        this.root = root;
        this.folder = root.resolve(Assets.VERSIONS);
        this.lock = lock;
    }

    /// Takes the versions for this process; its end gives them back, however it comes.
    ///
    /// @throws IOException when another Assets holds them
    static Versions take(Path root) throws IOException {
        var folder = Files.createDirectories(root.resolve(Assets.VERSIONS));
        var lock =
                FileChannel.open(
                        folder.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() != null) {
                return new Versions(root, lock);
            }
        } catch (OverlappingFileLockException _) {
            // held by a neighbour in this process: said below
        } catch (IOException e) {
            lock.close();
            throw e;
        }
        lock.close();
        throw new IOException("another Assets is at work; this one comes again");
    }

    /// The id of the version that counts, null where none does yet or the link leads nowhere.
    @Nullable String current() throws IOException {
        try {
            return new Assets(root).version();
        } catch (DatasetException _) {
            return null;
        }
    }

    /// What counts now: a version's folder, or the root before there is one.
    Path counting() throws IOException {
        try {
            return new Assets(root).folder();
        } catch (DatasetException _) {
            return root;
        }
    }

    /// An empty folder for a version in the making.
    Path part() throws IOException {
        return Files.createDirectory(folder.resolve(PART + UUID.randomUUID()));
    }

    /// Gives a whole version its name. When it has been made before, that one stays.
    void keep(Path part, String id) throws IOException {
        Disk.force(part);
        var target = folder.resolve(id);
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(target)) {
                throw e;
            }
            Disk.delete(part);
        }
        Disk.force(folder);
    }

    void switchTo(String id) throws IOException {
        var link = folder.resolve(PART + UUID.randomUUID());
        Files.createSymbolicLink(link, Path.of(Assets.VERSIONS, id));
        Files.move(link, root.resolve(Assets.CURRENT), StandardCopyOption.ATOMIC_MOVE);
        Disk.force(root);
    }

    /// Notes that a version counts at this moment.
    void touch(String id, Instant now) throws IOException {
        if (ID.matcher(id).matches()) {
            Files.setLastModifiedTime(folder.resolve(id), FileTime.from(now));
        }
    }

    /// The version that came of what had this mark, if that was the last thing looked at.
    @Nullable String seen(String mark) throws IOException {
        try {
            var text = Files.readString(folder.resolve(SEEN)).strip();
            return text.startsWith(mark + " ") ? text.substring(mark.length() + 1) : null;
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    void see(String mark, String id) throws IOException {
        var part = folder.resolve(PART + UUID.randomUUID());
        Files.write(part, (mark + " " + id + "\n").getBytes(UTF_8));
        Files.move(part, folder.resolve(SEEN), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Throws away what a killed Assets left.
    void clean() throws IOException {
        for (var each : children()) {
            if (each.getFileName().toString().startsWith(PART)) {
                Disk.delete(each);
            }
        }
    }

    /// Removes versions that were last current before a moment; folders made by hand stay.
    void removeOlder(Instant moment) throws IOException {
        var current = current();
        for (var each : children()) {
            var id = each.getFileName().toString();
            if (ID.matcher(id).matches()
                    && !id.equals(current)
                    && Files.getLastModifiedTime(each).toInstant().isBefore(moment)) {
                // out of sight in one step: nobody meets a version of which half is gone
                var part = folder.resolve(PART + UUID.randomUUID());
                Files.move(each, part, StandardCopyOption.ATOMIC_MOVE);
                Disk.delete(part);
                Log.info("version removed", line -> line.put("version", id));
            }
        }
    }

    private List<Path> children() throws IOException {
        var children = new ArrayList<Path>();
        try (var stream = Files.newDirectoryStream(folder)) {
            stream.forEach(children::add);
        }
        children.sort(Comparator.naturalOrder());
        return children;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
