package dev.sluice.local;

import dev.sluice.local.deploy.CustomResources;
import dev.sluice.local.deploy.DeployException;
import dev.sluice.local.deploy.DeployedResources;
import dev.sluice.local.gateway.Gateway;
import dev.sluice.local.gateway.RestApi;
import dev.sluice.local.invoke.Functions;
import dev.sluice.local.invoke.FunctionsSettings;
import dev.sluice.local.invoke.InvokeApi;
import dev.sluice.local.mapping.SqsMapping;
import dev.sluice.local.mapping.SqsMappingSettings;
import dev.sluice.local.part.DirectoryLock;
import dev.sluice.local.part.Parts;
import dev.sluice.local.postgres.Postgres;
import dev.sluice.local.postgres.PostgresSettings;
import dev.sluice.local.proxy.IamTokens;
import dev.sluice.local.proxy.Proxy;
import dev.sluice.local.proxy.ProxySettings;
import dev.sluice.local.runtime.FunctionSpec;
import dev.sluice.local.s3.BucketDefinition;
import dev.sluice.local.s3.Buckets;
import dev.sluice.local.s3.BucketsSettings;
import dev.sluice.local.sqs.QueueDefinition;
import dev.sluice.local.sqs.Queues;
import dev.sluice.local.sqs.QueuesSettings;
import dev.sluice.local.template.ImageFile;
import dev.sluice.local.template.Reach;
import dev.sluice.local.template.Secrets;
import dev.sluice.local.template.Stack;
import dev.sluice.local.template.Surroundings;
import dev.sluice.local.template.Template;
import dev.sluice.local.timer.Rate;
import dev.sluice.local.timer.RateSchedule;
import dev.sluice.local.timer.RateScheduleSettings;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One start of a template, from its text to a running stack.
///
/// Not thread-safe, used once. What it started is in `parts`, also after a failure.
final class Deployment {
    private static final String ACCOUNT = "000000000000";
    private static final String ACCESS_KEY = "AKIALOCALLOCALLOCAL0";
    private static final Duration INTEGRATION_TIMEOUT = Duration.ofSeconds(29);
    private static final Duration DRAIN = Duration.ofSeconds(2);
    private static final int DATABASE_CONNECTIONS = 200;
    private static final Duration ANSWER_GRACE = Duration.ofSeconds(5);

    private final LocalOptions options;
    private final InstantSource clock;
    private final RateScheduleSettings.Pause pause;
    private final Path data;
    private final Parts parts;
    private final Template template;
    private final ImageFile image;
    private final Ports ports;
    private final Secrets secrets;
    private final String secretKey;
    private @Nullable Services services;

    /// Reads what there is to read; nothing but the data directory's lock is taken yet.
    Deployment(
            LocalOptions options,
            InstantSource clock,
            RateScheduleSettings.Pause pause,
            Parts parts)
            throws IOException {
        this.options = options;
        this.clock = clock;
        this.pause = pause;
        this.parts = parts;
        this.template = Template.read(options.template());
        this.image = ImageFile.read(options.dockerfile());
        this.data = Files.createDirectories(options.dataDirectory().toAbsolutePath().normalize());
        parts.start(() -> DirectoryLock.take(data));
        this.ports = Ports.read(data);
        this.secrets = Secrets.open(data);
        this.secretKey = secrets.get("secret access key", Deployment::randomKey);
    }

    /// What came of it.
    record Result(
            Endpoints endpoints,
            Map<String, String> outputs,
            Functions functions,
            Map<String, SqsMapping> mappings,
            Optional<Postgres> database,
            Optional<Proxy> databaseProxy) {
        Result {
            outputs = Map.copyOf(outputs);
            mappings = Map.copyOf(mappings);
        }
    }

    private record Stores(
            Buckets buckets,
            Queues queues,
            Optional<Postgres> postgres,
            Optional<Proxy> databaseProxy) {}

    private record Services(
            Optional<Gateway> gateway,
            Stores stores,
            Functions functions,
            InvokeApi invokeApi,
            Ways ways) {}

    /// How functions reach the services; the database and its proxy on the same port.
    private record Ways(
            URI s3,
            URI sqs,
            URI lambda,
            InetSocketAddress database,
            InetSocketAddress databaseProxy) {}

