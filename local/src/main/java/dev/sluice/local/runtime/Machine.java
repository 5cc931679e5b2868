package dev.sluice.local.runtime;

import dev.sluice.local.part.Part;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// What all functions of this machine share: its processors, its memory, its kernel. Thread-safe.
public final class Machine implements Part {
    private static final long BYTES_PER_ENVIRONMENT = 128L << 20;
    private static final int LEAST_ENVIRONMENTS = 16;

    private final Settings settings;
    private final Optional<MemoryGroups> memory;
    private final List<Walls> walls;
    // by what is mounted: to try them costs a process each
    private final Map<Map<String, FunctionSpec.Mount>, Walls> granted = new ConcurrentHashMap<>();
    private final Semaphore starts;
    private final Semaphore places;
    private final List<EnvironmentPool> pools = new CopyOnWriteArrayList<>();
    private final Set<String> announced = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();

    private Machine(
            Settings settings, Optional<MemoryGroups> memory, List<Walls> walls, int places) {
        this.settings = settings;
        this.memory = memory;
        this.walls = walls;
        this.places = new Semaphore(places, /* fair= */ true);
        this.starts = new Semaphore(Runtime.getRuntime().availableProcessors(), /* fair= */ true);
    }

    /// Looks what the machine grants.
    ///
    /// @param concurrency how many execution environments AWS would allow at once
    public static Machine start(Settings settings, int concurrency) throws IOException {
        return start(settings, concurrency, MemoryGroups.find(), List.of(Walls.values()));
    }

    /// Does without what is not given here.
    static Machine start(
            Settings settings, int concurrency, Optional<MemoryGroups> memory, List<Walls> walls)
            throws IOException {
        // Of a runner that was killed; its mounts ended with their processes.
        Folders.delete(settings.dataDirectory().resolve("environments"));
        Files.createDirectories(settings.dataDirectory());
        int places = Math.min(concurrency, roomFor());
        var machine = new Machine(settings, memory, walls, places);
        if (places < concurrency) {
            machine.announce(
                    "at most %d execution environments at a time fit into this machine's memory, not %d: more invocations wait"
                            .formatted(places, concurrency));
        }
        return machine;
    }

    /// Tells something once.
    void announce(String sentence) {
        if (announced.add(sentence)) {
            settings.announcements().accept(sentence);
        }
    }

    Settings settings() {
        return settings;
    }

    Optional<MemoryGroups> memory() {
        return memory;
    }

    /// The walls to try for these mounts, those that were granted before first.
    List<Walls> candidates(Map<String, FunctionSpec.Mount> mounts) {
        var known = granted.get(mounts);
        return known == null ? walls : List.of(known);
    }

    boolean isGranted(Walls kind, Map<String, FunctionSpec.Mount> mounts) {
        return granted.get(mounts) == kind;
    }

    void grant(Walls kind, Map<String, FunctionSpec.Mount> mounts) {
        granted.put(mounts, kind);
    }

    long nextNumber() {
        return numbers.incrementAndGet();
    }

    void add(EnvironmentPool pool) {
        pools.add(pool);
    }

    void remove(EnvironmentPool pool) {
        pools.remove(pool);
    }

    /// Waits for room for one more environment, and lets an idle one of another function go for it.
    void takePlace() throws InterruptedException {
        while (!places.tryAcquire()) {
            boolean made = false;
            for (var pool : pools) {
                made = pool.dismissOne();
                if (made) {
                    break;
                }
            }
            if (places.tryAcquire(made ? 1_000 : 100, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    void leavePlace() {
        places.release();
    }

    /// Waits for a processor to start on: a JVM that starts beside many others would seem to hang.
    void takeStart() throws InterruptedException {
        starts.acquire();
    }

    void leaveStart() {
        starts.release();
    }

    @Override
    public void close() {
        memory.ifPresent(MemoryGroups::close);
        Folders.delete(settings.dataDirectory().resolve("environments"));
    }

    private static int roomFor() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        if (system instanceof com.sun.management.OperatingSystemMXBean known) {
            long places = known.getTotalMemorySize() / BYTES_PER_ENVIRONMENT;
            return Math.clamp(places, LEAST_ENVIRONMENTS, Integer.MAX_VALUE);
        }
        return LEAST_ENVIRONMENTS;
    }

    /// What the machine is told from outside.
    ///
    /// @param visible paths of this host that functions need, should a mount hide them
    /// @param initLimit how long a first start may take
    /// @param grace how long a process may take to end by itself
    public record Settings(
            Path dataDirectory,
            List<Path> visible,
            String region,
            String accountId,
            String accessKeyId,
            String secretAccessKey,
            Duration initLimit,
            Duration grace,
            Consumer<String> announcements) {

        String functionArn(String name) {
            return "arn:aws:lambda:" + region + ":" + accountId + ":function:" + name;
        }
    }
}
