package dev.sluice.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.Endpoints;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.stack.Migration;
import dev.sluice.cli.stack.SigningKeys;
import dev.sluice.cli.stack.Uploads;
import dev.sluice.local.Detours.Service;
import dev.sluice.local.Local;
import dev.sluice.local.LocalOptions;
import dev.sluice.local.StartException;
import dev.sluice.local.fault.Relay;
import dev.sluice.local.invoke.InvokeResult;
import dev.sluice.local.runtime.RunningEnvironment;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/// The product's template running in this process, with a relay before each service that its
/// functions use.
final class TestedStack implements AutoCloseable {
    static final String TENANT = "demo";

    /// Some files of a round are shorter, and Intake loads them; the others go by the queue.
    static final int INLINE_BYTES = 8192;

    // The JVM's and the runtime's: they are there before any work.
    private static final String OWN_FILES = "hsperfdata_.*|lib.*\\.so|.*aws-lambda.*|\\.java_pid.*";
    private static final Duration UPLOAD_WITHIN = Duration.ofSeconds(3);
    private static final Duration BETWEEN_UPLOADS = Duration.ofMillis(200);
    private static final Duration TOKEN_VALIDITY = Duration.ofDays(1);

    private final Map<Service, Relay> relays = new EnumMap<>(Service.class);
    private final Path folder;
    private final Path home;
    private final SigningKeys keys;
    private final Local local;
    private final S3Client s3;
    private final SqsClient sqs;
    private int builds = 1;

    private TestedStack(Path home, Path folder) throws IOException, StartException {
        this.home = home;
        this.folder = folder;
        this.keys = SigningKeys.in(folder.resolve("keys"));
        copyImage(image(1));
        this.local = Local.start(options());
        this.s3 =
                S3Client.builder()
                        .endpointOverride(local.endpoints().s3())
                        .region(Region.of(local.endpoints().region()))
                        .credentialsProvider(credentials())
                        .forcePathStyle(true)
                        .build();
        this.sqs =
                SqsClient.builder()
                        .endpointOverride(local.endpoints().sqs())
                        .region(Region.of(local.endpoints().region()))
                        .credentialsProvider(credentials())
                        .build();
    }

