package dev.sluice.local.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// The danger: a client that is content with S3 loses or misreads something here.
final class BucketsTest {
    private static final String BUCKET = "inbox";
    private static final String PLAIN = "plain";
    private static final List<String> NAMES =
            List.of(
                    "a.csv",
                    "..",
                    "../a",
                    "a/../../b",
                    "./a",
                    "a//b",
                    "/a",
                    "//a",
                    "a/",
                    "/",
                    "a b c",
                    " a ",
                    "a+b",
                    "a%b",
                    "a%2Fb",
                    "a%20b",
                    "ä/ö ü/€/😀.csv",
                    "a?b#c&d=e",
                    "a\\b",
                    "a;b,c:d@e!f$g'h(i)j*",
                    "a\"b<c>d|e",
                    "con.aux");

    @TempDir Path data;
    private final ConcurrentLinkedQueue<ObjectEvent> events = new ConcurrentLinkedQueue<>();
    private Buckets buckets;
    private S3Client s3;

    @BeforeEach
    void start() throws IOException {
        buckets = Buckets.start(settings("secret"));
        s3 = client("secret");
    }

    @AfterEach
    void stop() throws IOException {
        s3.close();
        buckets.close();
    }

    @Test
    void takesAKeyAsAName() {
        for (var key : NAMES) {
            var etag = put(key, "text of " + key).eTag();
            assertThat(text(key)).isEqualTo("text of " + key);
            assertThat(s3.headObject(it -> it.bucket(BUCKET).key(key)).eTag()).isEqualTo(etag);
        }
        assertThat(s3.listObjectsV2(it -> it.bucket(BUCKET)).contents())
                .extracting(S3Object::key)
                .containsExactlyInAnyOrderElementsOf(NAMES);
        assertThat(events).extracting(ObjectEvent::key).containsExactlyElementsOf(NAMES);
        s3.deleteObjects(it -> it.bucket(BUCKET).delete(d -> d.objects(identifiers(NAMES))));
        assertThat(s3.listObjectsV2(it -> it.bucket(BUCKET)).hasContents()).isFalse();
    }

    @Test
    void takesKeysOf1024BytesAndNoLonger() {
        var longest = "ä".repeat(512);
        put(longest, "x");
        assertThat(text(longest)).isEqualTo("x");
        assertThatThrownBy(() -> put(longest + "a", "x"))
                .isInstanceOfSatisfying(
                        S3Exception.class, it -> assertThat(it.statusCode()).isEqualTo(400));
    }

    @Test
    void keepsEveryVersionOfAKey() {
        var first = put("a", "one").versionId();
        var second = put("a", "two").versionId();
        var marker = s3.deleteObject(it -> it.bucket(BUCKET).key("a"));

        assertThat(marker.deleteMarker()).isTrue();
        assertThatThrownBy(() -> text("a")).isInstanceOf(NoSuchKeyException.class);
        assertThat(text("a", first)).isEqualTo("one");
        assertThat(text("a", second)).isEqualTo("two");
        assertThat(s3.headObject(it -> it.bucket(BUCKET).key("a").versionId(first)).versionId())
                .isEqualTo(first);
        assertThatThrownBy(() -> text("a", marker.versionId()))
                .isInstanceOfSatisfying(
                        S3Exception.class, it -> assertThat(it.statusCode()).isEqualTo(405));

        var listed = s3.listObjectVersions(it -> it.bucket(BUCKET));
        assertThat(listed.versions())
                .extracting(it -> it.versionId(), it -> it.isLatest())
                .containsExactly(tuple(second, false), tuple(first, false));
        assertThat(listed.deleteMarkers())
                .extracting(it -> it.versionId(), it -> it.isLatest())
                .containsExactly(tuple(marker.versionId(), true));

        s3.deleteObject(it -> it.bucket(BUCKET).key("a").versionId(marker.versionId()));
        assertThat(text("a")).isEqualTo("two");
        s3.deleteObject(it -> it.bucket(BUCKET).key("a").versionId(second));
        assertThat(text("a")).isEqualTo("one");
        assertThatThrownBy(() -> text("a", second))
                .isInstanceOfSatisfying(
                        S3Exception.class,
                        it ->
                                assertThat(it.awsErrorDetails().errorCode())
                                        .isEqualTo("NoSuchVersion"));
    }

