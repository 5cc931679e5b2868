package dev.sluice.local.runtime;

import dev.sluice.local.part.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The execution environments of one function: started when an invocation needs one, used again,
/// the most recently used first. Thread-safe.
public final class EnvironmentPool implements Part {
    /*
     * An invocation that finds no idle environment waits for the first of two things: the start
     * that it causes, or an environment that another invocation gives back. So a burst of short
     * invocations on a small machine does not wait for a start each. `starting` never exceeds the
     * number that wait, as long as nobody is served by a returned environment meanwhile; a start
     * nobody waits for any more is not begun, and one that was begun becomes idle.
     */
    private final Sandbox sandbox;
    private final Machine machine;
    private final FunctionLog log;
    private final Deque<ExecutionEnvironment> idle = new ArrayDeque<>();
    private final Deque<CompletableFuture<Start>> waiting = new ArrayDeque<>();
    private final Set<ExecutionEnvironment> alive = new LinkedHashSet<>();
    private int starting;
    private boolean closed;
    private boolean retired;

    private EnvironmentPool(Sandbox sandbox, Machine machine, FunctionLog log) {
        this.sandbox = sandbox;
        this.machine = machine;
        this.log = log;
    }

    /// Finds out how the function's processes can be started here; starts none.
    public static EnvironmentPool open(FunctionSpec spec, Machine machine)
            throws IOException, InterruptedException {
        var sandbox = Sandbox.prepare(spec, machine);
        machine.announce("functions: " + sandbox.describe());
        var log =
                FunctionLog.open(
                        machine.settings()
                                .dataDirectory()
                                .resolve("logs")
                                .resolve(spec.logicalId() + ".log"));
        var pool = new EnvironmentPool(sandbox, machine, log);
        machine.add(pool);
        return pool;
    }

    public FunctionSpec spec() {
        return sandbox.spec();
    }

    /// Runs one event in an environment and waits for what comes of it.
    public Run invoke(String requestId, byte[] event) throws InterruptedException {
        while (true) {
            var run = tryInvoke(requestId, event);
            if (run.isPresent()) {
                return run.get();
            }
            // else: the process had ended unnoticed and never saw the event; another takes it
        }
    }

    /// The environments that are alive now.
    public synchronized List<RunningEnvironment> environments() {
        return alive.stream()
                .filter(ExecutionEnvironment::isAlive)
                .map(ExecutionEnvironment::describe)
                .toList();
    }

    /// Ends the environments that have had nothing to do for this long.
    public void reap(Duration limit) throws InterruptedException {
        for (var environment : takeIdle(limit)) {
            environment.stop(machine.settings().grace());
        }
    }

    /// Ends the one environment that has been idle longest; false if none is idle.
    boolean dismissOne() throws InterruptedException {
        ExecutionEnvironment oldest;
        synchronized (this) {
            oldest = idle.pollFirst();
        }
        if (oldest == null) {
            return false;
        }
        oldest.stop(machine.settings().grace());
        return true;
    }

    /// Keeps no environment any longer than an invocation needs it.
    public void retire() throws InterruptedException {
        synchronized (this) {
            retired = true;
        }
        reap(Duration.ZERO);
    }

    /// Ends all environments, also those at work.
    @Override
    public void close() {
        var failure = new IllegalStateException(spec().name() + " is stopped");
        List<ExecutionEnvironment> all;
        synchronized (this) {
            closed = true;
            waiting.forEach(it -> it.completeExceptionally(failure));
            waiting.clear();
            idle.clear();
            all = new ArrayList<>(alive);
        }
        stopAll(all);
        machine.remove(this);
        try {
            log.close();
        } catch (IOException _) {
            // Nothing is lost: lines are written at once.
        }
    }

