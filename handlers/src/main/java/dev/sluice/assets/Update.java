package dev.sluice.assets;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.dataset.Assets;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Log;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One run of Assets: what is in the bucket becomes a version, and `current` leads to it once it is
/// whole. Every step can be repeated, and a run that finds nothing new changes nothing.
///
/// Files that were put beside the versions by hand belong to every version; the bucket's of the
/// same name go before them.
final class Update {
    /// With less than this left no further file is begun: the next run has all its time.
    private static final Duration MARGIN = Duration.ofSeconds(10);

    /// A file that was put beside the versions by hand.
    record Beside(Path path, Instant modified, long bytes) implements Source {
        @Override
        public String mark() {
            return bytes + " " + modified;
        }
    }

    private final AssetsBucket bucket;
    private final Path root;
    private final Caps caps;
    private final Duration kept;
    private final InstantSource clock;

    Update(AssetsBucket bucket, Path root, Caps caps, Duration kept, InstantSource clock) {
        this.bucket = bucket;
        this.root = root;
        this.caps = caps;
        this.kept = kept;
        this.clock = clock;
    }

    Outcome run(Deadline deadline) throws IOException {
        var listing = bucket.list();
        listing.logIgnored();
        if (listing.files().isEmpty()) {
            return unchanged(new Assets(root).version());
        }
        try (var versions = Versions.take(root)) {
            versions.clean();
            var outcome = renew(versions, deadline);
            if (outcome.version() != null) {
                versions.touch(outcome.version(), clock.instant());
                versions.removeOlder(clock.instant().minus(kept));
            }
            return outcome;
        }
    }

    private static Outcome unchanged(@Nullable String version) {
        return new Outcome(version, /* switched= */ false, List.of());
    }

    private Outcome renew(Versions versions, Deadline deadline) throws IOException {
        // listed again: what was seen before the lock may be older than what counts now
        var sources = new TreeMap<AssetsFile, Source>(besides());
        sources.putAll(bucket.list().files());
        var mark = mark(sources);
        var before = versions.current();
        if (before != null && before.equals(versions.seen(mark))) {
            return unchanged(before);
        }
        var part = versions.part();
        var draft = new Draft(part, versions.counting());
        take(draft, sources, deadline);
        draft.checkTogether();
        var outcome = decide(versions, before, part, draft);
        if (outcome.version() != null && outcome.refused().isEmpty()) {
            versions.see(mark, outcome.version());
        }
        return outcome;
    }

    private Outcome decide(Versions versions, @Nullable String before, Path part, Draft draft)
            throws IOException {
        var id = draft.id();
        if (draft.isEmpty() || id.equals(before)) {
            Disk.delete(part);
            return new Outcome(before, /* switched= */ false, draft.refused());
        }
        draft.force();
        versions.keep(part, id);
        if (before != null) {
            // its jobs go on with it: from here on it ages
            versions.touch(before, clock.instant());
        }
        versions.switchTo(id);
        Log.info(
                "version switched",
                line -> line.put("version", id).put("before", before).put("files", draft.files()));
        return new Outcome(id, /* switched= */ true, draft.refused());
    }

    private void take(Draft draft, Map<AssetsFile, Source> sources, Deadline deadline)
            throws IOException {
        int files = 0;
        long bytes = 0;
        for (var each : sources.entrySet()) {
            if (deadline.isWithin(MARGIN)) {
                throw new IOException("no time left to read " + each.getKey());
            }
            var file = each.getKey();
            var source = each.getValue();
            var tooMuch = tooMuch(file, source, files, bytes);
            if (tooMuch != null) {
                draft.refuse(file, tooMuch);
                continue;
            }
            files++;
            bytes += source.bytes();
            try (var in = open(source)) {
                draft.take(file, in, source.bytes());
            }
        }
    }

    private @Nullable String tooMuch(AssetsFile file, Source source, int files, long bytes) {
        if (source.bytes() > file.kind().mostBytes()) {
            return "%s has %d bytes; at most %d are taken."
                    .formatted(file, source.bytes(), file.kind().mostBytes());
        }
        if (files == caps.files()) {
            return "%s is one too many; at most %d files are taken.".formatted(file, caps.files());
        }
        if (bytes + source.bytes() > caps.bytes()) {
            return "With %s there are more than %d bytes; at most so many are taken in all."
                    .formatted(file, caps.bytes());
        }
        return null;
    }

    private InputStream open(Source source) throws IOException {
        return switch (source) {
            case AssetsBucket.Listed object -> bucket.read(object);
            case Beside file -> Files.newInputStream(file.path());
        };
    }

    /// The files that lie beside the versions.
    private Map<AssetsFile, Source> besides() throws IOException {
        var found = new TreeMap<AssetsFile, Source>();
        for (var kind : AssetsFile.Kind.values()) {
            var folder = root.resolve(kind.folder());
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (var files = Files.newDirectoryStream(folder, Files::isRegularFile)) {
                for (var path : files) {
                    var file = AssetsFile.parse(kind.folder() + "/" + path.getFileName());
                    if (file.isPresent()) {
                        found.put(file.get(), besides(path));
                    }
                }
            }
        }
        return found;
    }

    private static Source besides(Path path) throws IOException {
        return new Beside(path, Files.getLastModifiedTime(path).toInstant(), Files.size(path));
    }

    /// A text that differs whenever the sources may.
    private static String mark(Map<AssetsFile, Source> sources) {
        var digest = Draft.sha256();
        sources.forEach((file, source) ->
                digest.update((file + " " + source.mark() + "\n").getBytes(UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }
}