    @Test
    void keepsOneObjectAKeyWithoutVersions() {
        s3.putObject(it -> it.bucket(PLAIN).key("a"), RequestBody.fromString("one"));
        var second = s3.putObject(it -> it.bucket(PLAIN).key("a"), RequestBody.fromString("two"));
        assertThat(second.versionId()).isNull();
        assertThat(s3.listObjectVersions(it -> it.bucket(PLAIN)).versions())
                .extracting(it -> it.versionId())
                .containsExactly("null");
        s3.deleteObject(it -> it.bucket(PLAIN).key("a"));
        s3.deleteObject(it -> it.bucket(PLAIN).key("a"));
        assertThat(s3.listObjectVersions(it -> it.bucket(PLAIN)).hasVersions()).isFalse();
        assertThat(events)
                .extracting(ObjectEvent::kind)
                .containsExactly(
                        ObjectEvent.Kind.PUT, ObjectEvent.Kind.PUT, ObjectEvent.Kind.DELETE);
    }

    @Test
    void pagesThroughKeysInTheOrderOfTheirBytes() {
        var keys =
                List.of(
                        "a", "a/1", "a/2", "b", "b/1/x", "b/2", "c", "d/", "d/e", "z", "\uFFFD",
                        "😀");
        keys.reversed().forEach(it -> put(it, it));
        put("gone", "x");
        s3.deleteObject(it -> it.bucket(BUCKET).key("gone"));

        var found = new ArrayList<String>();
        s3.listObjectsV2Paginator(it -> it.bucket(BUCKET).maxKeys(2))
                .contents()
                .forEach(it -> found.add(it.key()));
        assertThat(found).isEqualTo(keys);

        var folders = new ArrayList<String>();
        var files = new ArrayList<String>();
        s3.listObjectsV2Paginator(it -> it.bucket(BUCKET).delimiter("/").maxKeys(1))
                .forEach(page -> {
                    page.commonPrefixes().forEach(it -> folders.add(it.prefix()));
                    page.contents().forEach(it -> files.add(it.key()));
                });
        assertThat(folders).containsExactly("a/", "b/", "d/");
        assertThat(files).containsExactly("a", "b", "c", "z", "\uFFFD", "😀");

        var inD = s3.listObjects(it -> it.bucket(BUCKET).prefix("d/").delimiter("/"));
        assertThat(inD.contents()).extracting(S3Object::key).containsExactly("d/", "d/e");
        var afterA = s3.listObjects(it -> it.bucket(BUCKET).delimiter("/").marker("a/").maxKeys(2));
        assertThat(afterA.contents()).extracting(S3Object::key).containsExactly("b");
        assertThat(afterA.commonPrefixes()).extracting(it -> it.prefix()).containsExactly("b/");
        assertThat(afterA.nextMarker()).isEqualTo("b/");
    }

    @Test
    void pagesThroughVersions() {
        var written = new ArrayList<String>();
        for (int i = 0; i < 3; i++) {
            written.add(put("a", "a" + i).versionId());
            written.add(put("b/c", "b" + i).versionId());
            written.add(s3.deleteObject(it -> it.bucket(BUCKET).key("a")).versionId());
        }
        for (int size : new int[] {1, 2, 5, 1000}) {
            var found = new ArrayList<String>();
            s3.listObjectVersionsPaginator(it -> it.bucket(BUCKET).maxKeys(size))
                    .forEach(page -> {
                        page.versions().forEach(it -> found.add(it.versionId()));
                        page.deleteMarkers().forEach(it -> found.add(it.versionId()));
                    });
            assertThat(found).containsExactlyInAnyOrderElementsOf(written);
        }
        assertThat(s3.listObjectVersions(it -> it.bucket(BUCKET).delimiter("/")).commonPrefixes())
                .extracting(it -> it.prefix())
                .containsExactly("b/");
    }

