package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.DataFolder;
import dev.sluice.cli.stack.Endpoints;
import dev.sluice.cli.stack.Functions;
import dev.sluice.cli.stack.Migration;
import dev.sluice.cli.stack.SigningKeys;
import dev.sluice.cli.terminal.Stopwatch;
import dev.sluice.cli.terminal.Terminal;
import dev.sluice.cli.terminal.Text;
import dev.sluice.local.Detours;
import dev.sluice.local.Local;
import dev.sluice.local.LocalOptions;
import dev.sluice.local.StartException;
import dev.sluice.local.proxy.ProxyFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The project's template running on this machine, with the tenant `demo` signed in and the
/// datasets applied. One at a time per data folder.
final class LocalStack implements AutoCloseable {
    static final String TENANT = "demo";
    private static final Duration TOKEN_VALIDITY = Duration.ofDays(30);
    private static final String REGION = "eu-west-1";

    private final DataFolder data;
    private final Local local;
    private final Endpoints endpoints;
    private final Migration.Outcome datasets;

    private LocalStack(
            DataFolder data, Local local, Endpoints endpoints, Migration.Outcome datasets) {
        this.data = data;
        this.local = local;
        this.endpoints = endpoints;
        this.datasets = datasets;
    }

    /// What a start is told by the user.
    record Settings(
            Installation installation,
            Path data,
            Path assets,
            int apiPort,
            Map<String, String> parameters) {

        Settings {
            parameters = Map.copyOf(parameters);
            assets = assets.toAbsolutePath().normalize();
            if (!Files.isDirectory(assets)) {
                throw new Complaint("There is no folder of assets at " + assets + ".");
            }
        }
    }

    /// Starts it and tells how that goes.
    static LocalStack start(Settings settings, Terminal out) throws IOException {
        requireLinux();
        var data = DataFolder.claim(settings.data());
        try (var watch =
                new Stopwatch(out, "starting S3, SQS, PostgreSQL, the functions, the API")) {
            var stack = start(settings, data, new Announcements(data.path(), out));
            out.line(
                    "Started S3, SQS, PostgreSQL, %d functions and the API in %s."
                            .formatted(
                                    stack.endpoints.functions().size(),
                                    Text.time(watch.elapsed())));
            return stack;
        } catch (IOException | RuntimeException e) {
            data.release(e);
            throw e;
        }
    }

    private static void requireLinux() {
        if (System.getProperty("os.name").equals("Linux")) return;
        throw new Complaint(
                "Functions run as processes on Linux only: the native library of their runtime"
                        + " client is Linux's.");
    }

    private static LocalStack start(
            Settings settings, DataFolder data, Consumer<String> announcements) throws IOException {
        var keys = SigningKeys.in(data.path().resolve("keys"));
        var local = start(options(settings, data.path(), keys, announcements));
        try {
            var token = keys.token(TENANT, Instant.now(), TOKEN_VALIDITY);
            var endpoints = endpoints(local.endpoints(), token);
            var datasets = applyDatasets(endpoints);
            data.publish(endpoints);
            return new LocalStack(data, local, endpoints, datasets);
        } catch (IOException | RuntimeException e) {
            closeAfter(e, local);
            throw e;
        }
    }

    private static Local start(LocalOptions options) {
        try {
            return Local.start(options);
        } catch (StartException e) {
            throw new Complaint(String.valueOf(e.getMessage()), e);
        }
    }

    private static void closeAfter(Exception failure, Local local) {
        try {
            close(local);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    // An interrupt that ended the work must not cut the stop short.
    private static void close(Local local) {
        var interrupted = Thread.interrupted();
        try {
            local.close();
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    private static LocalOptions options(
            Settings settings, Path data, SigningKeys keys, Consumer<String> announcements) {
        var installation = settings.installation();
        var parameters = new HashMap<String, String>();
        parameters.put("DatabaseAuth", "none");
        parameters.put("DatabaseTls", "disable");
        parameters.put("DatabaseCa", data.resolve("tls/authority.pem").toString());
        parameters.put("JwksUrl", keys.jwksUrl().toString());
        parameters.putAll(settings.parameters());
        return new LocalOptions(
                installation.template(),
                data,
                settings.apiPort(),
                "sluice",
                REGION,
                parameters,
                Optional.of(settings.assets()),
                installation.dockerfile(),
                // The second so that functions see the keys where they have a /tmp of their own.
                Map.of(
                        "/var/task/lib",
                        installation.builtImage(),
                        "/var/task/keys",
                        keys.publicFolder()),
                announcements,
                Detours.NONE);
    }

    private static Endpoints endpoints(dev.sluice.local.Endpoints local, String token) {
        return new Endpoints(
                local.api().orElseThrow(() -> new Complaint("The template declares no API.")),
                local.s3(),
                local.sqs(),
                local.lambda(),
                local.functions(),
                local.database().orElse(null),
                local.region(),
                local.accessKeyId(),
                local.secretAccessKey(),
                Optional.ofNullable(local.buckets().get("Inbox"))
                        .orElseThrow(() -> new Complaint("The template declares no bucket Inbox.")),
                local.buckets().get("AssetsBucket"),
                token);
    }

    private static Migration.Outcome applyDatasets(Endpoints endpoints) throws IOException {
        try (var functions = Functions.of(endpoints)) {
            return new Migration(functions).applyAll();
        }
    }

    Endpoints endpoints() {
        return endpoints;
    }

    DataFolder data() {
        return data;
    }

    /// What became of the datasets that were there at the start.
    Migration.Outcome datasets() {
        return datasets;
    }

    /// What the database proxy has seen so far.
    Optional<ProxyFigures> databaseProxy() {
        return local.databaseProxy();
    }

    @Override
    public void close() throws IOException {
        try (data) {
            data.withdraw();
            close(local);
        }
    }
}
