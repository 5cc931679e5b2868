package dev.sluice.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.local.Detours.Service;
import dev.sluice.local.fault.Direction;
import dev.sluice.local.fault.LinkView;
import dev.sluice.local.fault.Toxic;
import dev.sluice.local.fault.Trap;
import dev.sluice.local.fault.Verdict;
import dev.sluice.local.runtime.RunningEnvironment;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkException;

/// The faults of one round: sets them at their moments, does what they are, and undoes it.
///
/// A fault strikes on the thread of the link that came to its moment and holds it meanwhile, so
/// what it does must not wait for what that link would bring. Thread-safe.
final class Strikes {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration API_WITHIN = Duration.ofSeconds(30);
    private static final Duration BETWEEN_ASKS = Duration.ofMillis(200);
    private static final String[] REFUSALS = {"53100", "40P01", "40001", "55P03", "53200"};

    private final TestedStack stack;
    private final Ledger ledger;
    private final Jobs tenant;
    private final Processes processes = new Processes();
    private final Takings takings;
    private final Deliveries deliveries;
    private final List<Checks.Drop> drops = new CopyOnWriteArrayList<>();
    // A fault may strike before the drop is known here.
    private final Set<String> anyMayFail = ConcurrentHashMap.newKeySet();
    // what failed by a fault that has passed is tried again by its tenant, and then may not fail
    private final Set<String> retried = ConcurrentHashMap.newKeySet();
    private final AtomicInteger uploaded = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final Set<Kind> struck = ConcurrentHashMap.newKeySet();
    private final Queue<String> diary = new ConcurrentLinkedQueue<>();
    private final Queue<Thread> tasks = new ConcurrentLinkedQueue<>();
    private final List<Trap> traps = new ArrayList<>();
    // one party is the round itself
    private final Phaser underWay = new Phaser(1);
    private final long began = System.nanoTime();
    private volatile long lastsUntil = began;

    Strikes(TestedStack stack, Ledger ledger, Jobs tenant) {
        this.stack = stack;
        this.ledger = ledger;
        this.tenant = tenant;
        this.takings = new Takings(ledger, this::note);
        this.deliveries = new Deliveries(stack);
    }

    /// The drops of the round, also those that a fault made.
    List<Checks.Drop> drops() {
        return drops.stream()
                .map(it -> retried.contains(it.version()) ? it : mayFail(it, anyMayFail))
                .toList();
    }

    Set<Kind> struck() {
        return Set.copyOf(struck);
    }

    /// What the tenant of a round did to its jobs.
    record Acts(int uploaded, int cancelled, int retried) {
        Acts plus(Acts other) {
            return new Acts(
                    uploaded + other.uploaded,
                    cancelled + other.cancelled,
                    retried + other.retried);
        }
    }

    Acts acts() {
        return new Acts(uploaded.get(), cancelled.get(), retried.size());
    }

    /// What was done when, for a report.
    List<String> diary() {
        return List.copyOf(diary);
    }

    void note(String what) {
        diary.add("%5d ms: %s".formatted((System.nanoTime() - began) / 1_000_000, what));
    }

    void drop(TestedFile file, boolean duplicate) {
        drops.add(new Checks.Drop(file, stack.drop(file), null, Set.of(), duplicate));
        note("dropped " + file.key() + " with " + file.records() + " records");
    }

    /// Drops the file by a presigned URL; plainly, when a fault that lasts keeps the API from
    /// giving one.
    void upload(TestedFile file) throws IOException, InterruptedException {
        var upload = stack.upload(file, tenant);
        if (upload.isEmpty()) {
            drop(file, /* duplicate= */ false);
            return;
        }
        var done = upload.get();
        drops.add(new Checks.Drop(file, done.version(), done.job(), Set.of(), false));
        uploaded.incrementAndGet();
        note("uploaded " + file.key() + " with " + file.records() + " records");
    }

    /// From now on the fault waits for its moment.
    void set(Injection injection) {
        int times =
                switch (injection.kind()) {
                    case S3_SLOW_DOWN, S3_ERROR -> 1 + injection.amount() % 8;
                    default -> 1;
                };
        var trap =
                Trap.at(injection.step().signs(), link -> strike(injection, link))
                        .skipping(injection.skip())
                        .times(times)
                        .after(injection.bytes());
        traps.add(trap);
        stack.relay(injection.step().service()).arm(trap);
    }

    /// Whether every fault has struck and had its time.
    boolean isOver() {
        return traps.stream().allMatch(Trap::hasSprung) && System.nanoTime() > lastsUntil;
    }

    /// Whether what has struck has had its time.
    boolean isIdle() {
        return System.nanoTime() > lastsUntil;
    }

    private Verdict strike(Injection injection, LinkView link) throws InterruptedException {
        var kind = injection.kind();
        note(injection + " by port " + link.clientPort());
        lastsUntil = Math.max(lastsUntil, System.nanoTime() + kind.lasts().toNanos());
        underWay.register();
        try {
            var verdict = strike(kind, injection.amount(), link);
            struck.add(kind);
            return verdict;
        } catch (IOException | SQLException | SdkException e) {
            note(kind + " failed: " + e);
            return new Verdict.Pass();
        } finally {
            underWay.arriveAndDeregister();
        }
    }