    @Test
    void keepsHeadersAndMetadataAlsoOfACopy() {
        s3.putObject(
                it ->
                        it.bucket(BUCKET)
                                .key("a b")
                                .contentType("text/csv")
                                .contentDisposition("attachment")
                                .cacheControl("no-store")
                                .contentLanguage("de")
                                .metadata(Map.of("Sluice-Label", "x y")),
                RequestBody.fromString("a,b\n"));
        s3.copyObject(it ->
                it.sourceBucket(BUCKET)
                        .sourceKey("a b")
                        .destinationBucket(PLAIN)
                        .destinationKey("c"));
        var copy = s3.headObject(it -> it.bucket(PLAIN).key("c"));
        assertThat(copy.contentType()).isEqualTo("text/csv");
        assertThat(copy.contentDisposition()).isEqualTo("attachment");
        assertThat(copy.cacheControl()).isEqualTo("no-store");
        assertThat(copy.contentLanguage()).isEqualTo("de");
        assertThat(copy.metadata()).containsExactly(Map.entry("sluice-label", "x y"));
        assertThat(copy.eTag()).isEqualTo(s3.headObject(it -> it.bucket(BUCKET).key("a b")).eTag());

        s3.copyObject(it ->
                it.sourceBucket(BUCKET)
                        .sourceKey("a b")
                        .destinationBucket(BUCKET)
                        .destinationKey("a b")
                        .metadataDirective(MetadataDirective.REPLACE)
                        .metadata(Map.of("other", "z")));
        assertThat(s3.headObject(it -> it.bucket(BUCKET).key("a b")).metadata())
                .containsExactly(Map.entry("other", "z"));
        assertThat(text("a b")).isEqualTo("a,b\n");
    }

    @Test
    void readsRanges() {
        put("a", "0123456789");
        assertThat(range("a", "bytes=2-4")).isEqualTo("234");
        assertThat(range("a", "bytes=7-")).isEqualTo("789");
        assertThat(range("a", "bytes=-3")).isEqualTo("789");
        assertThat(range("a", "bytes=8-100")).isEqualTo("89");
        assertThatThrownBy(() -> range("a", "bytes=10-"))
                .isInstanceOfSatisfying(
                        S3Exception.class, it -> assertThat(it.statusCode()).isEqualTo(416));
        assertThat(
                        s3.getObject(it -> it.bucket(BUCKET).key("a").range("bytes=2-4"))
                                .response()
                                .contentRange())
                .isEqualTo("bytes 2-4/10");
    }

    @Test
    void writesAndReadsUnderConditions() {
        var etag =
                s3.putObject(
                                it -> it.bucket(BUCKET).key("a").ifNoneMatch("*"),
                                RequestBody.fromString("one"))
                        .eTag();
        refuses(
                412,
                () ->
                        s3.putObject(
                                it -> it.bucket(BUCKET).key("a").ifNoneMatch("*"),
                                RequestBody.fromString("two")));
        refuses(
                412,
                () ->
                        s3.putObject(
                                it -> it.bucket(BUCKET).key("a").ifMatch("\"0\""),
                                RequestBody.fromString("two")));
        refuses(
                404,
                () ->
                        s3.putObject(
                                it -> it.bucket(BUCKET).key("b").ifMatch(etag),
                                RequestBody.fromString("two")));
        assertThat(text("a")).isEqualTo("one");
        s3.putObject(it -> it.bucket(BUCKET).key("a").ifMatch(etag), RequestBody.fromString("two"));
        assertThat(text("a")).isEqualTo("two");
        refuses(412, () -> s3.getObject(it -> it.bucket(BUCKET).key("a").ifMatch(etag)));
        var now = s3.headObject(it -> it.bucket(BUCKET).key("a")).eTag();
        refuses(304, () -> s3.getObject(it -> it.bucket(BUCKET).key("a").ifNoneMatch(now)));
        refuses(304, () -> s3.headObject(it -> it.bucket(BUCKET).key("a").ifNoneMatch(now)));
        refuses(412, () -> s3.deleteObject(it -> it.bucket(BUCKET).key("a").ifMatch(etag)));
        assertThat(events).hasSize(2);
    }