    /// Starts it and makes the dataset's table.
    static TestedStack start(Path home, Path folder) throws IOException, StartException {
        var stack = new TestedStack(home, folder);
        try {
            stack.applyDatasets();
            return stack;
        } catch (IOException | RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    private LocalOptions options() throws IOException {
        return LocalOptions.of(home.resolve("template.yaml"), folder.resolve("data"))
                .withStackName("sluice")
                .withDockerfile(home.resolve("Dockerfile"))
                .withFileSystem(assets())
                .withImagePaths(imagePaths(1))
                .withParameters(
                        Map.of(
                                "DatabaseAuth", "none",
                                "DatabaseTls", "disable",
                                "JwksUrl", keys.jwksUrl().toString(),
                                "ChunkBytes", "8192",
                                "InlineBytes", String.valueOf(INLINE_BYTES),
                                "LoadConcurrency", "4",
                                "LoadTimeoutSeconds", "10",
                                "PatienceSeconds", "4"))
                .withDetours(this::relay);
    }

    private Path assets() throws IOException {
        var assets = folder.resolve("assets");
        Files.createDirectories(assets.resolve("lookups"));
        var datasets = Files.createDirectories(assets.resolve("datasets"));
        for (var target : Target.values()) {
            Files.writeString(datasets.resolve(target.dataset() + ".yaml"), target.file());
        }
        return assets;
    }

    private Path image(int build) {
        return folder.resolve("image-" + build);
    }

    private Map<String, Path> imagePaths(int build) {
        return Map.of("/var/task/lib", image(build), "/var/task/keys", keys.publicFolder());
    }

    // A copy of its own: a rebuild of the project must not change what runs here.
    private void copyImage(Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(home.resolve("handlers/target/image"))) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private InetSocketAddress relay(Service service, InetSocketAddress address) throws IOException {
        var relay = Relay.start(address);
        relays.put(service, relay);
        return relay.address();
    }

    private StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                        local.endpoints().accessKeyId(), local.endpoints().secretAccessKey()));
    }

    private void applyDatasets() throws IOException {
        try (var functions = dev.sluice.cli.stack.Functions.of(endpoints(TENANT))) {
            var outcome = new Migration(functions).applyAll();
            if (!outcome.refused().isEmpty()) {
                throw new IOException("datasets refused: " + outcome.document());
            }
        }
    }

    private Endpoints endpoints(String tenant) {
        var it = local.endpoints();
        return new Endpoints(
                it.api().orElseThrow(),
                it.s3(),
                it.sqs(),
                it.lambda(),
                it.functions(),
                it.database().orElseThrow(),
                it.region(),
                it.accessKeyId(),
                it.secretAccessKey(),
                inbox(),
                it.buckets().get("AssetsBucket"),
                keys.token(tenant, Instant.now(), TOKEN_VALIDITY));
    }

    /// The jobs as a tenant sees them over REST.
    Jobs jobs(String tenant) {
        return Jobs.of(endpoints(tenant));
    }

    Local local() {
        return local;
    }

    /// The database itself, for its owner, past all relays.
    URI database() {
        return URI.create(local.endpoints().database().orElseThrow());
    }

    Relay relay(Service service) {
        return Objects.requireNonNull(relays.get(service));
    }

    String inbox() {
        return Objects.requireNonNull(local.endpoints().buckets().get("Inbox"));
    }

    SqsClient sqs() {
        return sqs;
    }

    S3Client s3() {
        return s3;
    }

    String queue(String logicalId) {
        return Objects.requireNonNull(local.endpoints().queues().get(logicalId));
    }

    String function(String logicalId) {
        return Objects.requireNonNull(local.endpoints().functions().get(logicalId));
    }

    /// Drops a file and gives the id of its version.
    String drop(TestedFile file) {
        Map<String, String> metadata = file.dryRun() ? Map.of("sluice-dry-run", "true") : Map.of();
        return s3.putObject(
                        it -> it.bucket(inbox()).key(file.key()).metadata(metadata),
                        RequestBody.fromBytes(file.content()))
                .versionId();
    }

    /// A version that was uploaded, and the job it was promised.
    record Upload(String version, UUID job) {}

    /// Uploads a file by a presigned URL; asks for one again while the API fails, but not for long.
    Optional<Upload> upload(TestedFile file, Jobs tenant) throws IOException, InterruptedException {
        var local = Files.write(folder.resolve("upload"), file.content());
        long end = System.nanoTime() + UPLOAD_WITHIN.toNanos();
        try (var uploads = new Uploads(tenant)) {
            while (true) {
                try {
                    var job =
                            uploads.put(
                                    local,
                                    file.target().dataset(),
                                    file.name(),
                                    /* label= */ file.key(),
                                    _ -> {});
                    var version =
                            s3.headObject(it -> it.bucket(inbox()).key(file.key())).versionId();
                    return Optional.of(new Upload(version, UUID.fromString(job.orElseThrow())));
                } catch (IOException | Complaint _) {
                    if (System.nanoTime() > end) {
                        return Optional.empty();
                    }
                    Thread.sleep(BETWEEN_UPLOADS);
                }
            }
        }
    }

    boolean has(String key, String version) {
        return s3.listObjectVersions(it -> it.bucket(inbox()).prefix(key)).versions().stream()
                .anyMatch(it -> it.versionId().equals(version));
    }

    void remove(String key, String version) {
        s3.deleteObject(it -> it.bucket(inbox()).key(key).versionId(version));
    }

    /// One run of Sweep; what it throws is its own affair.
    InvokeResult sweep() throws InterruptedException {
        return local.functions().invoke(function("Sweep"), "{}".getBytes(UTF_8));
    }

    List<RunningEnvironment> environments() {
        return local.functions().environments();
    }

    /// Files that functions left in their `/tmp`, by function.
    List<String> leftInTmp() {
        var left = new ArrayList<String>();
        for (var environment : environments()) {
            for (var file : Processes.temporaryFiles(environment.pid())) {
                var name = file.getFileName().toString();
                if (!name.matches(OWN_FILES) && !isMounted(file)) {
                    left.add(environment.logicalId() + ": " + name);
                }
            }
        }
        return left;
    }

    // What the functions need of this machine's own `/tmp` is seen in theirs.
    private boolean isMounted(Path file) {
        return Stream.of(folder, home)
                .anyMatch(it -> it.startsWith(Path.of("/tmp").resolve(file.getFileName())));
    }

    /// A deploy of another build with the same content: all environments are replaced.
    void deployAnotherBuild() throws IOException {
        int build;
        synchronized (this) {
            builds = builds == 1 ? 2 : 1;
            build = builds;
            if (!Files.exists(image(build))) {
                copyImage(image(build));
            }
        }
        local.redeploy(imagePaths(build));
    }

    void heal() throws IOException {
        for (var relay : relays.values()) {
            relay.heal();
        }
    }

    @Override
    public void close() throws IOException {
        s3.close();
        sqs.close();
        local.close();
        for (var relay : new ArrayList<>(new HashMap<>(relays).values())) {
            relay.close();
        }
    }
}