    Result run() throws IOException, InterruptedException, DeployException {
        var planned = stack(Reach.NOWHERE);
        planned.api().ifPresent(it -> Gateway.check(restApi(it, planned)));
        planned.leftOut().forEach(options.announcements());
        var notifications = new Notifications(planned.notifications(), options.region(), ACCOUNT);
        var services = services(planned, notifications);
        deployFunctions(services);
        var mappings = new HashMap<String, SqsMapping>();
        var stack = stack(complete(planned, services, mappings));
        startSchedules(stack, services.functions());
        notifications.connect(services.functions()::invokeAsync);
        services.gateway().ifPresent(it -> serve(it, stack, services.functions()));
        remember(services);
        this.services = services;
        return new Result(
                endpoints(stack, services),
                stack.outputs(),
                services.functions(),
                mappings,
                services.stores().postgres(),
                services.stores().databaseProxy());
    }

    private Services services(Stack planned, Notifications notifications) throws IOException {
        var gateway =
                planned.api().isPresent() ? Optional.of(gateway()) : Optional.<Gateway>empty();
        var stores = stores(planned, notifications);
        var functions = functions(stores.queues());
        var invokeApi = parts.start(() -> InvokeApi.start(functions, ACCESS_KEY, ports.lambda()));
        return new Services(gateway, stores, functions, invokeApi, ways(stores, invokeApi));
    }

    private Ways ways(Stores stores, InvokeApi invokeApi) throws IOException {
        var s3 = around(Detours.Service.S3, stores.buckets().endpoint());
        var sqs = around(Detours.Service.SQS, stores.queues().endpoint());
        var lambda = around(Detours.Service.LAMBDA, invokeApi.endpoint());
        if (stores.postgres().isEmpty()) {
            var nowhere = InetSocketAddress.createUnresolved(Reach.NOWHERE.databaseHost(), 0);
            return new Ways(s3, sqs, lambda, nowhere, nowhere);
        }
        var database = loopback(stores.postgres().get().port());
        var proxy = stores.databaseProxy().map(Proxy::address);
        var way = options.detours().around(Detours.Service.DATABASE, proxy.orElse(database));
        return new Ways(
                s3, sqs, lambda, proxy.isEmpty() ? way : straight(database, way.getPort()), way);
    }

    /// The database itself, on the port that the template knows for it and its proxy.
    private InetSocketAddress straight(InetSocketAddress database, int port) throws IOException {
        if (database.getPort() == port) {
            return database;
        }
        var elsewhere = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.3"), port);
        var passage = parts.start(() -> Passage.start(elsewhere, database));
        return new InetSocketAddress(passage.host(), port);
    }