    @Test
    void letsOnlyOneOfManyCreateAKey() throws Exception {
        var outcomes =
                inParallel(
                        16,
                        i -> {
                            try {
                                s3.putObject(
                                        it -> it.bucket(BUCKET).key("a").ifNoneMatch("*"),
                                        RequestBody.fromString("" + i));
                                return 200;
                            } catch (S3Exception refused) {
                                return refused.statusCode();
                            }
                        });
        assertThat(outcomes).containsOnly(200, 412).containsOnlyOnce(200);
    }

    @Test
    void joinsAMultipartUpload() {
        var text = new byte[11 << 20];
        new Random(1).nextBytes(text);
        var id =
                s3.createMultipartUpload(it ->
                                it.bucket(BUCKET)
                                        .key("big")
                                        .contentType("text/csv")
                                        .metadata(Map.of("label", "l")))
                        .uploadId();
        var parts = new ArrayList<CompletedPart>();
        parts.add(part(id, 2, Arrays.copyOfRange(text, 5 << 20, 10 << 20)));
        part(id, 1, new byte[10]);
        parts.add(part(id, 1, Arrays.copyOfRange(text, 0, 5 << 20)));
        parts.add(part(id, 7, Arrays.copyOfRange(text, 10 << 20, 11 << 20)));
        part(id, 9, new byte[10]);
        assertThat(s3.listParts(it -> it.bucket(BUCKET).key("big").uploadId(id)).parts())
                .extracting(it -> it.partNumber())
                .containsExactly(1, 2, 7, 9);
        assertThat(s3.listMultipartUploads(it -> it.bucket(BUCKET)).uploads())
                .extracting(it -> it.key())
                .containsExactly("big");
        assertThat(s3.listObjectsV2(it -> it.bucket(BUCKET)).hasContents()).isFalse();

        parts.sort((a, b) -> a.partNumber() - b.partNumber());
        var done =
                s3.completeMultipartUpload(it ->
                        it.bucket(BUCKET)
                                .key("big")
                                .uploadId(id)
                                .multipartUpload(m -> m.parts(parts)));

        assertThat(done.eTag()).endsWith("-3\"");
        assertThat(events)
                .singleElement()
                .satisfies(it -> {
                    assertThat(it.kind().wireName())
                            .isEqualTo("ObjectCreated:CompleteMultipartUpload");
                    assertThat(it.versionId()).isEqualTo(done.versionId());
                    assertThat(it.size()).isEqualTo(text.length);
                    assertThat("\"" + it.etag() + "\"").isEqualTo(done.eTag());
                });
        assertThat(bytes("big")).isEqualTo(text);
        assertThat(range("big", "bytes=5242878-5242881").getBytes(StandardCharsets.ISO_8859_1))
                .isEqualTo(Arrays.copyOfRange(text, 5242878, 5242882));
        var head = s3.headObject(it -> it.bucket(BUCKET).key("big"));
        assertThat(head.contentType()).isEqualTo("text/csv");
        assertThat(head.metadata()).containsExactly(Map.entry("label", "l"));
        assertThat(s3.listMultipartUploads(it -> it.bucket(BUCKET)).hasUploads()).isFalse();

        s3.copyObject(it ->
                it.sourceBucket(BUCKET)
                        .sourceKey("big")
                        .destinationBucket(BUCKET)
                        .destinationKey("copy"));
        assertThat(bytes("copy")).isEqualTo(text);
        assertThat(s3.headObject(it -> it.bucket(BUCKET).key("copy")).eTag()).doesNotContain("-");
    }

    @Test
    void forgetsAnAbortedUpload() {
        var id = s3.createMultipartUpload(it -> it.bucket(BUCKET).key("big")).uploadId();
        part(id, 1, new byte[10]);
        s3.abortMultipartUpload(it -> it.bucket(BUCKET).key("big").uploadId(id));
        assertThat(s3.listMultipartUploads(it -> it.bucket(BUCKET)).hasUploads()).isFalse();
        refuses(404, () -> part(id, 2, new byte[10]));
        refuses(
                404,
                () -> s3.abortMultipartUpload(it -> it.bucket(BUCKET).key("big").uploadId(id)));
        assertThat(events).isEmpty();
    }

