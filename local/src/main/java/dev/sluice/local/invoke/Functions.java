package dev.sluice.local.invoke;

import dev.sluice.local.part.Part;
import dev.sluice.local.runtime.EnvironmentPool;
import dev.sluice.local.runtime.FunctionSpec;
import dev.sluice.local.runtime.Machine;
import dev.sluice.local.runtime.Outcome;
import dev.sluice.local.runtime.RunningEnvironment;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Lambda on this machine: functions as processes, invoked by name. Thread-safe.
public final class Functions implements Part {
    // function:name, account:function:name, a full ARN, each with a qualifier or without
    private static final Pattern NAME =
            Pattern.compile(
                    "(?:(?:arn:[a-z-]+:lambda:[a-z0-9-]+:)?(?:[0-9]{12}:)?function:)?"
                            + "([a-zA-Z0-9-_]{1,64})(?::\\$LATEST)?");
    private static final Duration REAP_EVERY = Duration.ofSeconds(15);

    private final FunctionsSettings settings;
    private final Machine machine;
    private final Concurrency concurrency;
    private final Map<String, EnvironmentPool> pools = new ConcurrentHashMap<>();
    private final Set<EnvironmentPool> retired = ConcurrentHashMap.newKeySet();
    private final AsyncEvents events;
    private final CountDownLatch stopped = new CountDownLatch(1);

    private Functions(FunctionsSettings settings, Machine machine) {
        this.settings = settings;
        this.machine = machine;
        this.concurrency = new Concurrency(settings.accountConcurrency());
        this.events = new AsyncEvents(this, settings);
    }

    /// Starts with no function; they are deployed one by one, so that a function's variables can
    /// name the endpoint it is invoked at.
    public static Functions start(FunctionsSettings settings) throws IOException {
        var machine =
                Machine.start(
                        new Machine.Settings(
                                settings.dataDirectory(),
                                settings.visible(),
                                settings.region(),
                                settings.accountId(),
                                settings.accessKeyId(),
                                settings.secretAccessKey(),
                                settings.initLimit(),
                                settings.grace(),
                                settings.announcements()),
                        settings.accountConcurrency());
        var functions = new Functions(settings, machine);
        Thread.ofVirtual().name("reaper").start(functions::reap);
        return functions;
    }

    /// Makes a function invocable, or replaces it: environments of the old one are not used again.
    public void deploy(FunctionSpec spec) throws IOException {
        try {
            concurrency.reserve(spec.name(), spec.reservedConcurrency());
            var old = pools.put(spec.name(), EnvironmentPool.open(spec, machine));
            if (old != null) {
                retired.add(old);
                old.retire();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while deploying " + spec.name(), stop);
        }
    }

    /// Runs one event and waits for what comes of it; never longer than the function's timeout and
    /// a start.
    ///
    /// @param function name, partial ARN or ARN, with `$LATEST` or nothing as qualifier
    /// @throws NoSuchFunctionException if nothing of that name is deployed
    public InvokeResult invoke(String function, byte[] payload) throws InterruptedException {
        return invoke(pool(function), UUID.randomUUID().toString(), payload);
    }

    /// Takes an event to be run soon: tried up to three times, throttles aside, then its record
    /// goes to the function's on-failure queue.
    ///
    /// @return the request id
    /// @throws NoSuchFunctionException if nothing of that name is deployed
    public String invokeAsync(String function, byte[] payload) {
        var spec = pool(function).spec();
        var requestId = UUID.randomUUID().toString();
        events.accept(spec, requestId, payload);
        return requestId;
    }

    /// Sets how many invocations of a function may be under way at once; 0 turns it off, empty
    /// gives it a share of the account's pool. Holds until the function is deployed again.
    ///
    /// @throws NoSuchFunctionException if nothing of that name is deployed
    /// @throws IllegalArgumentException if too little would be left to the others
    public void reserve(String function, OptionalInt reservedConcurrency) {
        concurrency.reserve(pool(function).spec().name(), reservedConcurrency);
    }

    /// What is reserved for a function now.
    public OptionalInt reservation(String function) {
        return concurrency.reservation(pool(function).spec().name());
    }

    /// What is deployed.
    public Collection<FunctionSpec> deployed() {
        return pools.values().stream().map(EnvironmentPool::spec).toList();
    }

    /// The execution environments that are alive now.
    public List<RunningEnvironment> environments() {
        return pools.values().stream().flatMap(it -> it.environments().stream()).toList();
    }

    /// `arn:aws:lambda:region:account:function:name`.
    public String arn(String name) {
        return "arn:aws:lambda:"
                + settings.region()
                + ":"
                + settings.accountId()
                + ":function:"
                + name;
    }

    /// Stops taking events, ends every process and waits for that, a few seconds at most.
    @Override
    public void close() {
        stopped.countDown();
        events.close();
        // Together, since each may take its grace.
        var threads =
                java.util.stream.Stream.concat(pools.values().stream(), retired.stream())
                        .map(it -> Thread.ofVirtual().start(it::close))
                        .toList();
        for (var thread : threads) {
            joinUninterruptibly(thread);
        }
        machine.close();
    }

    InvokeResult invoke(FunctionSpec spec, String requestId, byte[] payload)
            throws InterruptedException {
        return invoke(pool(spec.name()), requestId, payload);
    }

    /// The function that a name or ARN means.
    FunctionSpec find(String function) {
        return pool(function).spec();
    }

    private InvokeResult invoke(EnvironmentPool pool, String requestId, byte[] payload)
            throws InterruptedException {
        var name = pool.spec().name();
        var reason = concurrency.enter(name);
        if (reason.isPresent()) {
            return new InvokeResult.Throttled(requestId, reason.get());
        }
        try {
            var run = pool.invoke(requestId, payload);
            return switch (run.outcome()) {
                case Outcome.Answer(byte[] answer) ->
                        new InvokeResult.Success(requestId, answer, run.logTail());
                case Outcome.Failure(_, byte[] document) ->
                        new InvokeResult.FunctionError(requestId, document, run.logTail());
            };
        } finally {
            concurrency.leave(name);
        }
    }

    private EnvironmentPool pool(String function) {
        var name = NAME.matcher(function);
        var pool = name.matches() ? pools.get(name.group(1)) : null;
        if (pool == null) {
            throw new NoSuchFunctionException(
                    function.startsWith("arn:") ? function : arn(function));
        }
        return pool;
    }

    private void reap() {
        try {
            while (!stopped.await(
                    Math.clamp(settings.idle().toMillis(), 100, REAP_EVERY.toMillis()),
                    TimeUnit.MILLISECONDS)) {
                for (var pool : pools.values()) {
                    pool.reap(settings.idle());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
