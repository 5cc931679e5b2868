package dev.sluice.assets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.DatasetException;
import dev.sluice.lambda.Deadline;
import dev.sluice.local.s3.BucketDefinition;
import dev.sluice.local.s3.Buckets;
import dev.sluice.local.s3.BucketsSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// The danger: readers meet half a version or two mixed, a bad file takes a good one's place, a
/// killed run leaves something that counts.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpdateTest {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
    private static final int BUCKETS = 60;

    private final S3Client s3;
    private final Buckets buckets;
    private int used;

    private String bucket = "";
    private Path root = Path.of("");
    private Instant now = START;

    UpdateTest(@TempDir Path data) throws Exception {
        buckets =
                Buckets.start(
                        new BucketsSettings(
                                data,
                                IntStream.range(0, BUCKETS)
                                        .mapToObj(i ->
                                                new BucketDefinition(
                                                        "assets-" + i, /* versioned= */ true))
                                        .toList(),
                                "local",
                                "localsecret",
                                0,
                                _ -> {}));
        s3 =
                S3Client.builder()
                        .endpointOverride(buckets.endpoint())
                        .region(Region.EU_WEST_1)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create("local", "localsecret")))
                        .build();
    }

    @AfterAll
    void stop() throws Exception {
        s3.close();
        buckets.close();
    }

    @BeforeEach
    void freshBucket(@TempDir Path folder) throws IOException {
        bucket = "assets-" + used++;
        root = Files.createDirectories(folder.resolve("assets"));
        now = START;
    }

    @Test
    void bringsTheFilesOfTheBucketIntoAVersion() throws Exception {
        put("datasets/d.yaml", dataset("d", "lookup: l.code"));
        put("lookups/l.csv", "code,name\nx,ex\n");
        put("datasets/dataset.schema.json", "{}");
        put("readme.txt", "hello");

        var outcome = run();

        assertThat(outcome.switched()).isTrue();
        assertThat(outcome.refused()).isEmpty();
        assertThat(Files.readSymbolicLink(root.resolve("current")))
                .isEqualTo(Path.of("versions", String.valueOf(outcome.version())));
        var assets = new Assets(root);
        assertThat(assets.version()).isEqualTo(outcome.version());
        assertThat(assets.dataset("d").name()).isEqualTo("d");
        assertThat(assets.lookupFile("l")).hasContent("code,name\nx,ex\n");
        try (var files = Files.walk(assets.folder())) {
            assertThat(files)
                    .hasSize(5)
                    // the other functions come as strangers
                    .allMatch(file -> othersMayRead(file));
        }
    }

    @Test
    void changesNothingWhenNothingChanged() throws Exception {
        put("datasets/d.yaml", dataset("d", ""));
        var first = run();
        var before = inode();

        var second = run();
        put("datasets/d.yaml", dataset("d", ""));
        var third = run();

        assertThat(List.of(second, third))
                .allMatch(outcome -> !outcome.switched())
                .extracting(Outcome::version)
                .containsOnly(first.version());
        assertThat(inode()).isEqualTo(before);
        assertThat(names("versions")).containsExactly(first.version(), "lock", "seen");
    }

    @Test
    void keepsTheGoodFileWhereTheNewOneIsBroken() throws Exception {
        put("datasets/d.yaml", dataset("d", ""));
        put("lookups/l.csv", "code\nx\n");
        run();
        put("datasets/d.yaml", "dataset: d\ntable: [\n");
        put("lookups/l.csv", "code\nx,y\n");
        put("datasets/e.yaml", dataset("e", ""));

        var outcome = run();

        assertThat(outcome.switched()).isTrue();
        assertThat(outcome.refused())
                .extracting(Refused::file)
                .containsExactly("datasets/d.yaml", "lookups/l.csv");
        assertThat(outcome.refused().getFirst().message())
                .startsWith("datasets/d.yaml:3: this is not YAML");
        assertThat(outcome.refused().getLast().message())
                .isEqualTo("lookups/l.csv:2: 2 fields, but the header has 1.");
        assertThat(new Assets(root).datasetNames()).containsExactly("d", "e");
        assertThat(new Assets(root).dataset("d").table().toString()).contains("d");
        assertThat(new Assets(root).lookupFile("l")).hasContent("code\nx\n");
        // said again for as long as it is so
        assertThat(run().refused()).isEqualTo(outcome.refused());
        assertThat(run().switched()).isFalse();
    }

    @Test
    void leavesOutABrokenFileThatHasNoneBefore() throws Exception {
        put("datasets/d.yaml", dataset("other", ""));

        var nothing = run();
        put("datasets/e.yaml", dataset("e", ""));
        var outcome = run();

        assertThat(nothing.version()).isNull();
        assertThat(nothing.json())
                .startsWith(
                        "{\"version\":null,\"switched\":false,\"refused\":[{\"file\":\"datasets/d.yaml\"");
        assertThat(outcome.refused())
                .singleElement()
                .extracting(Refused::message)
                .asString()
                .contains("datasets/d.yaml:1: dataset says");
        assertThat(new Assets(root).datasetNames()).containsExactly("e");
    }

    @Test
    void takesOutAFileThatWasRemoved() throws Exception {
        put("datasets/d.yaml", dataset("d", ""));
        put("datasets/e.yaml", dataset("e", ""));
        run();
        s3.deleteObject(request -> request.bucket(bucket).key("datasets/d.yaml"));

        assertThat(run().switched()).isTrue();
        assertThat(new Assets(root).datasetNames()).containsExactly("e");
    }

    @Test
    void switchesNothingForAnEmptyBucket() throws Exception {
        assertThat(run()).isEqualTo(new Outcome(null, /* switched= */ false, List.of()));
        assertThat(root).isEmptyDirectory();

        put("datasets/d.yaml", dataset("d", ""));
        var version = run().version();
        s3.deleteObject(request -> request.bucket(bucket).key("datasets/d.yaml"));
        assertThat(run()).isEqualTo(new Outcome(version, /* switched= */ false, List.of()));
    }

    @Test
    void keepsALookupThatADatasetNeeds() throws Exception {
        put("datasets/d.yaml", dataset("d", "lookup: l.code"));
        put("lookups/l.csv", "code\nx\n");
        put("lookups/m.csv", "code\nx\n");
        run();
        put("lookups/l.csv", "kode\nx\n");

        var changed = run();
        s3.deleteObject(request -> request.bucket(bucket).key("lookups/l.csv"));
        s3.deleteObject(request -> request.bucket(bucket).key("lookups/m.csv"));
        var removed = run();

        assertThat(changed.refused())
                .containsExactly(
                        new Refused(
                                "lookups/l.csv",
                                "The lookup table lookups/l.csv has no column \"code\". datasets/d.yaml needs it."));
        assertThat(removed.refused())
                .containsExactly(
                        new Refused(
                                "lookups/l.csv",
                                "There is no lookup table lookups/l.csv. datasets/d.yaml needs it."));
        assertThat(removed.switched()).isTrue();
        assertThat(new Assets(root).lookupFile("l")).hasContent("code\nx\n");
        assertThatThrownBy(() -> new Assets(root).lookupFile("m"))
                .isInstanceOf(DatasetException.class);
    }

    @Test
    void keepsTheDatasetWhereTheNewOneNamesALookupThatIsNotThere() throws Exception {
        put("datasets/d.yaml", dataset("d", ""));
        run();
        put("datasets/d.yaml", dataset("d", "lookup: l.code"));
        put("datasets/e.yaml", dataset("e", "lookup: l.code"));

        var outcome = run();

        assertThat(outcome.switched()).isFalse();
        assertThat(outcome.refused())
                .extracting(Refused::file)
                .containsExactly("datasets/d.yaml", "datasets/e.yaml");
        assertThat(outcome.refused())
                .extracting(Refused::message)
                .containsOnly("There is no lookup table lookups/l.csv.");
        assertThat(new Assets(root).dataset("d").columns().getFirst().lookup()).isNull();
        put("lookups/l.csv", "code\nx\n");
        assertThat(run().refused()).isEmpty();
        assertThat(new Assets(root).datasetNames()).containsExactly("d", "e");
    }

    @Test
    void refusesWhatIsTooMuchByItsName() throws Exception {
        put("datasets/a.yaml", "#".repeat(300_000));
        put("datasets/b.yaml", dataset("b", ""));
        put("lookups/c.csv", "code\n" + "x\n".repeat(500));
        put("lookups/d.csv", "code\n" + "x\n".repeat(10));
        put("lookups/e.csv", "code\n");

        var outcome = run(new Caps(2, 1000));

        assertThat(outcome.refused())
                .containsExactly(
                        new Refused(
                                "datasets/a.yaml",
                                "datasets/a.yaml has 300000 bytes; at most 262144 are taken."),
                        new Refused(
                                "lookups/c.csv",
                                "With lookups/c.csv there are more than 1000 bytes; at most so many are taken in all."),
                        new Refused(
                                "lookups/e.csv",
                                "lookups/e.csv is one too many; at most 2 files are taken."));
        assertThat(new Assets(root).datasetNames()).containsExactly("b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "datasets/../../x.yaml",
                "datasets/../x.yaml",
                "datasets/a/b.yaml",
                "datasets/.x.yaml",
                "datasets/.yaml",
                "datasets/x.yaml/",
                "datasets/x.YAML",
                "datasets/-x.yaml",
                "datasets/x\\y.yaml",
                "datasets//x.yaml",
                "/datasets/x.yaml",
                "lookups/x.yaml",
                "lookups/größe.csv",
                "current",
                "versions/x/datasets/x.yaml"
            })
    void ignoresKeysThatAreNoFilesOfTheAssets(String key) throws Exception {
        assertThat(AssetsFile.parse(key)).isEmpty();
        put("datasets/good.yaml", dataset("good", ""));
        put(key, dataset("x", ""));

        assertThat(run().refused()).isEmpty();
        assertThat(names("current/datasets")).containsExactly("good.yaml");
        assertThat(names("current/lookups")).isEmpty();
        assertThat(names("..")).containsExactly("assets");
    }

    @ParameterizedTest
    @ValueSource(strings = {"datasets/a\0.yaml", "datasets/a\n.yaml", "lookups/a\u0000/../b.csv"})
    void takesNoControlCharacterInAName(String key) {
        assertThat(AssetsFile.parse(key)).isEmpty();
    }

    @Test
    void ignoresANameThatIsTooLong() throws Exception {
        put("datasets/" + "x".repeat(101) + ".yaml", "");
        put("datasets/" + "x".repeat(900) + ".yaml", "");
        put("datasets/" + "y".repeat(100) + ".yaml", dataset("y".repeat(100), ""));
        assertThat(run().refused()).isEmpty();
        assertThat(new Assets(root).datasetNames()).containsExactly("y".repeat(100));
    }

    @Test
    void takesWhatLiesBesideTheVersionsUnlessTheBucketHasIt() throws Exception {
        beside("datasets/d.yaml", dataset("d", ""));
        beside("datasets/e.yaml", dataset("e", ""));
        beside("datasets/bad.yaml", "no");
        put("datasets/e.yaml", dataset("e", "maxLength: 7"));
        put("datasets/d.yaml", "broken");

        var outcome = run();

        assertThat(outcome.refused())
                .extracting(Refused::file)
                .containsExactly("datasets/bad.yaml", "datasets/d.yaml");
        assertThat(new Assets(root).datasetNames()).containsExactly("d", "e");
        assertThat(new Assets(root).dataset("e").columns().getFirst().maxLength()).isEqualTo(7);
    }

    @Test
    void seesAFileThatWasChangedBesideTheVersions() throws Exception {
        put("datasets/e.yaml", dataset("e", ""));
        run();
        beside("datasets/d.yaml", dataset("d", ""));
        assertThat(run().switched()).isTrue();
        assertThat(new Assets(root).datasetNames()).containsExactly("d", "e");
    }

    @Test
    void readsTheVersionThatWasListed() throws Exception {
        put("datasets/d.yaml", "first");
        var source = new AssetsBucket(s3, bucket);
        var listed = source.list().files().values().iterator().next();
        put("datasets/d.yaml", "second");
        try (var in = source.read(listed)) {
            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("first");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 6})
    void takesNoFileThatIsShorterOrLongerThanAnnounced(long announced) throws Exception {
        var draft = new Draft(Files.createDirectory(root.resolve("part")), root);
        var file = AssetsFile.parse("lookups/l.csv").orElseThrow();
        assertThatThrownBy(() ->
                        draft.take(
                                file,
                                new ByteArrayInputStream("a\nb\nc".getBytes(UTF_8)),
                                announced))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("l.csv was announced with " + announced);
    }

    @Test
    void goesOnWhereAKilledRunStopped() throws Exception {
        put("datasets/d.yaml", dataset("d", ""));
        var version = String.valueOf(run().version());
        // killed while it read, while it made the link, while it removed an old version
        Files.createDirectories(root.resolve("versions/part-1/datasets"));
        Files.writeString(root.resolve("versions/part-1/datasets/d.yaml"), "dataset: ");
        Files.createSymbolicLink(root.resolve("versions/part-2"), Path.of("versions/nowhere"));
        Files.createDirectories(root.resolve("versions/part-3/lookups"));
        // killed between the rename and the switch
        Files.delete(root.resolve("current"));
        Files.delete(root.resolve("versions/seen"));

        assertThat(run()).isEqualTo(new Outcome(version, /* switched= */ true, List.of()));
        assertThat(names("versions")).containsExactly(version, "lock", "seen");
    }

    @Test
    void mendsALinkThatLeadsNowhere() throws Exception {
        put("datasets/d.yaml", dataset("d", ""));
        Files.createSymbolicLink(root.resolve("current"), Path.of("versions/gone"));
        assertThat(run().switched()).isTrue();
        assertThat(new Assets(root).datasetNames()).containsExactly("d");
    }

    @Test
    void leavesTheVersionsToTheAssetsThatHasThem() throws Exception {
        put("datasets/d.yaml", dataset("d", ""));
        try (var _ = Versions.take(root)) {
            assertThatThrownBy(this::run).hasMessageStartingWith("another Assets is at work");
        }
        assertThat(run().switched()).isTrue();
    }

    @Test
    void removesVersionsThatHaveNotCountedForLong() throws Exception {
        put("datasets/d.yaml", dataset("d", ""));
        var first = run().version();
        Files.createDirectories(root.resolve("versions/by-hand"));
        now = START.plus(Duration.ofDays(30));
        put("datasets/d.yaml", dataset("d", "maxLength: 7"));
        var second = run().version();
        now = START.plus(Duration.ofDays(36));
        run();
        // until a moment ago it counted, however old it is
        assertThat(names("versions")).contains(first, second);
        now = START.plus(Duration.ofDays(38));
        run();
        assertThat(names("versions")).contains(second, "by-hand").doesNotContain(first);
        now = START.plus(Duration.ofDays(400));
        run();
        assertThat(names("versions")).contains(second);
        assertThatThrownBy(() -> new Assets(root).at(first).dataset("d"))
                .hasMessageContaining("no longer there");
    }

    @Test
    void showsEveryReaderOneWholeVersionWhileVersionsSwitch() throws Exception {
        var ids = new ArrayList<String>();
        for (var length : List.of("1", "2")) {
            put("datasets/d.yaml", dataset("d", "maxLength: " + length));
            put("lookups/l.csv", "code\n" + length + "\n");
            ids.add(String.valueOf(run().version()));
        }
        var over = new AtomicBoolean();
        try (var threads = Executors.newFixedThreadPool(2)) {
            var readers = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 2; i++) {
                readers.add(threads.submit(() -> read(over)));
            }
            try (var versions = Versions.take(root)) {
                for (int i = 0; i < 500; i++) {
                    versions.switchTo(ids.get(i % 2));
                }
            } finally {
                over.set(true);
            }
            for (var reader : readers) {
                assertThat(reader.get()).isPositive();
            }
        }
    }

    private int read(AtomicBoolean over) throws IOException {
        int times = 0;
        while (!over.get()) {
            var current = new Assets(root);
            var fixed = current.at(current.version());
            var length = fixed.dataset("d").columns().getFirst().maxLength();
            assertThat(fixed.lookupFile("l")).hasContent("code\n" + length + "\n");
            assertThat(current.datasetNames()).containsExactly("d");
            times++;
        }
        return times;
    }

    private Outcome run() throws IOException {
        return run(Caps.DEFAULT);
    }

    private Outcome run(Caps caps) throws IOException {
        InstantSource clock = () -> now;
        return new Update(new AssetsBucket(s3, bucket), root, caps, Duration.ofDays(7), clock)
                .run(Deadline.in(Duration.ofMinutes(5)));
    }

    private void put(String key, String content) {
        var _ =
                s3.putObject(
                        request -> request.bucket(bucket).key(key),
                        RequestBody.fromString(content));
    }

    private void beside(String file, String content) throws IOException {
        Files.createDirectories(root.resolve(file).resolveSibling(""));
        Files.writeString(root.resolve(file), content);
    }

    private static String dataset(String name, String column) {
        return "dataset: %s\ntable: %s\ncolumns: [{name: a, type: text%s}]\n"
                .formatted(name, name.substring(0, 1), column.isEmpty() ? "" : ", " + column);
    }

    private List<@Nullable String> names(String folder) throws IOException {
        try (var files = Files.list(root.resolve(folder))) {
            return files.map(file -> file.getFileName().toString())
                    .sorted()
                    .<@Nullable String>map(n -> n)
                    .toList();
        }
    }

    private @Nullable Object inode() throws IOException {
        return Files.getAttribute(root.resolve("current"), "unix:ino");
    }

    private static boolean othersMayRead(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