    @Test
    void copiesAPartOfAnObject() {
        put("a", "0123456789");
        var id = s3.createMultipartUpload(it -> it.bucket(BUCKET).key("b")).uploadId();
        var etag =
                s3.uploadPartCopy(it ->
                                it.sourceBucket(BUCKET)
                                        .sourceKey("a")
                                        .copySourceRange("bytes=2-5")
                                        .destinationBucket(BUCKET)
                                        .destinationKey("b")
                                        .uploadId(id)
                                        .partNumber(1))
                        .copyPartResult()
                        .eTag();
        s3.completeMultipartUpload(it ->
                it.bucket(BUCKET)
                        .key("b")
                        .uploadId(id)
                        .multipartUpload(m ->
                                m.parts(CompletedPart.builder().partNumber(1).eTag(etag).build())));
        assertThat(text("b")).isEqualTo("2345");
    }

    @Test
    void tellsOfEachChangeOnceAndInOrder() {
        put("a", "one");
        put("a", "one");
        s3.copyObject(it ->
                it.sourceBucket(BUCKET)
                        .sourceKey("a")
                        .destinationBucket(BUCKET)
                        .destinationKey("b"));
        var marker = s3.deleteObject(it -> it.bucket(BUCKET).key("a")).versionId();
        s3.deleteObject(it -> it.bucket(BUCKET).key("a").versionId(marker));
        s3.deleteObject(it -> it.bucket(BUCKET).key("a").versionId(marker));
        assertThat(events)
                .extracting(it -> it.kind().wireName() + " " + it.key())
                .containsExactly(
                        "ObjectCreated:Put a",
                        "ObjectCreated:Put a",
                        "ObjectCreated:Copy b",
                        "ObjectRemoved:DeleteMarkerCreated a",
                        "ObjectRemoved:Delete a");
        assertThat(events)
                .extracting(ObjectEvent::sequencer)
                .isSorted()
                .doesNotHaveDuplicates()
                .allMatch(it -> it.matches("[0-9A-F]{16}"));
        assertThat(events.peek().etag()).isEqualTo("f97c5d29941bfb1b2fdab0874906ab82");
        assertThat(events.peek().size()).isEqualTo(3);
    }

    @Test
    void goesOnAfterARestart() throws IOException {
        var first = put("ä b", "one").versionId();
        var id = s3.createMultipartUpload(it -> it.bucket(BUCKET).key("big")).uploadId();
        var part = part(id, 1, new byte[10]);
        put("gone", "x");
        s3.deleteObject(it -> it.bucket(BUCKET).key("gone"));
        s3.putObject(it -> it.bucket(PLAIN).key("p"), RequestBody.fromString("p1"));
        var before = events.stream().map(ObjectEvent::sequencer).toList();

        stop();
        start();

        assertThat(text("ä b", first)).isEqualTo("one");
        assertThatThrownBy(() -> text("gone")).isInstanceOf(NoSuchKeyException.class);
        assertThat(s3.listObjectVersions(it -> it.bucket(BUCKET)).versions()).hasSize(2);
        s3.putObject(it -> it.bucket(PLAIN).key("p"), RequestBody.fromString("p2"));
        assertThat(s3.getObjectAsBytes(it -> it.bucket(PLAIN).key("p")).asUtf8String())
                .isEqualTo("p2");
        s3.completeMultipartUpload(it ->
                it.bucket(BUCKET).key("big").uploadId(id).multipartUpload(m -> m.parts(part)));
        assertThat(bytes("big")).hasSize(10);
        var second = put("ä b", "two").versionId();
        assertThat(second).isNotEqualTo(first);
        assertThat(events.stream().skip(before.size()).map(ObjectEvent::sequencer))
                .allMatch(it -> it.compareTo(before.getLast()) > 0);
    }

