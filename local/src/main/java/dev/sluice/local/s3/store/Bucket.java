package dev.sluice.local.s3.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A bucket: the versions under its keys and the uploads under way. Thread-safe.
public final class Bucket implements AutoCloseable {
    /*
     * The journal is the truth and the maps are what it says. A change takes the monitor, checks its
     * precondition, gets its number, is appended, and only then seen in the maps; so versions of one
     * key are in the order of their numbers, and nobody is told of what a crash could take back.
     *
     * Bytes are written before and outside the monitor, to files nobody knows of yet; files that a
     * change sets free are deleted after it. A crash in between leaves files that no entry names,
     * which the next open() deletes.
     *
     * Readers take no lock: a key's list of versions is immutable and replaced as a whole.
     */
    private static final int COMPACT_ABOVE = 1_000;

    private final String name;
    private final Blobs blobs;
    private final Sequence sequence;
    private final ConcurrentSkipListMap<String, List<Version>> keys =
            new ConcurrentSkipListMap<>(Listing.KEY_ORDER);
    private final ConcurrentMap<String, Upload> uploads = new ConcurrentHashMap<>();
    private final Journal journal;
    private volatile boolean versioned;
    private volatile Instant created = Instant.EPOCH;
    private int entries;

    private Bucket(Path directory, Sequence sequence) throws IOException {
        this.name = directory.getFileName().toString();
        this.blobs = new Blobs(directory.resolve("blobs"));
        this.sequence = sequence;
        Files.createDirectories(directory);
        var opened = Journal.open(directory.resolve("journal"), this::replay);
        this.journal =
                entries > COMPACT_ABOVE + 2 * live().size() ? opened.rewrite(live()) : opened;
    }

    static Bucket open(Path directory, Sequence sequence) throws IOException {
        var bucket = new Bucket(directory, sequence);
        if (bucket.entries == 0) {
            bucket.commit(new Entry.Opened(false, now(), sequence.next()));
        }
        bucket.blobs.keepOnly(bucket.files());
        return bucket;
    }

    public String name() {
        return name;
    }

    public Instant created() {
        return created;
    }

    public boolean versioned() {
        return versioned;
    }

    /// From here on every change makes a version; there is no way back.
    public synchronized void keepVersions() throws IOException {
        if (!versioned) {
            commit(new Entry.Opened(true, created, sequence.next()));
        }
    }

    public Optional<Version> current(String key) {
        return Optional.ofNullable(keys.get(key)).map(List::getFirst);
    }

    public Optional<Version> version(String key, String id) {
        return keys.getOrDefault(key, List.of()).stream()
                .filter(it -> it.id().equals(id))
                .findAny();
    }

    public Listing objects(Query query) {
        return Listing.objects(keys, query);
    }

    public Listing versions(Query query) {
        return Listing.versions(keys, query);
    }

    public boolean isEmpty() {
        return keys.isEmpty() && uploads.isEmpty();
    }

    public Blob receive(InputStream in) throws IOException {
        return blobs.receive(in);
    }

    /// Drops bytes that were received in vain.
    public void discard(Blob blob) throws IOException {
        blobs.delete(blob.file());
    }

    public InputStream open(Version.Stored object, long offset, long length) throws IOException {
        var spans = new ArrayList<Content.Span>();
        long skip = offset;
        long rest = length;
        for (var segment : object.segments()) {
            long here = Math.min(Math.max(segment.length() - skip, 0), rest);
            if (here > 0) {
                spans.add(new Content.Span(blobs.path(segment.file()), skip, here));
            }
            skip = Math.max(skip - segment.length(), 0);
            rest -= here;
        }
        return new Content(spans);
    }

    /// Makes the blob the current object of the key; the blob is dropped if that fails.
    public Version.Stored put(
            String key, Blob blob, Attributes attributes, Precondition precondition)
            throws IOException {
        try {
            return put(
                    key,
                    blob.md5(),
                    blob.crc64(),
                    List.of(new Version.Segment(blob.file(), blob.length())),
                    attributes,
                    precondition,
                    /* upload= */ "");
        } catch (IOException | RuntimeException failure) {
            discard(blob);
            throw failure;
        }
    }

    /// Makes a copy of an object of any bucket the current object of the key.
    public Version.Stored copy(
            Bucket from, Version.Stored source, String key, Attributes attributes)
            throws IOException {
        return put(key, duplicate(from, source), attributes, Precondition.NONE);
    }

