package dev.sluice.testing;

import dev.sluice.db.Database;
import dev.sluice.db.DatabaseSettings;
import dev.sluice.db.Jobs;
import dev.sluice.db.migrate.Migrations;
import dev.sluice.job.Drop;
import dev.sluice.job.Job;
import dev.sluice.job.JobState;
import dev.sluice.local.proxy.Proxy;
import dev.sluice.local.proxy.ProxySettings;
import dev.sluice.local.s3.BucketDefinition;
import dev.sluice.local.s3.Buckets;
import dev.sluice.local.s3.BucketsSettings;
import dev.sluice.local.s3.ObjectEvent;
import dev.sluice.local.sqs.QueueDefinition;
import dev.sluice.local.sqs.Queues;
import dev.sluice.local.sqs.QueuesSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/// Real S3, SQS and PostgreSQL servers for the tests of the functions, which call the functions
/// themselves: the test says which message comes, how often and in what order.
///
/// Started once per JVM; every test uses keys and tables of its own.
public final class TestingPipeline {
    public static final String BUCKET = "inbox";
    public static final String EXPORTS = "exports";
    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "localsecret"));
    private static final int PROXY_CONNECTIONS = 16;
    private static final TestingPipeline SHARED = new TestingPipeline();

    public final URI s3Endpoint;
    public final S3Client s3;
    public final S3Presigner presigner;
    public final SqsClient sqs;
    public final String queueUrl;
    public final Path assets;
    private final EmbeddedPostgres postgres;
    private final Proxy proxy;
    private final int functionsPort;
    private final ConcurrentLinkedQueue<ObjectEvent> events = new ConcurrentLinkedQueue<>();

    private TestingPipeline() {
        try {
            var data = Files.createTempDirectory("sluice-test");
            assets = Files.createDirectories(data.resolve("assets"));
            Files.createDirectories(assets.resolve("datasets"));
            Files.createDirectories(assets.resolve("lookups"));
            postgres = EmbeddedPostgres.builder().setPGStartupWait(Duration.ofMinutes(1)).start();
            proxy = Proxy.start(proxySettings(PROXY_CONNECTIONS));
            PinGuard.watch(proxy);
            functionsPort = functionsPort();
            Migrations.apply(owner());
            var buckets =
                    Buckets.start(
                            new BucketsSettings(
                                    Files.createDirectories(data.resolve("s3")),
                                    List.of(
                                            new BucketDefinition(BUCKET, /* versioned= */ true),
                                            new BucketDefinition(EXPORTS, false)),
                                    "local",
                                    "localsecret",
                                    0,
                                    events::add));
            var queues =
                    Queues.start(
                            new QueuesSettings(
                                    Files.createDirectories(data.resolve("sqs")),
                                    "eu-west-1",
                                    "000000000000",
                                    List.of(QueueDefinition.standard("chunks")),
                                    0,
                                    System.err::println));
            s3Endpoint = buckets.endpoint();
            s3 = s3At(s3Endpoint, S3Client.builder());
            presigner =
                    S3Presigner.builder()
                            .endpointOverride(buckets.endpoint())
                            .region(Region.EU_WEST_1)
                            .serviceConfiguration(
                                    S3Configuration.builder().pathStyleAccessEnabled(true).build())
                            .credentialsProvider(CREDENTIALS)
                            .build();
            sqs =
                    SqsClient.builder()
                            .endpointOverride(queues.endpoint())
                            .region(Region.EU_WEST_1)
                            .credentialsProvider(CREDENTIALS)
                            .build();
            queueUrl = queues.url("chunks");
        } catch (Exception e) {
            throw new IllegalStateException("the servers for the tests do not start", e);
        }
    }

    /// The builder's client of the tests' S3, or of what stands before it.
    public static S3Client s3At(URI endpoint, S3ClientBuilder builder) {
        return builder.endpointOverride(endpoint)
                .region(Region.EU_WEST_1)
                .credentialsProvider(CREDENTIALS)
                .forcePathStyle(true)
                .build();
    }

    public static TestingPipeline shared() {
        return SHARED;
    }

    /// A proxy before the tests' database.
    public ProxySettings proxySettings(int connections) {
        var here = InetAddress.getLoopbackAddress();
        return new ProxySettings(
                new InetSocketAddress(here, 0),
                new InetSocketAddress(here, postgres.getPort()),
                connections,
                connections,
                Duration.ofSeconds(20),
                Duration.ofMinutes(5),
                pin -> System.err.println("Warning: " + pin),
                InstantSource.system());
    }

    /// The database itself, as Migrate has it.
    public DatabaseSettings owner() {
        return settings("postgres", postgres.getPort());
    }

    /// Through the database proxy, as every function but Migrate.
    public DatabaseSettings settings(String user) {
        return settings(user, functionsPort);
    }

    // Another proxy in its place, with other manners: see .ci/pgbouncer.
    private int functionsPort() throws IOException {
        var bouncer = System.getenv("SLUICE_PGBOUNCER");
        return bouncer == null
                ? proxy.port()
                : TestingPgBouncer.start(Path.of(bouncer), postgres.getPort());
    }

    public DatabaseSettings settings(String user, int port) {
        return settings(user, port, Duration.ofSeconds(30));
    }

    private static DatabaseSettings settings(String user, int port, Duration socketTimeout) {
        return new DatabaseSettings(
                "127.0.0.1",
                port,
                "postgres",
                user,
                DatabaseSettings.Auth.NONE,
                null,
                DatabaseSettings.Tls.DISABLE,
                "test",
                socketTimeout);
    }

    public Database loader() {
        return new Database(settings("sluice_loader"), InstantSource.system());
    }

    /// A loader with all the time that one answer may take in the function.
    public Database patientLoader() {
        return new Database(
                settings("sluice_loader", functionsPort, Duration.ofMinutes(2)),
                InstantSource.system());
    }

    public int databasePort() {
        return postgres.getPort();
    }

    /// Puts an object and returns the drop that S3 announced.
    public Drop put(String key, byte[] content) {
        return put(key, content, Map.of());
    }

    /// Puts an object with metadata, whose names the client's begin with `sluice-`.
    public Drop put(String key, byte[] content, Map<String, String> metadata) {
        var version =
                s3.putObject(
                                request -> request.bucket(BUCKET).key(key).metadata(metadata),
                                RequestBody.fromBytes(content))
                        .versionId();
        return drop(
                events.stream()
                        .filter(e -> e.versionId().equals(version))
                        .findFirst()
                        .orElseThrow());
    }

    /// The latest drop that S3 announced for a key.
    public Drop latest(String key) {
        return drop(
                events.stream()
                        .filter(event -> event.key().equals(key))
                        .max(Comparator.comparing(ObjectEvent::sequencer))
                        .orElseThrow());
    }

    private static Drop drop(ObjectEvent event) {
        return new Drop(
                event.bucket(),
                event.key(),
                event.versionId(),
                event.etag(),
                event.size(),
                event.sequencer(),
                event.time());
    }

    public Drop put(String key, String content) {
        return put(key, content.getBytes(StandardCharsets.UTF_8));
    }

    /// Writes a dataset file and returns the dataset's name.
    public String dataset(String name, String rest) {
        try {
            Files.writeString(
                    assets.resolve("datasets").resolve(name + ".yaml"),
                    "dataset: %s\ntable: %s\n%s".formatted(name, name, rest));
            return name;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// A name that no other test uses.
    public static String unique(String stem) {
        return stem + "_" + UUID.randomUUID().toString().replace("-", "");
    }

    /// Makes another queue and gives its URL.
    public String queue(String name) {
        return sqs.createQueue(request -> request.queueName(name)).queueUrl();
    }

    /// The messages in the queue of chunks; they are taken out of it.
    public List<Message> messages() {
        return messages(queueUrl);
    }

    /// The messages in a queue; they are taken out of it.
    public List<Message> messages(String queueUrl) {
        var all = new ArrayList<Message>();
        while (true) {
            var some =
                    sqs.receiveMessage(
                                    request -> request.queueUrl(queueUrl).maxNumberOfMessages(10))
                            .messages();
            if (some.isEmpty()) {
                return all;
            }
            for (var message : some) {
                sqs.deleteMessage(request ->
                        request.queueUrl(queueUrl).receiptHandle(message.receiptHandle()));
            }
            all.addAll(some);
        }
    }

    /// The job of a drop as the ledger has it.
    public Job job(Drop drop) throws SQLException {
        try (var database = loader()) {
            return database.inTransaction(
                    c -> Jobs.register(c, UUID.randomUUID(), "nobody", "none", drop));
        }
    }

    public JobState state(Drop drop) throws SQLException {
        return job(drop).state();
    }

    public String ask(String sql) throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    public void run(String sql) throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection connect() throws SQLException {
        return owner().dataSource().getConnection();
    }
}
