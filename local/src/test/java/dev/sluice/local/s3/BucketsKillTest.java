package dev.sluice.local.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// The danger: an upload that was answered for is gone after `kill -9`, or half of one shows.
final class BucketsKillTest {
    @TempDir Path data;

    @Test
    void keepsWhatItAnsweredForAndNothingHalf() throws Exception {
        var server = server();
        var answered = new ConcurrentHashMap<String, String>();
        try (var lines = server.inputReader()) {
            var s3 = client(URI.create(lines.readLine()));
            try (var uploads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int thread = 0; thread < 4; thread++) {
                    var name = "thread " + thread;
                    uploads.execute(() -> uploadUntilItBreaks(s3, name, answered));
                }
                // uploads are under way: the server told of the twentieth
                for (int i = 0; i < 20; i++) {
                    assertThat(lines.readLine()).startsWith("ObjectCreated:Put");
                }
                server.destroyForcibly();
                assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
            s3.close();
        }
        assertThat(answered).hasSizeGreaterThanOrEqualTo(10);
        try (var buckets = Buckets.start(settings(data));
                var s3 = client(buckets.endpoint())) {
            var found = new HashSet<String>();
            s3.listObjectVersionsPaginator(it -> it.bucket("inbox"))
                    .versions()
                    .forEach(it -> {
                        assertThat(bytes(s3, it.key(), it.versionId())).isEqualTo(body(it.key()));
                        found.add(it.key() + " " + it.versionId());
                    });
            answered.forEach((key, version) -> assertThat(found).contains(key + " " + version));
        }
    }

    /// A JVM of its own that says where it serves, then each event, until it is killed.
    public static void main(String[] arguments) throws Exception {
        try (var buckets = Buckets.start(settings(Path.of(arguments[0])))) {
            System.out.println(buckets.endpoint());
            Thread.currentThread().join();
        }
    }

    private static void uploadUntilItBreaks(
            S3Client s3, String name, Map<String, String> answered) {
        try {
            for (int i = 0; i < 10_000; i++) {
                var key = name + "/" + i;
                var body = RequestBody.fromBytes(body(key));
                answered.put(
                        key, s3.putObject(it -> it.bucket("inbox").key(key), body).versionId());
            }
        } catch (SdkException _) {
            // the server was killed, as it should be
        }
    }

    // Large enough to be cut in the middle.
    private static byte[] body(String key) {
        return key.repeat(40_000).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(S3Client s3, String key, String version) {
        return s3.getObjectAsBytes(it -> it.bucket("inbox").key(key).versionId(version))
                .asByteArray();
    }

    private Process server() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BucketsKillTest.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static BucketsSettings settings(Path data) {
        return new BucketsSettings(
                data,
                List.of(new BucketDefinition("inbox", true)),
                "local",
                "secret",
                /* preferredPort= */ 0,
                it -> System.out.println(it.kind().wireName()));
    }

    private static S3Client client(URI endpoint) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.EU_CENTRAL_1)
                .overrideConfiguration(it -> it.retryStrategy(r -> r.maxAttempts(1)))
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create("local", "secret")))
                .build();
    }
}
