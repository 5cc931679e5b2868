package blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.stack.AssetsBucket;
import dev.sluice.cli.stack.Database;
import dev.sluice.cli.stack.Endpoints;
import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.stack.SigningKeys;
import dev.sluice.cli.testing.UpProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// A running `up` and a stranger's clients of it.
final class Stack implements AutoCloseable {
    private static final Duration JOB_LIMIT = Duration.ofMinutes(3);

    private final UpProcess.Settings settings;
    private UpProcess up;
    private Endpoints endpoints;
    private S3Client s3;
    private Jobs jobs;

    private Stack(UpProcess.Settings settings) throws IOException, InterruptedException {
        this.settings = settings;
        up = UpProcess.start(settings);
        endpoints = up.endpoints();
        s3 = s3(endpoints);
        jobs = Jobs.of(endpoints);
    }

    static Stack start(Path folder, Path assets) throws IOException, InterruptedException {
        return start(folder, assets, Map.of("ChunkBytes", "262144"));
    }

    static Stack start(Path folder, Path assets, Map<String, String> parameters)
            throws IOException, InterruptedException {
        var home = Path.of("").toAbsolutePath().getParent();
        return new Stack(new UpProcess.Settings(home, folder.resolve("data"), assets, parameters));
    }

    /// SIGTERM, and a new start on the same folder.
    void restart() throws IOException, InterruptedException {
        closeClients();
        up.stop();
        assertNoPins();
        up = UpProcess.start(settings);
        endpoints = up.endpoints();
        s3 = s3(endpoints);
        jobs = Jobs.of(endpoints);
    }

    private static S3Client s3(Endpoints endpoints) {
        var credentials =
                AwsBasicCredentials.create(
                        Objects.requireNonNull(endpoints.accessKeyId()),
                        Objects.requireNonNull(endpoints.secretAccessKey()));
        return S3Client.builder()
                .region(Region.of(endpoints.region()))
                .endpointOverride(endpoints.s3())
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .httpClientBuilder(Apache5HttpClient.builder())
                .build();
    }

    UpProcess up() {
        return up;
    }

    Endpoints endpoints() {
        return endpoints;
    }

    Jobs jobs() {
        return jobs;
    }

    Database database() {
        return Database.of(endpoints);
    }

    /// Puts an object and gives its version.
    String put(String key, byte[] content) {
        var inbox = endpoints.inbox();
        return s3.putObject(
                        request -> request.bucket(inbox).key(key), RequestBody.fromBytes(content))
                .versionId();
    }

    /// Drops a file as tenant `demo` and follows its job to the end.
    Job load(String dataset, String name, byte[] content) throws IOException, InterruptedException {
        var key = "demo/" + dataset + "/" + name;
        return end(key, put(key, content));
    }

    Job end(String key, String version) throws IOException, InterruptedException {
        var job =
                jobs.await(key, version, JOB_LIMIT)
                        .orElseThrow(() -> new AssertionError("no job of " + key + "\n" + logs()));
        var last = jobs.awaitUntil(job.id(), JOB_LIMIT, seen -> seen.state().isEnd());
        if (!last.state().isEnd()) throw new AssertionError(last + "\n" + logs());
        return last;
    }

    /// What a command printed, and its exit code.
    record Ran(int code, String out, String err) {}

    /// Runs `./sluice …` against this stack.
    Ran sluice(String... arguments) throws IOException, InterruptedException {
        var folder = Files.createTempDirectory(settings.data(), "command");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", UpProcess.classPath()));
        command.add("dev.sluice.cli.Main");
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", settings.data().toString()));
        var out = folder.resolve("out");
        var err = folder.resolve("err");
        var process =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        if (!process.waitFor(JOB_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("not done in time: " + Files.readString(err));
        }
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private String logs() {
        return up.output();
    }

    /// A request as any HTTP client would send it.
    HttpResponse<String> get(String path, String token) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create(endpoints.api() + path))
                            .header("Authorization", "Bearer " + token)
                            .timeout(Duration.ofSeconds(40))
                            .build();
            return http.send(request, BodyHandlers.ofString());
        }
    }

    /// A token of another tenant, signed by the right key.
    String tokenOf(String tenant) throws IOException {
        return SigningKeys.in(settings.data().resolve("keys"))
                .token(tenant, Instant.now(), Duration.ofMinutes(5));
    }

    /// PUTs to a URL as it was handed out.
    HttpResponse<Void> putTo(String url, Map<String, String> headers, String content)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofSeconds(60))
                        .PUT(HttpRequest.BodyPublishers.ofString(content));
        headers.forEach(request::header);
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request.build(), BodyHandlers.discarding());
        }
    }

    /// A request signed as AWS wants it, by this access key and a secret.
    HttpResponse<String> sendSigned(String method, String path, String secret)
            throws IOException, InterruptedException {
        var uri = URI.create(endpoints.api() + path);
        var signed =
                AwsV4HttpSigner.create()
                        .sign(it ->
                                it.identity(
                                                AwsCredentialsIdentity.create(
                                                        Objects.requireNonNull(
                                                                endpoints.accessKeyId()),
                                                        secret))
                                        .request(
                                                SdkHttpRequest.builder()
                                                        .method(SdkHttpMethod.valueOf(method))
                                                        .uri(uri)
                                                        .build())
                                        .putProperty(
                                                AwsV4HttpSigner.SERVICE_SIGNING_NAME, "execute-api")
                                        .putProperty(
                                                AwsV4HttpSigner.REGION_NAME, endpoints.region()))
                        .request();
        var request =
                HttpRequest.newBuilder(uri)
                        .timeout(Duration.ofSeconds(40))
                        .method(method, HttpRequest.BodyPublishers.noBody());
        signed.forEachHeader((name, values) -> {
            if (!name.equalsIgnoreCase("Host") && !name.equalsIgnoreCase("Content-Length")) {
                values.forEach(value -> request.header(name, value));
            }
        });
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request.build(), BodyHandlers.ofString());
        }
    }

    /// A client that asks as a tenant.
    TenantMatrix as(String tenant) throws IOException {
        return new TenantMatrix(endpoints, tokenOf(tenant));
    }

    /// Puts a dataset file among the assets of the running stack.
    void addDataset(String name, String yaml) throws IOException {
        Files.writeString(settings.assets().resolve("datasets/" + name + ".yaml"), yaml);
    }

    /// Empties the bucket of assets, and lets the files count again that lie in the folder.
    void forgetPutAssets() throws IOException, InterruptedException {
        var bucket = Objects.requireNonNull(endpoints.assets());
        for (var object : s3.listObjectsV2(request -> request.bucket(bucket)).contents()) {
            s3.deleteObject(request -> request.bucket(bucket).key(object.key()));
        }
        try (var assets = AssetsBucket.of(endpoints)) {
            // behind those that saw the bucket when it was full
            var _ = assets.takeIn();
        }
        Files.deleteIfExists(settings.assets().resolve("current"));
    }

    private void closeClients() {
        jobs.close();
        s3.close();
    }

    /// The functions went through the database proxy, and no statement of theirs pins it.
    private void assertNoPins() {
        assertThat(up.output()).contains("The database proxy: ").contains(", 0 pins.");
    }

    @Override
    public void close() {
        closeClients();
        up.close();
        assertNoPins();
    }
}
