package dev.sluice.local.s3.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The danger: a crash between two writes that shows half an object, or loses a whole one.
final class StoreTest {
    private static final Attributes PLAIN = new Attributes(Map.of(), Map.of());

    @TempDir Path data;
    private Store store;
    private Bucket bucket;

    @BeforeEach
    void open() throws IOException {
        store = Store.open(data);
        store.create("inbox");
        bucket = store.bucket("inbox").orElseThrow();
        bucket.keepVersions();
    }

    @Test
    void findsEverythingAfterItWasDropped() throws IOException {
        var first = put("a", "one");
        var second = put("a", "two");
        put("b", "three");
        bucket.delete("b", Precondition.NONE);
        open();
        assertThat(bucket.versioned()).isTrue();
        assertThat(text(first)).isEqualTo("one");
        assertThat(bucket.current("a")).contains(second);
        assertThat(bucket.current("b").orElseThrow()).isInstanceOf(Version.Marker.class);
    }

    @Test
    void cutsOffATornLastLine() throws IOException {
        var first = put("a", "one");
        Files.writeString(
                data.resolve("inbox/journal"),
                "{\"op\":\"put\",\"key\":\"b\",\"id\":\"00",
                StandardOpenOption.APPEND);
        open();
        assertThat(bucket.objects(all()).versions()).hasSize(1);
        put("c", "three");
        open();
        assertThat(bucket.current("a")).contains(first);
        assertThat(bucket.current("c")).isPresent();
    }

    @Test
    void refusesADamagedLineByItsNumber() throws IOException {
        put("a", "one");
        Files.writeString(data.resolve("inbox/journal"), "{}\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> Store.open(data))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("journal:4 is damaged");
    }

    @Test
    void clearsAwayBytesThatNobodyNames() throws IOException {
        put("a", "one");
        bucket.receive(bytes("a half-written upload"));
        assertThat(blobs()).isEqualTo(2);
        open();
        assertThat(blobs()).isEqualTo(1);
    }

    @Test
    void keepsNoBytesOfAFailedWrite() throws IOException {
        var cut = InputStream.nullInputStream();
        cut.close();
        assertThatThrownBy(() -> bucket.receive(cut)).isInstanceOf(IOException.class);
        var blob = bucket.receive(bytes("x"));
        assertThatThrownBy(() ->
                        bucket.put(
                                "a",
                                blob,
                                PLAIN,
                                _ -> {
                                    throw new IllegalStateException("not so");
                                }))
                .hasMessage("not so");
        assertThat(blobs()).isZero();
    }

    @Test
    void freesWhatLeaves() throws IOException {
        var first = put("a", "one");
        put("a", "two");
        bucket.delete("a", first.id(), Precondition.NONE);
        assertThat(blobs()).isEqualTo(1);
        var upload = bucket.startUpload("big", PLAIN);
        for (int number : new int[] {1, 1, 2, 3}) {
            bucket.putPart(upload.id(), number, bucket.receive(bytes("part")));
        }
        assertThat(blobs()).isEqualTo(4);
        bucket.complete(upload.id(), List.of(1, 2), Precondition.NONE);
        assertThat(blobs()).isEqualTo(3);
        var aborted = bucket.startUpload("big", PLAIN);
        bucket.putPart(aborted.id(), 1, bucket.receive(bytes("part")));
        bucket.abort(aborted.id());
        assertThat(blobs()).isEqualTo(3);
    }

    @Test
    void shrinksAJournalThatIsMostlyPast() throws IOException {
        var kept = put("kept", "x");
        var upload = bucket.startUpload("big", PLAIN);
        bucket.putPart(upload.id(), 1, bucket.receive(bytes("part")));
        for (int i = 0; i < 600; i++) {
            bucket.delete("a", put("a", "x").id(), Precondition.NONE);
        }
        var last = put("last", "x");
        long before = Files.size(data.resolve("inbox/journal"));
        open();
        assertThat(Files.size(data.resolve("inbox/journal"))).isLessThan(before / 50);
        open();
        assertThat(bucket.current("kept")).contains(kept);
        assertThat(bucket.current("last")).contains(last);
        assertThat(bucket.upload(upload.id()).orElseThrow().parts()).hasSize(1);
        assertThat(put("next", "x").sequence()).isGreaterThan(last.sequence());
    }

    @Test
    void neverGivesANumberTwice() throws IOException {
        var first = put("a", "one");
        bucket.delete("a", first.id(), Precondition.NONE);
        var numbers = data.resolve("inbox/journal");
        // a clock that was an hour ahead when the journal was written
        var ahead = "%d".formatted(first.sequence() + 3_600_000_000L);
        Files.writeString(
                numbers,
                Files.readString(numbers).replace("" + first.sequence(), ahead),
                StandardOpenOption.TRUNCATE_EXISTING);
        open();
        assertThat(put("a", "two").sequence()).isGreaterThan(Long.parseLong(ahead));
    }

    @Test
    void givesVersionsOfAKeyTimesOfTheirOwn() throws IOException {
        for (int i = 0; i < 50; i++) {
            put("a", "x");
        }
        assertThat(bucket.versions(all()).versions())
                .extracting(it -> it.version().time())
                .doesNotHaveDuplicates();
    }

    private Version.Stored put(String key, String text) throws IOException {
        return bucket.put(key, bucket.receive(bytes(text)), PLAIN, Precondition.NONE);
    }

    private String text(Version.Stored object) throws IOException {
        try (var in = bucket.open(object, 0, object.size())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private long blobs() throws IOException {
        try (var files = Files.walk(data.resolve("inbox/blobs"))) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    private static Query all() {
        return new Query("", "", "", "", 1000);
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
