package dev.sluice.local.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One process that runs a function's handler, one invocation at a time.
///
/// One thread uses it at a time, by the pool's doing; only `kill`, `stop` and the questions may
/// come from others.
final class ExecutionEnvironment {
    private static final long END_SECONDS = 10;
    private static final int LONGEST_INIT_FACTOR = 5;
    private static final Duration LEAST_EXTENSION = Duration.ofMillis(50);

    private final FunctionSpec spec;
    private final Machine machine;
    private final Process process;
    private final RuntimeApi api;
    private final EnvironmentLog log;
    private final Optional<MemoryGroup> group;
    private final Path stage;
    private final long startedNanos = System.nanoTime();
    private final CompletableFuture<Integer> exited = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private volatile @Nullable Turn current;
    private volatile boolean busy;
    private volatile long idleSinceNanos = System.nanoTime();
    private volatile boolean killedByTimeout;
    private volatile long peakBytesAtEnd;
    private @Nullable Duration initDuration;

    private ExecutionEnvironment(
            Sandbox sandbox,
            Machine machine,
            FunctionLog file,
            Path stage,
            Optional<MemoryGroup> group,
            RuntimeApi api)
            throws IOException {
        this.spec = sandbox.spec();
        this.machine = machine;
        this.stage = stage;
        this.group = group;
        this.api = api;
        this.log = new EnvironmentLog(file);
        this.process = sandbox.start(stage, api.address(), group);
    }

    /// Starts a process; it is not ready yet.
    static ExecutionEnvironment launch(Sandbox sandbox, Machine machine, FunctionLog file)
            throws IOException {
        var spec = sandbox.spec();
        var stage = sandbox.stage(spec.logicalId() + "-" + machine.nextNumber());
        Optional<MemoryGroup> group = Optional.empty();
        RuntimeApi api = null;
        try {
            if (machine.memory().isPresent()) {
                group = Optional.of(machine.memory().get().create(spec.memoryMegabytes()));
            }
            api = RuntimeApi.start();
            var environment = new ExecutionEnvironment(sandbox, machine, file, stage, group, api);
            environment.watch();
            return environment;
        } catch (IOException | RuntimeException failure) {
            if (api != null) {
                api.close();
            }
            group.ifPresent(MemoryGroup::close);
            Folders.delete(stage);
            throw failure;
        }
    }

    /// Waits for the runtime's first word; an environment that has not become ready is ended.
    ///
    /// The time that its threads waited for a processor is not counted: a machine that is busy with
    /// many starts is slow, and no function's fault.
    Init awaitReady(Duration limit) throws InterruptedException {
        long start = System.nanoTime();
        var allowed = limit;
        while (true) {
            var init = awaitInit(allowed.minusNanos(System.nanoTime() - start));
            if (init.isPresent()) {
                return settle(init.get());
            }
            var longer = limit.plus(processorWait(limit.multipliedBy(LONGEST_INIT_FACTOR)));
            if (longer.minus(allowed).compareTo(LEAST_EXTENSION) < 0) {
                return settle(giveUp());
            }
            allowed = longer;
        }
    }

    private Optional<Init> awaitInit(Duration limit) throws InterruptedException {
        try {
            return Optional.of(
                    api.init().get(Math.max(0, limit.toMillis()), TimeUnit.MILLISECONDS));
        } catch (TimeoutException _) {
            return Optional.empty();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Duration processorWait(Duration most) {
        var wait = ProcessorWait.of(process.pid());
        return wait.compareTo(most) < 0 ? wait : most;
    }

    private Init giveUp() {
        api.init().complete(new Init.TimedOut());
        return api.init().resultNow();
    }

    private Init settle(Init init) throws InterruptedException {
        if (init instanceof Init.Ready) {
            initDuration = Duration.ofNanos(System.nanoTime() - startedNanos);
            return init;
        }
        kill();
        log.settle(process.pid());
        return init;
    }

    /// Writes what Lambda writes when a start failed.
    void reportInit(Init init, String phase) {
        if (init instanceof Init.Exited(int status)) {
            log.platform("Error: " + Failures.exitMessage(status) + "\nRuntime.ExitError");
        }
        log.platform(
                "INIT_REPORT Init Duration: %s ms\tPhase: %s\tStatus: %s"
                        .formatted(
                                millis(Duration.ofNanos(System.nanoTime() - startedNanos)),
                                phase,
                                init.status()));
    }

    /// Writes the line that an invocation starts with.
    void begin(String requestId) {
        log.startTail();
        log.platform("START RequestId: " + requestId + " Version: $LATEST");
    }

    /// Has the handler run with one event and waits until the runtime is back for the next one, or
    /// gone. Empty if the process ended before it could take the event.
    Optional<Outcome> run(String requestId, byte[] event, Instant start)
            throws InterruptedException {
        var turn =
                new Turn(
                        requestId,
                        event,
                        machine.settings().functionArn(spec.name()),
                        start.plus(spec.timeout()));
        if (!isAlive()) {
            return Optional.empty();
        }
        current = turn;
        api.submit(turn);
        if (!isAlive()) {
            endTurn(turn);
        }
        Outcome outcome = await(turn);
        current = null;
        if (!turn.delivered() && !killedByTimeout) {
            return Optional.empty();
        }
        return Optional.of(outcome);
    }

    /// Writes the lines that an invocation ends with.
    void report(String requestId, Outcome outcome, Duration duration) throws InterruptedException {
        log.settle(process.pid());
        var status = "";
        if (outcome instanceof Outcome.Failure(String type, byte[] _)) {
            if (type.equals("Sandbox.Timedout")) {
                log.platform(
                        "%s %s %s\n"
                                .formatted(
                                        Instant.now(),
                                        requestId,
                                        Failures.timeoutMessage(spec.timeout())));
                status = "\tStatus: timeout";
            }
            if (type.equals("Runtime.ExitError")) {
                log.platform(
                        "RequestId: %s Error: %s\nRuntime.ExitError"
                                .formatted(requestId, Failures.exitMessage(exited.getNow(0))));
                status = "\tStatus: error\tError Type: Runtime.ExitError";
            }
        }
        log.platform("END RequestId: " + requestId);
        log.platform(reportLine(requestId, duration) + status);
    }

    /// The last of what the invocation wrote.
    String logTail() {
        return log.tail();
    }

    boolean isAlive() {
        return process.isAlive() && !exited.isDone() && !isZombie();
    }

    boolean idleLongerThan(Duration limit) {
        return !busy && System.nanoTime() - idleSinceNanos > limit.toNanos();
    }

    void setBusy(boolean now) {
        idleSinceNanos = System.nanoTime();
        busy = now;
    }

    RunningEnvironment describe() {
        return new RunningEnvironment(spec.name(), spec.logicalId(), process.pid(), busy);
    }

    /// Completed when the process has ended and what it left is cleared away.
    CompletableFuture<Void> gone() {
        return gone;
    }

    /// Completed when the environment is ready, or will never be.
    CompletableFuture<Init> init() {
        return api.init();
    }

    /// Ends the process at once.
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        group.ifPresent(MemoryGroup::killAll);
    }

    /// Asks the process to end, and ends it when it has not after a while.
    void stop(Duration grace) throws InterruptedException {
        var children = process.descendants().toList();
        process.destroy();
        if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
        }
        children.forEach(ProcessHandle::destroyForcibly);
        awaitExit();
    }

