import static java.lang.ProcessBuilder.Redirect.DISCARD;
import static java.lang.ProcessBuilder.Redirect.INHERIT;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.jar.JarFile;

/// Trains the AOT cache of the image: starts the runtime interface client as the image does and has
/// one process do what all functions do at a start, against stand-ins that say as little as they may.
///
/// Nothing of it gets into the image, and nothing depends on it: a start without the cache is only
/// slower.
public final class Training {
    private static final int LIMIT_SECONDS = 120;

    private Training() {}

    /// Arguments: the folder of the samples, then the command line of the image with what makes it
    /// write the cache, without the handler.
    public static void main(String[] arguments) throws Exception {
        var events = Path.of(arguments[0]);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var database = new StandInDatabase(threads)) {
            var web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            web.setExecutor(threads);
            new StandInWeb(events, new AtomicBoolean()).serve(web);
            web.start();
            var command = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
            command.add(Rehearsal.class.getName());
            int code = run(command, web.getAddress().getPort(), database.port(), events);
            web.stop(0);
            System.exit(code);
        }
    }

    private static int run(List<String> command, int web, int database, Path events)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectOutput(DISCARD).redirectError(INHERIT);
        builder.directory(Path.of(System.getProperty("java.class.path").split(":")[0]).toFile());
        var aws = "http://127.0.0.1:" + web;
        builder.environment()
                .putAll(
                        Map.ofEntries(
                                Map.entry("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + web),
                                Map.entry("AWS_LAMBDA_FUNCTION_NAME", "training"),
                                Map.entry("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                                Map.entry("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
                                Map.entry("AWS_REGION", "eu-west-1"),
                                Map.entry("AWS_ACCESS_KEY_ID", "training"),
                                Map.entry("AWS_SECRET_ACCESS_KEY", "training"),
                                Map.entry("AWS_MAX_ATTEMPTS", "1"),
                                Map.entry("AWS_ENDPOINT_URL", aws),
                                Map.entry("DB_HOST", "127.0.0.1"),
                                Map.entry("DB_PORT", String.valueOf(database)),
                                Map.entry("DB_NAME", "sluice"),
                                Map.entry("DB_USER", "training"),
                                Map.entry("DB_AUTH", "none"),
                                Map.entry("DB_TLS", "disable"),
                                Map.entry("INBOX_BUCKET", "training"),
                                Map.entry("EXPORTS_BUCKET", "training"),
                                Map.entry("ASSETS_BUCKET", "training"),
                                Map.entry("CHUNKS_QUEUE_URL", aws + "/000000000000/chunks"),
                                Map.entry("INTAKE_FUNCTION", "intake"),
                                Map.entry("ASSETS_DIR", events.resolveSibling("assets").toString()),
                                Map.entry("JWKS_URL", jwks(events))));
        var process = builder.start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            System.err.println("training: not done after " + LIMIT_SECONDS + " s");
            return 1;
        }
        return process.exitValue();
    }

    private static String jwks(Path events) throws IOException {
        var file = Files.createTempFile("jwks", ".json");
        Files.writeString(file, "{\"keys\":[]}");
        return file.toUri().toString();
    }

    /// The handler of the process that is trained. It is loaded by the runtime interface client's own
    /// loader, so it leaves nothing in the cache.
    public static final class Rehearsal implements RequestStreamHandler {
        private static final Map<String, String> HANDLERS =
                Map.of(
                        "s3-object-created.json", "dev.sluice.intake.IntakeHandler",
                        "sqs-chunk.json", "dev.sluice.load.LoadHandler",
                        "schedule.json", "dev.sluice.sweep.SweepHandler",
                        "sqs-intake-failed.json", "dev.sluice.failure.FailureHandler",
                        "api-get-job.json", "dev.sluice.status.StatusHandler",
                        "api-post-upload.json", "dev.sluice.uploads.UploadsHandler",
                        "authorizer-token.json", "dev.sluice.authorizer.AuthorizerHandler",
                        "dataset-apply.json", "dev.sluice.migrate.MigrateHandler",
                        "assets-changed.json", "dev.sluice.assets.AssetsHandler");

        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context)
                throws IOException {
            var events = Path.of(new String(input.readAllBytes(), UTF_8).replace("\"", ""));
            HANDLERS.forEach((event, handler) -> rehearse(events.resolve(event), handler, context));
            meetOurClasses();
            new Thread(() -> Runtime.getRuntime().exit(0)).start();
        }

        /// A failure is part of the plan: the stand-ins answer anything, and mostly not what is hoped for.
        private static void rehearse(Path event, String handler, Context context) {
            try (var in = Files.newInputStream(event)) {
                var instance =
                        (RequestStreamHandler) Class.forName(handler).getConstructor().newInstance();
                instance.handleRequest(in, new ByteArrayOutputStream(), context);
            } catch (Exception | LinkageError e) {
                System.err.println("training: " + handler + ": " + e);
            }
        }

        /// The classes behind a row or a COPY, which no stand-in leads to.
        private static void meetOurClasses() throws IOException {
            for (var path : System.getProperty("java.class.path").split(":")) {
                var folder = Path.of(path).getParent();
                try (var jars = Files.newDirectoryStream(folder, "sluice-*.jar")) {
                    for (var jar : jars) {
                        meet(jar);
                    }
                }
            }
        }

        private static void meet(Path jar) throws IOException {
            try (var file = new JarFile(jar.toFile())) {
                for (var entry : file.stream().toList()) {
                    var name = entry.getName();
                    if (name.endsWith(".class") && !name.endsWith("-info.class")) {
                        meet(name.substring(0, name.length() - 6).replace('/', '.'));
                    }
                }
            }
        }

        private static void meet(String name) {
            try {
                Class.forName(name, /* initialize= */ false, ClassLoader.getSystemClassLoader());
            } catch (ClassNotFoundException | LinkageError e) {
                System.err.println("training: " + name + ": " + e);
            }
        }
    }

    /// The Runtime API with one event, and everything else that speaks HTTP.
    private record StandInWeb(Path events, AtomicBoolean asked) {
        void serve(HttpServer server) {
            server.createContext("/2018-06-01/runtime/", this::runtime);
            server.createContext("/", this::aws);
        }

        private void runtime(HttpExchange exchange) throws IOException {
            exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestURI().getPath().endsWith("/next")) {
                if (!asked.compareAndSet(false, true)) {
                    return; // there is one event, and the process ends by itself
                }
                var headers = exchange.getResponseHeaders();
                headers.set("Lambda-Runtime-Aws-Request-Id", "training");
                headers.set(
                        "Lambda-Runtime-Deadline-Ms",
                        String.valueOf(System.currentTimeMillis() + 60_000));
                headers.set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:::training");
                // The native client of the interface reads these unasked, and dies without them.
                headers.set("Lambda-Runtime-Trace-Id", "Root=1-0-0;Sampled=0");
                headers.set("Content-Type", "application/json");
                answer(exchange, 200, '"' + events.toString() + '"');
                return;
            }
            answer(exchange, 202, "{}");
        }

        private void aws(HttpExchange exchange) throws IOException {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("ETag", "\"00000000000000000000000000000000\"");
            exchange.getResponseHeaders().set("x-amz-version-id", "1");
            var body =
                    exchange.getRequestURI().getQuery() == null
                            ? "{}"
                            : "<?xml version=\"1.0\"?><ListVersionsResult/>";
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", "2");
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
                return;
            }
            answer(exchange, 200, body);
        }

        private static void answer(HttpExchange exchange, int status, String text)
                throws IOException {
            byte[] body = text.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    /// Speaks as much of PostgreSQL's protocol as a driver needs to be content: every query has one
    /// column and no row, every statement touches nothing.
    private static final class StandInDatabase implements AutoCloseable {
        private final ServerSocket socket;

        StandInDatabase(ExecutorService threads) throws IOException {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            threads.execute(() -> accept(threads));
        }

        int port() {
            return socket.getLocalPort();
        }

        private void accept(ExecutorService threads) {
            try {
                while (true) {
                    var client = socket.accept();
                    threads.execute(() -> converse(client));
                }
            } catch (IOException _) {
                // closed
            }
        }

        private static void converse(Socket client) {
            try (client) {
                var in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
                var out = new DataOutputStream(client.getOutputStream());
                in.skipNBytes(in.readInt() - 4);
                message(out, 'R', (byte) 0, (byte) 0, (byte) 0, (byte) 0);
                parameter(out, "server_version", "16.0");
                parameter(out, "client_encoding", "UTF8");
                parameter(out, "standard_conforming_strings", "on");
                parameter(out, "integer_datetimes", "on");
                parameter(out, "TimeZone", "UTC");
                parameter(out, "DateStyle", "ISO, MDY");
                new Session(in, out).serve();
            } catch (IOException _) {
                // the client is done
            }
        }

        private static void parameter(DataOutputStream out, String name, String value)
                throws IOException {
            var body = new ByteArrayOutputStream();
            body.writeBytes((name + '\0' + value + '\0').getBytes(UTF_8));
            message(out, 'S', body.toByteArray());
        }

        private static void message(DataOutputStream out, char type, byte... body)
                throws IOException {
            out.writeByte(type);
            out.writeInt(4 + body.length);
            out.write(body);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }

        /// One connection after its start-up.
        private static final class Session {
            private final DataInputStream in;
            private final DataOutputStream out;
            private String statement = "";
            private char transaction = 'I';

            Session(DataInputStream in, DataOutputStream out) {
                this.in = in;
                this.out = out;
            }

            void serve() throws IOException {
                message(out, 'Z', (byte) transaction);
                while (true) {
                    int type = in.readByte();
                    byte[] body = in.readNBytes(in.readInt() - 4);
                    switch (type) {
                        case 'X' -> throw new IOException("the client leaves");
                        case 'P' -> {
                            var text = new String(body, UTF_8);
                            statement = text.substring(text.indexOf('\0') + 1).strip();
                            message(out, '1');
                        }
                        case 'B' -> message(out, '2');
                        case 'D' -> describe();
                        case 'E' -> complete();
                        case 'C' -> message(out, '3');
                        case 'S' -> message(out, 'Z', (byte) transaction);
                        case 'Q' -> {
                            statement = new String(body, UTF_8).strip();
                            if (hasRows()) describe();
                            complete();
                            message(out, 'Z', (byte) transaction);
                        }
                        case 'd', 'H' -> {}
                        case 'c' -> {
                            message(out, 'C', "COPY 0\0".getBytes(UTF_8));
                            message(out, 'Z', (byte) transaction);
                        }
                        default -> throw new IOException("unknown message " + (char) type);
                    }
                }
            }

            private String word() {
                return statement.split("[\\s\0;(]", 2)[0].toUpperCase(Locale.ROOT);
            }

            private boolean hasRows() {
                return word().equals("SELECT") || word().equals("WITH") || word().equals("SHOW")
                        || statement.contains("RETURNING");
            }

            private void describe() throws IOException {
                if (!hasRows()) {
                    message(out, 'n');
                    return;
                }
                var body = new ByteArrayOutputStream();
                var row = new DataOutputStream(body);
                row.writeShort(1);
                row.write("nothing\0".getBytes(UTF_8));
                row.writeInt(0);
                row.writeShort(0);
                row.writeInt(25);
                row.writeShort(-1);
                row.writeInt(-1);
                row.writeShort(0);
                message(out, 'T', body.toByteArray());
            }

            private void complete() throws IOException {
                var word = word();
                if (word.equals("BEGIN")) transaction = 'T';
                if (word.equals("COMMIT") || word.equals("ROLLBACK")) transaction = 'I';
                var tag =
                        switch (word) {
                            case "INSERT" -> "INSERT 0 0";
                            case "SELECT", "WITH", "SHOW" -> "SELECT 0";
                            case "UPDATE", "DELETE" -> word + " 0";
                            default -> word;
                        };
                message(out, 'C', (tag + '\0').getBytes(UTF_8));
            }
        }
    }
}