    /// Removes the current object: hides it behind a marker where versions are kept.
    public synchronized Deletion delete(String key, Precondition precondition) throws IOException {
        precondition.check(currentObject(key));
        if (!versioned) {
            return remove(key, Version.UNVERSIONED);
        }
        long number = sequence.next();
        var marker =
                new Version.Marker(key, Sequence.versionId(number), number, timeAfterCurrent(key));
        commit(new Entry.Marked(marker));
        return new Deletion.Hidden(marker);
    }

    /// Removes one version for good, if it is there.
    public synchronized Deletion delete(String key, String id, Precondition precondition)
            throws IOException {
        precondition.check(
                version(key, id).map(it -> it instanceof Version.Stored stored ? stored : null));
        return remove(key, id);
    }

    public synchronized Upload startUpload(String key, Attributes attributes) throws IOException {
        var upload = new Upload(Sequence.randomId(), key, now(), attributes, new TreeMap<>());
        commit(new Entry.Started(upload));
        return upload;
    }

    public Optional<Upload> upload(String id) {
        return Optional.ofNullable(uploads.get(id));
    }

    public List<Upload> uploads() {
        return uploads.values().stream()
                .sorted(
                        Comparator.comparing(Upload::key, Listing.KEY_ORDER)
                                .thenComparing(Upload::started))
                .toList();
    }

    /// Adds a part to the upload, or drops it and says no if the upload is gone.
    public synchronized boolean putPart(String upload, int number, Blob blob) throws IOException {
        if (!uploads.containsKey(upload)) {
            discard(blob);
            return false;
        }
        commit(new Entry.PartCame(upload, new Upload.UploadedPart(number, blob, now())));
        return true;
    }

    public synchronized boolean abort(String upload) throws IOException {
        if (!uploads.containsKey(upload)) {
            return false;
        }
        commit(new Entry.Aborted(upload));
        return true;
    }

    /// Makes an object of parts that the upload has, in this order.
    public synchronized Optional<Version.Stored> complete(
            String id, List<Integer> numbers, Precondition precondition) throws IOException {
        var upload = uploads.get(id);
        if (upload == null) {
            return Optional.empty();
        }
        var segments = new ArrayList<Version.Segment>();
        var md5 = Blobs.md5();
        long crc64 = 0;
        for (int number : numbers) {
            var part = upload.parts().get(number);
            if (part == null) {
                throw new IllegalArgumentException("the upload has no part " + number);
            }
            md5.update(HexFormat.of().parseHex(part.blob().md5()));
            crc64 = Crc64.combine(crc64, part.blob().crc64(), part.blob().length());
            segments.add(new Version.Segment(part.blob().file(), part.blob().length()));
        }
        var etag = HexFormat.of().formatHex(md5.digest()) + "-" + numbers.size();
        return Optional.of(
                put(upload.key(), etag, crc64, segments, upload.attributes(), precondition, id));
    }

    @Override
    public synchronized void close() throws IOException {
        journal.close();
    }

    private synchronized Version.Stored put(
            String key,
            String etag,
            long crc64,
            List<Version.Segment> segments,
            Attributes attributes,
            Precondition precondition,
            String upload)
            throws IOException {
        precondition.check(currentObject(key));
        long number = sequence.next();
        var object =
                new Version.Stored(
                        key,
                        versioned ? Sequence.versionId(number) : Version.UNVERSIONED,
                        number,
                        timeAfterCurrent(key),
                        etag,
                        crc64,
                        segments,
                        attributes);
        commit(new Entry.Put(object, upload));
        return object;
    }

    private Deletion remove(String key, String id) throws IOException {
        var version = version(key, id);
        if (version.isEmpty()) {
            return new Deletion.Nothing();
        }
        long number = sequence.next();
        commit(new Entry.Removed(key, id, number));
        return new Deletion.Gone(version.get(), number);
    }

    private Optional<Version.Stored> currentObject(String key) {
        return current(key).map(it -> it instanceof Version.Stored stored ? stored : null);
    }

    // A bucket's listing is merged by time, so two versions of a key never share one.
    private Instant timeAfterCurrent(String key) {
        var now = now();
        return current(key)
                .map(it -> it.time().plusMillis(1))
                .filter(it -> it.isAfter(now))
                .orElse(now);
    }