    @Test
    void presignsWhatItThenAccepts() throws Exception {
        try (var presigner = presigner("secret")) {
            var put =
                    presigner.presignPutObject(it ->
                            it.signatureDuration(Duration.ofMinutes(5))
                                    .putObjectRequest(p ->
                                            p.bucket(BUCKET)
                                                    .key("a b+ä")
                                                    .metadata(Map.of("job", "7"))));
            assertThat(
                            send(put.url().toURI(), "PUT", "hello", Map.of("x-amz-meta-job", "7"))
                                    .statusCode())
                    .isEqualTo(200);
            assertThat(
                            send(put.url().toURI(), "PUT", "hello", Map.of("x-amz-meta-job", "8"))
                                    .statusCode())
                    .isEqualTo(403);
            var tampered = URI.create(put.url().toString().replace("a%20b", "a%20c"));
            var refused = send(tampered, "PUT", "hello", Map.of("x-amz-meta-job", "7"));
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("SignatureDoesNotMatch");
            var get =
                    presigner.presignGetObject(it ->
                            it.signatureDuration(Duration.ofMinutes(5))
                                    .getObjectRequest(g -> g.bucket(BUCKET).key("a b+ä")));
            assertThat(send(get.url().toURI(), "GET", "", Map.of()).body()).isEqualTo("hello");
            assertThat(s3.headObject(it -> it.bucket(BUCKET).key("a b+ä")).metadata())
                    .containsEntry("job", "7");
            assertThat(events).extracting(ObjectEvent::key).containsExactly("a b+ä");
        }
    }

    @Test
    void holdsWhoHasAUrlToWhatWasSigned() throws Exception {
        try (var presigner = presigner("secret")) {
            var put =
                    presigner
                            .presignPutObject(it ->
                                    it.signatureDuration(Duration.ofMinutes(5))
                                            .putObjectRequest(p ->
                                                    p.bucket(BUCKET)
                                                            .key("a")
                                                            .contentLength(5L)
                                                            .metadata(Map.of("job", "7"))))
                            .url()
                            .toString();
            var signed = Map.of("x-amz-meta-job", "7");
            var more = Map.of("x-amz-meta-job", "7", "x-amz-meta-other", "1");
            assertThat(send(URI.create(put), "PUT", "hello", more).body())
                    .contains("AccessDenied", "not signed");
            assertThat(send(URI.create(put), "PUT", "hello", Map.of()).statusCode()).isEqualTo(403);
            assertThat(send(URI.create(put), "PUT", "hello!", signed).statusCode()).isEqualTo(403);
            assertThat(send(URI.create(put), "GET", "", signed).statusCode()).isEqualTo(403);
            var longer = put.replace("X-Amz-Expires=300", "X-Amz-Expires=3000");
            assertThat(longer).isNotEqualTo(put);
            assertThat(send(URI.create(longer), "PUT", "hello", signed).statusCode())
                    .isEqualTo(403);
            assertThat(s3.listObjectsV2(it -> it.bucket(BUCKET)).hasContents()).isFalse();
            assertThat(send(URI.create(put), "PUT", "hello", signed).statusCode()).isEqualTo(200);
        }
        assertThat(events).hasSize(1);
    }

    @Test
    void takesThePartsOfAPresignedUpload() throws Exception {
        var upload =
                s3.createMultipartUpload(
                                it -> it.bucket(BUCKET).key("big").metadata(Map.of("job", "7")))
                        .uploadId();
        try (var presigner = presigner("secret")) {
            var part =
                    presigner.presignUploadPart(it ->
                            it.signatureDuration(Duration.ofMinutes(5))
                                    .uploadPartRequest(p ->
                                            p.bucket(BUCKET)
                                                    .key("big")
                                                    .uploadId(upload)
                                                    .partNumber(1)));
            var sent = send(part.url().toURI(), "PUT", "hello", Map.of());
            assertThat(sent.statusCode()).isEqualTo(200);
            var complete =
                    presigner.presignCompleteMultipartUpload(it ->
                            it.signatureDuration(Duration.ofMinutes(5))
                                    .completeMultipartUploadRequest(
                                            c -> c.bucket(BUCKET).key("big").uploadId(upload)));
            var body =
                    "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part></CompleteMultipartUpload>"
                            .formatted(sent.headers().firstValue("ETag").orElseThrow());
            var completed = send(complete.url().toURI(), "POST", body, Map.of());
            assertThat(completed.statusCode()).as(completed.body()).isEqualTo(200);
        }
        assertThat(s3.headObject(it -> it.bucket(BUCKET).key("big")).metadata())
                .containsEntry("job", "7");
        assertThat(text("big")).isEqualTo("hello");
    }