    private Verdict strike(Kind kind, int amount, LinkView link)
            throws IOException, SQLException, InterruptedException {
        boolean even = amount % 2 == 0;
        return switch (kind) {
            case KILL -> {
                kill(link);
                yield even ? new Verdict.Pass() : new Verdict.Cut();
            }
            case FREEZE -> {
                freeze(link);
                yield new Verdict.Pass();
            }
            case FREEZE_HOLDING -> {
                freeze(link);
                yield new Verdict.Silence();
            }
            case TMP_FULL -> {
                process(link).ifPresent(takings::fillTmp);
                yield new Verdict.Pass();
            }
            case TIMEOUT, HALF_OPEN -> new Verdict.Silence();
            case REPLY_LOST, LINK_CUT, QUEUE_CUT, S3_RESET -> new Verdict.Cut();
            case S3_SHORT -> new Verdict.Answer(new byte[0]);
            case S3_SLOW_DOWN -> answer("503 Slow Down", "SlowDown");
            case S3_ERROR -> answer("500 Internal Server Error", "InternalError");
            case S3_FORBIDDEN -> {
                anyMayFail.add("OBJECT_UNREADABLE");
                yield answer("403 Forbidden", "AccessDenied");
            }
            case S3_MISSING -> {
                anyMayFail.add("OBJECT_VANISHED");
                yield answer("404 Not Found", "NoSuchVersion");
            }
            case LEASE_RUNS_OUT -> {
                later(() -> {
                    ledger.pass(HOUR);
                    sendAgain(2);
                });
                Thread.sleep(Duration.ofMillis(20L * amount));
                yield new Verdict.Pass();
            }
            case CANCELLED -> {
                later(this::cancel);
                // Long enough for the API mostly; not until it is done, which may need this link.
                Thread.sleep(Duration.ofMillis(100 + 10L * amount));
                yield new Verdict.Pass();
            }
            default -> {
                disturb(kind, amount);
                yield new Verdict.Pass();
            }
        };
    }

    /// Faults that strike the stack and not this link.
    private void disturb(Kind kind, int amount) throws IOException, SQLException {
        switch (kind) {
            case DATABASE_CRASH -> stack.local().database().orElseThrow().crash();
            case SESSIONS_ENDED -> note(ledger.endBackends() + " sessions ended");
            case LINKS_REFUSED -> stack.relay(Service.DATABASE).refuse();
            case QUEUE_REFUSED -> stack.relay(Service.SQS).refuse();
            case SENT_AGAIN -> later(() -> sendAgain(amount));
            case S3_TRICKLE ->
                    stack.relay(Service.S3)
                            .infect(Direction.TO_CLIENT, new Toxic.Bandwidth(1_000L * amount));
            case REPLACED -> later(this::replace);
            case DELETED -> later(this::delete);
            case CLOCK_AHEAD -> later(() -> ledger.pass(HOUR));
            case CLOCK_BACK -> later(takings::setClockBack);
            case CONNECTIONS_USED_UP -> {
                takings.useUpConnections();
                later(() -> {
                    Thread.sleep(kind.lasts());
                    takings.release();
                });
            }
            case ROWS_REFUSED ->
                    later(() -> takings.refuseRows(REFUSALS[amount % REFUSALS.length]));
            case ROWS_LOCKED -> later(takings::lockJobs);
            case POISON -> deliveries.poison();
            case CONCURRENCY -> lowerConcurrency(amount);
            case MAPPING_OFF -> mapping(false);
            case DEPLOY -> later(stack::deployAnotherBuild);
            case TWO_INTAKES -> announceAgain(amount % 4 + 2);
            case SWEEPS -> sweep(amount % 3 + 2);
            case LATENCY -> delay(amount);
            default -> throw new IllegalArgumentException(kind + " is not done here");
        }
    }

    private interface Task {
        void run() throws Exception;
    }