    private Blob duplicate(Bucket from, Version.Stored source) throws IOException {
        // an object made of parts has no MD5 of its own yet
        if (source.segments().size() == 1 && !source.etag().contains("-")) {
            var segment = source.segments().getFirst();
            try {
                var file = blobs.link(from.blobs.path(segment.file()));
                return new Blob(file, segment.length(), source.etag(), source.crc64());
            } catch (FileSystemException | UnsupportedOperationException _) {
                // else: a file system without links
            }
        }
        try (var in = from.open(source, 0, source.size())) {
            return receive(in);
        }
    }

    private void commit(Entry entry) throws IOException {
        journal.append(entry);
        for (var file : apply(entry)) {
            blobs.delete(file);
        }
    }

    private void replay(Entry entry) {
        entries++;
        apply(entry);
    }

    /// Brings the maps up to the entry and tells which files nobody names any more.
    private List<String> apply(Entry entry) {
        return switch (entry) {
            case Entry.Opened it -> {
                versioned = it.versioned();
                created = it.created();
                sequence.pass(it.sequence());
                yield List.of();
            }
            case Entry.Put it -> {
                var freed = leftOf(it.upload(), it.object());
                yield concat(freed, add(it.object()));
            }
            case Entry.Marked it -> add(it.marker());
            case Entry.Removed it -> {
                sequence.pass(it.sequence());
                yield drop(it.key(), it.id());
            }
            case Entry.Started it -> {
                uploads.put(it.upload().id(), it.upload());
                yield List.of();
            }
            case Entry.PartCame it -> addPart(it);
            case Entry.Aborted it -> {
                var upload = uploads.remove(it.upload());
                yield upload == null ? List.of() : files(upload).toList();
            }
        };
    }

    private List<String> add(Version version) {
        sequence.pass(version.sequence());
        var freed =
                version.id().equals(Version.UNVERSIONED)
                        ? drop(version.key(), Version.UNVERSIONED)
                        : List.<String>of();
        keys.merge(
                version.key(),
                List.of(version),
                (old, added) -> Stream.concat(added.stream(), old.stream()).toList());
        return freed;
    }

    private List<String> drop(String key, String id) {
        var freed = version(key, id).stream().flatMap(Bucket::files).toList();
        keys.computeIfPresent(
                key,
                (_, versions) -> {
                    var left = versions.stream().filter(it -> !it.id().equals(id)).toList();
                    return left.isEmpty() ? null : left;
                });
        return freed;
    }

    private List<String> addPart(Entry.PartCame entry) {
        var upload = uploads.get(entry.upload());
        if (upload == null) {
            return List.of(entry.part().blob().file());
        }
        uploads.put(upload.id(), upload.with(entry.part()));
        var replaced = upload.parts().get(entry.part().number());
        return replaced == null ? List.of() : List.of(replaced.blob().file());
    }

    /// The parts of a completed upload that the object does not use.
    private List<String> leftOf(String id, Version.Stored object) {
        var upload = uploads.remove(id);
        if (upload == null) {
            return List.of();
        }
        var used = files(object).collect(Collectors.toSet());
        return files(upload).filter(it -> !used.contains(it)).toList();
    }

    private List<Entry> live() {
        var live = new ArrayList<Entry>();
        live.add(new Entry.Opened(versioned, created, sequence.next()));
        keys.values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingLong(Version::sequence))
                .map(Bucket::entry)
                .forEach(live::add);
        for (var upload : uploads.values()) {
            live.add(new Entry.Started(upload));
            upload.parts().values().forEach(it -> live.add(new Entry.PartCame(upload.id(), it)));
        }
        return live;
    }

    private Set<String> files() {
        var files = new HashSet<String>();
        keys.values().stream().flatMap(List::stream).flatMap(Bucket::files).forEach(files::add);
        uploads.values().stream().flatMap(Bucket::files).forEach(files::add);
        return files;
    }

    private static Entry entry(Version version) {
        return switch (version) {
            case Version.Stored it -> new Entry.Put(it, /* upload= */ "");
            case Version.Marker it -> new Entry.Marked(it);
        };
    }

    private static Stream<String> files(Version version) {
        return switch (version) {
            case Version.Stored it -> it.segments().stream().map(Version.Segment::file);
            case Version.Marker _ -> Stream.of();
        };
    }

    private static Stream<String> files(Upload upload) {
        return upload.parts().values().stream().map(it -> it.blob().file());
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    // S3 knows no finer times, and the journal keeps no finer ones.
    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