    private void stopAll(List<ExecutionEnvironment> environments) {
        var threads =
                environments.stream()
                        .map(it -> Thread.ofVirtual().start(() -> stopQuietly(it)))
                        .toList();
        for (var thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                environments.forEach(ExecutionEnvironment::kill);
                Thread.currentThread().interrupt();
            }
        }
    }

    private void stopQuietly(ExecutionEnvironment environment) {
        try {
            environment.stop(machine.settings().grace());
        } catch (InterruptedException _) {
            environment.kill();
        }
    }

    private Optional<Run> tryInvoke(String requestId, byte[] event) throws InterruptedException {
        return switch (acquire()) {
            case Start.Ready(var environment) -> {
                environment.begin(requestId);
                yield run(environment, requestId, event, Instant.now());
            }
            case Start.InitFailed _ -> invokeWithInit(requestId, event);
        };
    }

    // A start that failed is tried again as a part of the invocation, within its time.
    private Optional<Run> invokeWithInit(String requestId, byte[] event)
            throws InterruptedException {
        try (var launched = launch()) {
            var environment = launched.environment;
            var start = Instant.now();
            environment.begin(requestId);
            var init = awaitReadyOrKill(environment);
            environment.reportInit(init, "invoke");
            var failure = failure(init, requestId);
            if (failure.isEmpty()) {
                environment.setBusy(true);
                return run(environment, requestId, event, start);
            }
            environment.awaitExit();
            environment.report(requestId, failure.get(), Duration.between(start, Instant.now()));
            return Optional.of(new Run(failure.get(), environment.logTail()));
        }
    }

    private Init awaitReadyOrKill(ExecutionEnvironment environment) throws InterruptedException {
        try {
            return environment.awaitReady(spec().timeout());
        } catch (InterruptedException stopped) {
            environment.kill();
            throw stopped;
        }
    }

    private Optional<Outcome> failure(Init init, String requestId) {
        return switch (init) {
            case Init.Ready _ -> Optional.empty();
            case Init.Failed(var failure) -> Optional.of(failure);
            case Init.Exited(int status) -> Optional.of(Failures.exit(requestId, status));
            case Init.TimedOut _ -> Optional.of(Failures.timeout(requestId, spec().timeout()));
        };
    }

    private Optional<Run> run(
            ExecutionEnvironment environment, String requestId, byte[] event, Instant start)
            throws InterruptedException {
        try {
            var outcome = environment.run(requestId, event, start);
            if (outcome.isEmpty()) {
                return Optional.empty();
            }
            var duration = Duration.between(start, Instant.now());
            environment.report(requestId, outcome.get(), duration);
            return Optional.of(new Run(outcome.get(), environment.logTail()));
        } finally {
            giveBack(environment);
        }
    }

    private Start acquire() throws InterruptedException {
        CompletableFuture<Start> wish;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException(spec().name() + " is stopped");
            }
            var environment = pollIdle();
            if (environment != null) {
                return new Start.Ready(environment);
            }
            wish = new CompletableFuture<>();
            waiting.addLast(wish);
            startWhatIsWanted();
        }
        return await(wish);
    }

    private synchronized void startWhatIsWanted() {
        while (starting < waiting.size() && !closed) {
            starting++;
            Thread.ofVirtual().start(this::startOne);
        }
    }

    @SuppressWarnings("ReferenceEquality") // a future is equal to itself alone
    private Start await(CompletableFuture<Start> wish) throws InterruptedException {
        try {
            return wish.get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException(
                    "no environment of " + spec().name(), failed.getCause());
        } catch (InterruptedException stopped) {
            synchronized (this) {
                waiting.removeIf(it -> it == wish);
            }
            // One that was granted meanwhile must not be lost.
            if (wish.isDone()
                    && !wish.isCompletedExceptionally()
                    && wish.resultNow() instanceof Start.Ready(var environment)) {
                giveBack(environment);
            }
            throw stopped;
        }
    }

    private @Nullable ExecutionEnvironment pollIdle() {
        for (var environment = idle.pollLast();
                environment != null;
                environment = idle.pollLast()) {
            if (environment.isAlive()) {
                environment.setBusy(true);
                return environment;
            }
        }
        return null;
    }

    private void giveBack(ExecutionEnvironment environment) {
        if (!isUsedFurther(environment)) {
            environment.kill();
        }
    }

    private synchronized boolean isUsedFurther(ExecutionEnvironment environment) {
        environment.setBusy(false);
        if (closed || !environment.isAlive()) {
            return false;
        }
        // Also when retired: who waits here came before that.
        var wish = waiting.pollFirst();
        if (wish != null) {
            environment.setBusy(true);
            wish.complete(new Start.Ready(environment));
            return true;
        }
        if (!retired) {
            idle.addLast(environment);
        }
        return !retired;
    }

    private void startOne() {
        try (var launched = launchIfWanted()) {
            if (launched == null) {
                return;
            }
            var environment = launched.environment;
            var init = environment.awaitReady(machine.settings().initLimit());
            switch (init) {
                case Init.Ready _ -> giveBack(environment);
                case Init.Failed _, Init.Exited _, Init.TimedOut _ -> {
                    environment.reportInit(init, "init");
                    hand(new Start.InitFailed());
                }
            }
        } catch (InterruptedException | RuntimeException failure) {
            fail(failure);
        } finally {
            synchronized (this) {
                starting--;
                // One may have begun to wait after this start had served another.
                startWhatIsWanted();
            }
        }
    }

    private synchronized void hand(Start start) {
        var wish = waiting.pollFirst();
        if (wish != null) {
            wish.complete(start);
        }
    }

    private synchronized void fail(Exception failure) {
        var wish = waiting.pollFirst();
        if (wish != null) {
            wish.completeExceptionally(failure);
        }
    }

    private @Nullable Launched launchIfWanted() throws InterruptedException {
        machine.takePlace();
        boolean wanted;
        try {
            machine.takeStart();
        } catch (InterruptedException stopped) {
            machine.leavePlace();
            throw stopped;
        }
        synchronized (this) {
            wanted = !waiting.isEmpty() && !closed;
        }
        if (!wanted) {
            machine.leaveStart();
            machine.leavePlace();
            return null;
        }
        return launchHere();
    }

    private Launched launch() throws InterruptedException {
        machine.takePlace();
        try {
            machine.takeStart();
        } catch (InterruptedException stopped) {
            machine.leavePlace();
            throw stopped;
        }
        return launchHere();
    }

    private Launched launchHere() {
        try {
            var environment = ExecutionEnvironment.launch(sandbox, machine, log);
            boolean tooLate;
            synchronized (this) {
                alive.add(environment);
                tooLate = closed;
            }
            var _ = environment.gone().thenRun(() -> ended(environment));
            if (tooLate) {
                environment.kill();
            }
            var launched = new Launched(environment, machine);
            var _ = environment.init().thenRun(launched::leaveStart);
            // One that hangs must not keep others from starting.
            CompletableFuture.delayedExecutor(
                            machine.settings().initLimit().toMillis(), TimeUnit.MILLISECONDS)
                    .execute(launched::leaveStart);
            return launched;
        } catch (IOException failure) {
            machine.leaveStart();
            machine.leavePlace();
            throw new UncheckedIOException(failure);
        }
    }

    private void ended(ExecutionEnvironment environment) {
        synchronized (this) {
            alive.remove(environment);
            idle.remove(environment);
        }
        machine.leavePlace();
    }

    private List<ExecutionEnvironment> takeIdle(Duration limit) {
        var taken = new ArrayList<ExecutionEnvironment>();
        synchronized (this) {
            for (var environment : idle) {
                if (environment.idleLongerThan(limit)) {
                    taken.add(environment);
                }
            }
            idle.removeAll(taken);
        }
        return taken;
    }

    /// What came of an invocation, and the last of what it wrote to the log.
    public record Run(Outcome outcome, String logTail) {}

    private sealed interface Start {
        record Ready(ExecutionEnvironment environment) implements Start {}

        record InitFailed() implements Start {}
    }

    /// An environment on its way to readiness, and the place among those that start at a time.
    private static final class Launched implements AutoCloseable {
        private final ExecutionEnvironment environment;
        private final Machine machine;
        private final AtomicBoolean left = new AtomicBoolean();

        Launched(ExecutionEnvironment environment, Machine machine) {
            this.environment = environment;
            this.machine = machine;
        }

        void leaveStart() {
            if (left.compareAndSet(false, true)) {
                machine.leaveStart();
            }
        }

        @Override
        public void close() {
            leaveStart();
        }
    }
}