    /// Waits until the process is gone and what it held is given back; bounded.
    void awaitExit() throws InterruptedException {
        try {
            gone.get(END_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException _) {
            // In the kernel's hands (a read that hangs): it was told to go.
        }
    }

    // Killed, and not yet noticed by the JDK: what is sent to it now is sent to nobody.
    private boolean isZombie() {
        try {
            var stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (NoSuchFileException _) {
            return Files.exists(Path.of("/proc/self"));
        } catch (IOException _) {
            return false;
        }
    }

    private void watch() {
        Thread.ofPlatform()
                .daemon()
                .name("log of " + spec.logicalId() + " " + process.pid())
                .start(() -> log.pump(process.getInputStream()));
        Thread.ofVirtual()
                .name("end of " + spec.logicalId() + " " + process.pid())
                .start(this::awaitEnd);
    }

    // On a thread of its own: the common pool may be busy, and many wait for this.
    private void awaitEnd() {
        try {
            ended(process.waitFor());
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void ended(int status) {
        group.map(MemoryGroup::peakBytes).ifPresent(peak -> peakBytesAtEnd = peak.orElse(0));
        exited.complete(status);
        api.init().complete(new Init.Exited(status));
        var turn = current;
        if (turn != null) {
            endTurn(turn);
        }
        api.close();
        group.ifPresent(MemoryGroup::killAll);
        group.ifPresent(MemoryGroup::close);
        Folders.delete(stage);
        gone.complete(null);
    }

    private void endTurn(Turn turn) {
        turn.outcome.complete(Failures.exit(turn.requestId, exited.getNow(0)));
        turn.over.complete(null);
    }

    private Outcome await(Turn turn) throws InterruptedException {
        try {
            long left = Duration.between(Instant.now(), turn.deadline).toMillis();
            try {
                turn.outcome.get(Math.max(1, left), TimeUnit.MILLISECONDS);
                left = Duration.between(Instant.now(), turn.deadline).toMillis();
                turn.over.get(Math.max(1, left), TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                killedByTimeout = true;
                turn.outcome.complete(Failures.timeout(turn.requestId, spec.timeout()));
                kill();
                awaitExit();
            }
            return turn.outcome.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } catch (InterruptedException stopped) {
            kill();
            throw stopped;
        }
    }

    private String reportLine(String requestId, Duration duration) {
        var line =
                new StringBuilder("REPORT RequestId: ")
                        .append(requestId)
                        .append("\tDuration: ")
                        .append(millis(duration))
                        .append(" ms\tBilled Duration: ")
                        .append(Math.ceilDiv(duration.toNanos(), 1_000_000L))
                        .append(" ms\tMemory Size: ")
                        .append(spec.memoryMegabytes())
                        .append(" MB\tMax Memory Used: ")
                        .append(memoryUsedBytes() >> 20)
                        .append(" MB");
        var init = initDuration;
        if (init != null) {
            initDuration = null;
            line.append("\tInit Duration: ").append(millis(init)).append(" ms");
        }
        return line.toString();
    }

    private long memoryUsedBytes() {
        var peak = group.map(MemoryGroup::peakBytes).orElse(OptionalLong.empty());
        if (peak.isPresent()) {
            return peak.getAsLong();
        }
        if (exited.isDone()) {
            return peakBytesAtEnd;
        }
        var status = Path.of("/proc", Long.toString(process.pid()), "status");
        try (var lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                            .findFirst()
                            .orElse(0)
                    << 10;
        } catch (IOException | java.io.UncheckedIOException _) {
            return 0; // it has ended
        }
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.2f", duration.toNanos() / 1e6);
    }
}