    private URI around(Detours.Service service, URI endpoint) throws IOException {
        var address = options.detours().around(service, loopback(endpoint.getPort()));
        return URI.create("http://" + address.getHostString() + ":" + address.getPort());
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    private void deployFunctions(Services services) throws IOException {
        var addresses = addresses(services);
        for (var function : stack(reach(services)).functions()) {
            services.functions().deploy(spec(function, addresses, options.imagePaths()));
        }
    }

    /// Deploys the functions once more, from an image that lies elsewhere on this machine.
    void redeploy(Map<String, Path> imagePaths) throws IOException {
        var running = services;
        if (running == null) {
            throw new IllegalStateException("the stack is not up");
        }
        var addresses = addresses(running);
        for (var function : stack(reach(running)).functions()) {
            running.functions().deploy(spec(function, addresses, imagePaths));
        }
    }

    /// Makes the custom resources and, in the same time, the event source mappings: their clients
    /// take as long to set up as a function takes to start.
    private Reach complete(Stack planned, Services services, Map<String, SqsMapping> made)
            throws IOException, InterruptedException, DeployException {
        var mappings = new ArrayList<Future<SqsMapping>>();
        Reach reach;
        try (var together = new Together(parts)) {
            for (var mapping : planned.mappings()) {
                var settings = settings(mapping, services.stores().queues());
                mappings.add(
                        together.start(() -> SqsMapping.start(settings, services.functions())));
            }
            reach = makeCustomResources(planned, reach(services), services.functions());
        }
        for (int at = 0; at < mappings.size(); at++) {
            var mapping = mappings.get(at).resultNow();
            mapping.setEnabled(planned.mappings().get(at).enabled());
            made.put(planned.mappings().get(at).function(), mapping);
        }
        return reach;
    }

    private Stack stack(Reach reach) {
        return template.stack(
                new Surroundings(
                        options.stackName(),
                        options.region(),
                        ACCOUNT,
                        options.parameters(),
                        secrets,
                        reach));
    }

    /// Before all others, since what the others are told may name its port.
    private Gateway gateway() throws IOException {
        if (options.apiPort() != 0) {
            try {
                return parts.start(() -> Gateway.open(options.apiPort()));
            } catch (BindException taken) {
                throw new IOException("the port " + options.apiPort() + " is taken", taken);
            }
        }
        return parts.start(this::gatewayAnywhere);
    }

    private Gateway gatewayAnywhere() throws IOException {
        try {
            return Gateway.open(ports.api());
        } catch (BindException taken) {
            return Gateway.open(0);
        }
    }

    private Stores stores(Stack stack, Notifications notifications) throws IOException {
        var identity = databaseIdentity(stack);
        Future<Buckets> buckets;
        Future<Queues> queues;
        Optional<Future<Postgres>> postgres;
        try (var together = new Together(parts)) {
            postgres =
                    stack.database()
                            .map(it ->
                                    together.start(() -> Postgres.start(settings(it, identity))));
            queues = together.start(() -> Queues.start(queuesSettings(stack)));
            buckets = together.start(() -> Buckets.start(bucketsSettings(stack, notifications)));
        }
        return new Stores(
                buckets.resultNow(),
                queues.resultNow(),
                postgres.map(Future::resultNow),
                databaseProxy(stack, postgres.map(Future::resultNow), identity));
    }

    private Optional<DatabaseIdentity> databaseIdentity(Stack stack) throws IOException {
        boolean needed =
                stack.databaseProxy().filter(it -> it.requireTls() || it.iam()).isPresent();
        return needed
                ? Optional.of(DatabaseIdentity.make(data, data.resolve("postgres")))
                : Optional.empty();
    }

    private Optional<Proxy> databaseProxy(
            Stack stack, Optional<Postgres> postgres, Optional<DatabaseIdentity> identity)
            throws IOException {
        if (stack.databaseProxy().isEmpty() || postgres.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                parts.start(() ->
                        ProxyBesideDatabase.start(
                                stack.databaseProxy().get(),
                                postgres.get(),
                                DATABASE_CONNECTIONS,
                                it -> doors(it, stack.databaseProxy().get(), identity),
                                options.announcements())));
    }

    private ProxySettings doors(
            ProxySettings settings,
            Stack.DatabaseProxy proxy,
            Optional<DatabaseIdentity> identity) {
        var encrypted =
                identity.map(it -> settings.withTls(it.context(), proxy.requireTls()))
                        .orElse(settings);
        return proxy.iam()
                ? encrypted.withTokens(
                        new IamTokens(
                                options.region(), ACCESS_KEY, secretKey, InstantSource.system()))
                : encrypted;
    }

    private PostgresSettings settings(
            Stack.Database database, Optional<DatabaseIdentity> identity) {
        var server = new HashMap<String, String>();
        server.put("max_connections", Integer.toString(DATABASE_CONNECTIONS));
        identity.ifPresent(it -> server.putAll(it.server()));
        return new PostgresSettings(
                data.resolve("postgres"),
                database.owner(),
                database.name(),
                ports.database(),
                server,
                options.announcements());
    }

    private QueuesSettings queuesSettings(Stack stack) {
        return new QueuesSettings(
                data.resolve("sqs"),
                options.region(),
                ACCOUNT,
                stack.queues().stream().map(Deployment::definition).toList(),
                ports.sqs(),
                options.announcements());
    }

    private static QueueDefinition definition(Stack.Queue queue) {
        return new QueueDefinition(
                queue.name(),
                queue.visibilityTimeout(),
                queue.messageRetention(),
                queue.delay(),
                queue.fifo(),
                queue.contentBasedDeduplication(),
                queue.deadLetters()
                        .map(it -> new QueueDefinition.Redrive(it.queue(), it.maxReceiveCount()))
                        .orElse(null));
    }

    private BucketsSettings bucketsSettings(Stack stack, Notifications notifications) {
        return new BucketsSettings(
                data.resolve("s3"),
                stack.buckets().stream()
                        .map(it -> new BucketDefinition(it.name(), it.versioned()))
                        .toList(),
                ACCESS_KEY,
                secretKey,
                ports.s3(),
                notifications::accept);
    }

    private Functions functions(Queues queues) throws IOException {
        var defaults =
                FunctionsSettings.of(
                        data,
                        options.region(),
                        ACCOUNT,
                        ACCESS_KEY,
                        secretKey,
                        new QueueSender(queues)::send,
                        options.announcements());
        var visible = new ArrayList<>(options.imagePaths().values());
        options.fileSystem().ifPresent(visible::add);
        visible.add(Path.of(System.getProperty("java.home")));
        var tls = data.resolve("tls");
        if (Files.isDirectory(tls)) {
            visible.add(tls);
        }
        return parts.start(() -> Functions.start(defaults.withVisible(visible)));
    }

    private static Reach reach(Services services) {
        var stores = services.stores();
        return new Reach(
                services.gateway().map(it -> it.endpoint().toString()).orElse(Reach.NOWHERE.api()),
                stores.queues().endpoint().toString(),
                services.ways().database().getHostString(),
                services.ways().databaseProxy().getHostString(),
                services.ways().databaseProxy().getPort(),
                Map.of());
    }

    /// What tells the SDK of a function where the services are.
    private static Map<String, String> addresses(Services services) {
        var ways = services.ways();
        return Map.of(
                "AWS_ENDPOINT_URL_S3", ways.s3().toString(),
                "AWS_ENDPOINT_URL_SQS", ways.sqs().toString(),
                "AWS_ENDPOINT_URL_LAMBDA", ways.lambda().toString());
    }

    private FunctionSpec spec(
            Stack.Function function, Map<String, String> addresses, Map<String, Path> imagePaths)
            throws IOException {
        var here = new HostCommand(imagePaths);
        var entryPoint =
                function.entryPoint().isEmpty() ? image.entryPoint() : function.entryPoint();
        var words = new ArrayList<>(entryPoint);
        words.addAll(function.command().isEmpty() ? image.command() : function.command());
        if (words.isEmpty()) {
            throw new IOException(function.logicalId() + " has neither entry point nor command");
        }
        var environment = new HashMap<String, String>();
        image.environment().forEach((name, value) -> environment.put(name, here.here(value)));
        environment.putAll(addresses);
        environment.putAll(function.environment());
        return new FunctionSpec(
                function.logicalId(),
                function.name(),
                here.words(words),
                workingDirectory(function, here),
                environment,
                function.memoryMegabytes(),
                function.timeout(),
                function.reservedConcurrency(),
                function.ephemeralStorageMegabytes(),
                mounts(function),
                function.asyncRetries(),
                function.asyncMaxAge(),
                function.onFailureQueue().orElse(null));
    }

    /// The image's, where it is on this machine; else a folder of the function's own.
    private Path workingDirectory(Stack.Function function, HostCommand here) throws IOException {
        var inImage = function.workingDirectory().or(image::workingDirectory).orElse("/");
        var mapped = here.here(inImage);
        return mapped.equals(inImage)
                ? Files.createDirectories(data.resolve("work").resolve(function.name()))
                : Path.of(mapped);
    }

    private Map<String, FunctionSpec.Mount> mounts(Stack.Function function) throws IOException {
        var mounts = new HashMap<String, FunctionSpec.Mount>();
        for (var mount : function.mounts()) {
            var folder =
                    options.fileSystem()
                            .orElseThrow(() ->
                                    new IOException(
                                            "no folder is given for the file system that %s mounts at %s"
                                                    .formatted(
                                                            function.logicalId(), mount.path())));
            mounts.put(
                    mount.path(),
                    new FunctionSpec.Mount(folder.toAbsolutePath(), mount.writable()));
        }
        return mounts;
    }

    private Reach makeCustomResources(Stack planned, Reach reach, Functions functions)
            throws IOException, InterruptedException, DeployException {
        if (planned.customResources().isEmpty()) {
            return reach;
        }
        var deployed = DeployedResources.open(data);
        var stackId =
                "arn:aws:cloudformation:%s:%s:stack/%s/local"
                        .formatted(options.region(), ACCOUNT, options.stackName());
        var cloudFormation =
                parts.start(() -> CustomResources.start(deployed, stackId, ANSWER_GRACE));
        var known = reach;
        for (int at = 0; at < planned.customResources().size(); at++) {
            var resource = stack(known).customResources().get(at);
            known =
                    known.with(
                            resource.logicalId(),
                            cloudFormation.deploy(resource, functions::invoke));
        }
        return known;
    }

    private void startSchedules(Stack stack, Functions functions) {
        for (var schedule : stack.schedules()) {
            if (schedule.enabled()) {
                parts.start(() -> start(schedule, functions));
            }
        }
    }

    /// Disabled, until what its function needs is there.
    private SqsMappingSettings settings(Stack.Mapping mapping, Queues queues) {
        return new SqsMappingSettings(
                queues.endpoint(),
                options.region(),
                ACCESS_KEY,
                secretKey,
                queues.url(mapping.queue()),
                queues.arn(mapping.queue()),
                mapping.function(),
                mapping.batchSize(),
                mapping.window(),
                mapping.reportBatchItemFailures(),
                mapping.maximumConcurrency(),
                /* enabled= */ false,
                DRAIN);
    }

    private RateSchedule start(Stack.Schedule schedule, Functions functions) {
        var settings =
                new RateScheduleSettings(
                        schedule.name(),
                        Rate.parse(schedule.expression()),
                        options.region(),
                        ACCOUNT,
                        clock,
                        pause);
        var input = schedule.input().map(it -> it.getBytes(StandardCharsets.UTF_8));
        return RateSchedule.start(
                settings, event -> functions.invokeAsync(schedule.function(), input.orElse(event)));
    }

    private void serve(Gateway gateway, Stack stack, Functions functions) {
        gateway.serve(
                restApi(stack.api().orElseThrow(), stack),
                functions::invoke,
                options.announcements());
        // once more, so that it is the first that stops
        parts.start(() -> gateway);
    }

    private RestApi restApi(Stack.Api api, Stack stack) {
        return new RestApi(
                api.id(),
                api.stage(),
                options.region(),
                ACCOUNT,
                api.document(),
                api.stageVariables(),
                api.binaryMediaTypes(),
                stack.functions().stream().map(Stack.Function::name).collect(Collectors.toSet()),
                ACCESS_KEY,
                secretKey,
                INTEGRATION_TIMEOUT);
    }

    private void remember(Services services) throws IOException {
        var stores = services.stores();
        new Ports(
                        services.gateway().map(it -> it.endpoint().getPort()).orElse(0),
                        stores.buckets().endpoint().getPort(),
                        stores.queues().endpoint().getPort(),
                        services.invokeApi().endpoint().getPort(),
                        stores.postgres().map(Postgres::port).orElse(0))
                .write(data);
    }

    private Endpoints endpoints(Stack stack, Services services) {
        var stores = services.stores();
        return new Endpoints(
                services.gateway().map(it -> withStage(it.endpoint(), stack.api().orElseThrow())),
                stores.buckets().endpoint(),
                stores.queues().endpoint(),
                services.invokeApi().endpoint(),
                names(stack.functions(), Stack.Function::logicalId, Stack.Function::name),
                names(stack.buckets(), Stack.Bucket::logicalId, Stack.Bucket::name),
                names(stack.queues(), Stack.Queue::logicalId, it -> stores.queues().url(it.name())),
                stores.postgres().map(it -> it.uri().toString()),
                options.region(),
                ACCESS_KEY,
                secretKey,
                data.resolve("logs"));
    }

    private static URI withStage(URI endpoint, Stack.Api api) {
        return endpoint.resolve("/" + api.stage());
    }

    private static <T> Map<String, String> names(
            List<T> all, Function<T, String> key, Function<T, String> value) {
        var names = new LinkedHashMap<String, String>();
        all.forEach(it -> names.put(key.apply(it), value.apply(it)));
        return names;
    }

    private static String randomKey() {
        var bytes = new byte[20];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