    // Beside the held link: it may wait for what that link holds.
    private void later(Task task) {
        tasks.add(
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                task.run();
                            } catch (Exception e) {
                                note("failed: " + e);
                            }
                        }));
    }

    private Optional<Long> process(LinkView link) {
        var pids = stack.environments().stream().map(RunningEnvironment::pid).toList();
        var found = Processes.ofPort(link.clientPort(), pids);
        note("process " + found);
        return found;
    }

    private void kill(LinkView link) {
        process(link).ifPresent(Processes::kill);
    }

    private void freeze(LinkView link) throws InterruptedException {
        var pid = process(link);
        if (pid.isPresent()) {
            processes.stop(pid.get());
            later(() -> {
                ledger.pass(HOUR);
                sendAgain(2);
            });
        }
    }

    private static Verdict answer(String status, String code) {
        var body =
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code></Error>"
                        .formatted(code);
        var text =
                "HTTP/1.1 %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                        .formatted(status, body.length(), body);
        return new Verdict.Answer(text.getBytes(UTF_8));
    }

    private static Checks.Drop mayFail(Checks.Drop drop, Set<String> codes) {
        var all = new HashSet<>(drop.mayFail());
        all.addAll(codes);
        return new Checks.Drop(drop.file(), drop.version(), drop.job(), all, drop.duplicate());
    }

    private void sendAgain(int times) throws SQLException {
        note(deliveries.again(ledger, times) + " messages sent again");
    }

    /// The first drop whose job is planned; its key gets another version.
    private void replace() throws SQLException {
        for (var drop : drops) {
            if (isAlone(drop) && !ledger.jobs(drop.file().key(), drop.version()).isEmpty()) {
                var recipe = new TestedFile.Recipe(50, 5, false, false);
                var random = new java.util.Random(drop.file().number());
                drop(
                        TestedFile.make(
                                drop.file().target(),
                                drop.file().name(),
                                drop.file().number() + 5,
                                recipe,
                                random),
                        false);
                return;
            }
        }
    }

    private void delete() throws SQLException {
        for (var drop : drops) {
            if (isAlone(drop) && !ledger.jobs(drop.file().key(), drop.version()).isEmpty()) {
                drops.replaceAll(
                        it -> it.equals(drop) ? mayFail(it, Set.of("OBJECT_VANISHED")) : it);
                stack.remove(drop.file().key(), drop.version());
                note("deleted " + drop.file().key());
                return;
            }
        }
    }

    private void cancel() throws SQLException, IOException, InterruptedException {
        for (var drop : drops) {
            for (var job : ledger.jobs(drop.file().key(), drop.version())) {
                if (!job.ended()) {
                    drops.replaceAll(it ->
                            it.version().equals(drop.version())
                                    ? mayFail(it, Set.of(Checks.CANCELLED))
                                    : it);
                    tenant.move(job.id().toString(), "cancel");
                    cancelled.incrementAndGet();
                    note("cancelled job " + job.number());
                    return;
                }
            }
        }
    }

    /// Retries what failed since S3 refused it or seemed not to have it. Returns whether anything
    /// was.
    boolean retryFailed() throws SQLException, IOException, InterruptedException {
        for (var drop : drops()) {
            for (var job : ledger.jobs(drop.file().key(), drop.version())) {
                if (job.state().equals("FAILED")
                        && anyMayFail.contains(String.valueOf(job.errorCode()))
                        && stack.has(drop.file().key(), drop.version())) {
                    retry(drop, job);
                }
            }
        }
        return !retried.isEmpty();
    }

    /// Asks as a client does that is told to try again; what the ledger says counts.
    private void retry(Checks.Drop drop, Ledger.JobRow job)
            throws SQLException, IOException, InterruptedException {
        long end = System.nanoTime() + API_WITHIN.toNanos();
        retried.add(drop.version());
        while (ledger.jobs(drop.file().key(), drop.version()).equals(List.of(job))) {
            try {
                tenant.move(job.id().toString(), "retry");
                note("retried job " + job.number());
            } catch (IOException | Complaint e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(BETWEEN_ASKS);
            }
        }
    }

    // Where a key has several drops, their order is what the round is about.
    private boolean isAlone(Checks.Drop drop) {
        return drops.stream().filter(it -> it.file().key().equals(drop.file().key())).count() == 1;
    }

    private void lowerConcurrency(int amount) {
        var functions = stack.local().functions();
        functions.reserve(stack.function("Load"), OptionalInt.of(amount % 2));
        if (amount % 3 == 0) {
            functions.reserve(stack.function("Intake"), OptionalInt.of(amount % 2));
        }
    }

    private void mapping(boolean enabled) {
        Objects.requireNonNull(stack.local().mappings().get(stack.function("Load")))
                .setEnabled(enabled);
    }

    private void announceAgain(int times) {
        for (var drop : drops) {
            if (!isAlone(drop)) {
                continue;
            }
            deliveries.announce(drop, times);
        }
    }

    private void sweep(int times) {
        for (int time = 0; time < times; time++) {
            later(stack::sweep);
        }
    }

    private void delay(int amount) {
        var latency = new Toxic.Latency(Duration.ofMillis(amount / 2), Duration.ofMillis(amount));
        for (var service : Service.values()) {
            for (var direction : Direction.values()) {
                stack.relay(service).infect(direction, latency);
            }
        }
    }

    /// Undoes all that lasts.
    void heal() throws IOException, SQLException, InterruptedException {
        takings.hurry();
        stack.heal();
        try {
            underWay.awaitAdvanceInterruptibly(underWay.arrive(), 30, TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            note("a strike does not end");
        }
        processes.goOn();
        // A lock that is held keeps a task from its end.
        takings.release();
        for (var task : tasks) {
            boolean _ = task.join(Duration.ofSeconds(20));
        }
        mapping(true);
        stack.local().functions().reserve(stack.function("Load"), OptionalInt.of(4));
        stack.local().functions().reserve(stack.function("Intake"), OptionalInt.of(20));
        takings.giveBack();
        note("healed");
    }
}