    @Test
    void refusesAnExpiredUrl() throws Exception {
        try (var presigner = presigner("secret")) {
            put("a", "x");
            var url =
                    presigner
                            .presignGetObject(it ->
                                    it.signatureDuration(Duration.ofMinutes(1))
                                            .getObjectRequest(g -> g.bucket(BUCKET).key("a")))
                            .url()
                            .toString()
                            .replaceFirst("X-Amz-Date=[0-9]{8}", "X-Amz-Date=20200101");
            var refused = send(URI.create(url), "GET", "", Map.of());
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("expired");
        }
    }

    @Test
    void refusesStrangers() throws Exception {
        put("a", "x");
        try (var stranger = client("wrong")) {
            refuses(403, () -> stranger.getObject(it -> it.bucket(BUCKET).key("a")));
            refuses(
                    403,
                    () ->
                            stranger.putObject(
                                    it -> it.bucket(BUCKET).key("b"), RequestBody.fromString("x")));
        }
        var anonymous = buckets.endpoint().resolve("/" + BUCKET + "/a");
        assertThat(send(anonymous, "GET", "", Map.of()).statusCode()).isEqualTo(403);
        assertThat(send(anonymous, "PUT", "y", Map.of()).statusCode()).isEqualTo(403);
        assertThat(text("a")).isEqualTo("x");
    }

    @Test
    void refusesABodyThatIsNotWhatWasSigned() throws Exception {
        try (var presigner = presigner("secret")) {
            var put =
                    presigner.presignPutObject(it ->
                            it.signatureDuration(Duration.ofMinutes(5))
                                    .putObjectRequest(p ->
                                            p.bucket(BUCKET)
                                                    .key("a")
                                                    .contentMD5("XUFAKrxLKna5cZ2REBfFkg==")));
            var headers = Map.of("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg==");
            assertThat(send(put.url().toURI(), "PUT", "hullo", headers).statusCode())
                    .isEqualTo(400);
            assertThat(s3.listObjectsV2(it -> it.bucket(BUCKET)).hasContents()).isFalse();
            assertThat(send(put.url().toURI(), "PUT", "hello", headers).statusCode())
                    .isEqualTo(200);
        }
        assertThat(events).hasSize(1);
    }

    @Test
    void givesTheChecksumOfTheWholeObject() {
        put("a", "123456789");
        var head =
                s3.headObject(it -> it.bucket(BUCKET).key("a").checksumMode(ChecksumMode.ENABLED));
        // AE8B14860A799888 is the check value of CRC-64/NVME
        assertThat(head.checksumCRC64NVME()).isEqualTo("rosUhgp5mIg=");
    }

    @Test
    void servesManyAtOnce() throws Exception {
        var bodies =
                inParallel(
                        16,
                        i -> {
                            for (int j = 0; j < 20; j++) {
                                put("shared", i + "/" + j);
                                put("own/" + i, i + "/" + j);
                                text("shared");
                            }
                            return text("own/" + i);
                        });
        assertThat(bodies)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 16).mapToObj(i -> i + "/19").toList());
        var versions = new ArrayList<String>();
        s3.listObjectVersionsPaginator(it -> it.bucket(BUCKET))
                .versions()
                .forEach(it -> versions.add(it.versionId()));
        assertThat(versions).hasSize(640);
        assertThat(new HashSet<>(versions)).hasSize(640);
        assertThat(events).hasSize(640);
        var last =
                events.stream()
                        .filter(it -> it.key().equals("shared"))
                        .max((a, b) -> a.sequencer().compareTo(b.sequencer()))
                        .orElseThrow();
        assertThat(s3.headObject(it -> it.bucket(BUCKET).key("shared")).versionId())
                .isEqualTo(last.versionId());
    }

    @Test
    void namesABucketThatIsNotThere() {
        assertThatThrownBy(() ->
                        s3.putObject(
                                it -> it.bucket("nowhere").key("a"), RequestBody.fromString("x")))
                .isInstanceOf(NoSuchBucketException.class);
        s3.createBucket(it -> it.bucket("made"));
        refuses(409, () -> s3.createBucket(it -> it.bucket("made")));
        assertThat(s3.listBuckets().buckets())
                .extracting(it -> it.name())
                .containsExactly(BUCKET, "made", PLAIN);
        s3.deleteBucket(it -> it.bucket("made"));
        put("a", "x");
        refuses(409, () -> s3.deleteBucket(it -> it.bucket(BUCKET)));
    }

    @Test
    void takesAnotherPortWhereThePreferredOneIsTaken(@TempDir Path other) throws IOException {
        var settings =
                new BucketsSettings(
                        other,
                        List.of(),
                        "local",
                        "secret",
                        buckets.endpoint().getPort(),
                        events::add);
        try (var second = Buckets.start(settings)) {
            assertThat(second.endpoint()).isNotEqualTo(buckets.endpoint());
        }
    }

    private BucketsSettings settings(String secret) {
        return new BucketsSettings(
                data,
                List.of(new BucketDefinition(BUCKET, true), new BucketDefinition(PLAIN, false)),
                "local",
                secret,
                /* preferredPort= */ 0,
                events::add);
    }

    private S3Client client(String secret) {
        return S3Client.builder()
                .endpointOverride(buckets.endpoint())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create("local", secret)))
                .build();
    }

    private S3Presigner presigner(String secret) {
        return S3Presigner.builder()
                .endpointOverride(buckets.endpoint())
                .region(Region.EU_CENTRAL_1)
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create("local", secret)))
                .build();
    }

    private PutObjectResponse put(String key, String text) {
        return s3.putObject(it -> it.bucket(BUCKET).key(key), RequestBody.fromString(text));
    }

    private static List<ObjectIdentifier> identifiers(List<String> keys) {
        return keys.stream().map(it -> ObjectIdentifier.builder().key(it).build()).toList();
    }

    private CompletedPart part(String upload, int number, byte[] bytes) {
        var etag =
                s3.uploadPart(
                                it ->
                                        it.bucket(BUCKET)
                                                .key("big")
                                                .uploadId(upload)
                                                .partNumber(number),
                                RequestBody.fromBytes(bytes))
                        .eTag();
        return CompletedPart.builder().partNumber(number).eTag(etag).build();
    }

    private String text(String key) {
        return new String(bytes(key), StandardCharsets.UTF_8);
    }

    private byte[] bytes(String key) {
        return s3.getObjectAsBytes(it -> it.bucket(BUCKET).key(key)).asByteArray();
    }

    private String text(String key, String version) {
        return s3.getObjectAsBytes(it -> it.bucket(BUCKET).key(key).versionId(version))
                .asUtf8String();
    }

    private String range(String key, String range) {
        return s3.getObjectAsBytes(it -> it.bucket(BUCKET).key(key).range(range))
                .asString(StandardCharsets.ISO_8859_1);
    }

    private static void refuses(int status, Runnable work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        S3Exception.class, it -> assertThat(it.statusCode()).isEqualTo(status));
    }

    private static HttpResponse<String> send(
            URI uri, String method, String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(uri)
                            .timeout(Duration.ofSeconds(10))
                            .method(
                                    method,
                                    body.isEmpty()
                                            ? HttpRequest.BodyPublishers.noBody()
                                            : HttpRequest.BodyPublishers.ofString(body));
            headers.forEach(request::header);
            return http.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static <T> List<T> inParallel(int threads, Numbered<T> work)
            throws InterruptedException, ExecutionException {
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var tasks =
                    IntStream.range(0, threads)
                            .mapToObj(i -> (Callable<T>) () -> work.run(i))
                            .toList();
            var results = new ArrayList<T>();
            for (Future<T> future : executor.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        }
    }

    @FunctionalInterface
    private interface Numbered<T> {
        T run(int number);
    }
}
