package dev.sluice.simulation;

import dev.sluice.simulation.ChunkStatements.Address;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One schedule: what was dropped, the functions that run, the queue, the ledger, the virtual
/// clock, and a scheduler that picks the next step.
final class World {
    static final long BEGIN = 1_000_000;

    private static final long SWEEP_EVERY = 60_000;
    private static final long UPLOAD_TIME = 300_000;
    private static final long VISIBILITY = 720_000;
    private static final int MOST_RECEIVES = 5;
    private static final long[] EVENT_RETRIES = {60_000, 120_000};
    private static final long CALM_LIMIT = 8 * 3_600_000L;
    private static final int STEP_LIMIT = 20_000;

    private final Choices choices;
    private final Mutant mutant;
    private final Trace trace;
    private final Scenario scenario;
    private final Store store = new Store();
    private final Promises promises;
    private final Ledger ledger;
    private final List<Event> events = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private final List<Invocation> invocations = new ArrayList<>();
    private final List<Drop> givenUp = new ArrayList<>();
    private final List<Orphan> orphans = new ArrayList<>();
    private @Nullable Invocation last;
    private long now = BEGIN;
    private long nextSweep = now + SWEEP_EVERY;
    private long sweepSkew;
    private int faultsLeft;
    private int faultsMade;
    private int puts;
    private int asked;
    private long calmSince;
    private int steps;
    private int started;

    World(Choices choices, Mutant mutant, Trace trace) {
        this.choices = choices;
        this.mutant = mutant;
        this.trace = trace;
        this.scenario = Scenario.draw(choices, now);
        this.promises = new Promises(this, scenario);
        this.ledger = new Ledger(() -> now, mutant, promises::check);
        this.faultsLeft = scenario.faults();
        if (trace.isOn()) {
            trace("world", scenario.toString());
        }
    }

    /// A transaction whose process is gone.
    private record Orphan(Transaction transaction, long until) {}

    long now() {
        return now;
    }

    Choices choices() {
        return choices;
    }

    Mutant mutant() {
        return mutant;
    }

    Ledger ledger() {
        return ledger;
    }

    Store store() {
        return store;
    }

    Scenario scenario() {
        return scenario;
    }

    Dataset dataset() {
        return scenario.dataset();
    }

    int faultsMade() {
        return faultsMade;
    }

    int steps() {
        return steps;
    }

    void trace(String who, String what) {
        trace.line(now, who, what);
    }

    /// The drop as a job's row tells it.
    static Drop drop(JobRow job) {
        return new Drop(job.key, job.version, job.bytes, job.sequencer, job.droppedAt);
    }

    // What functions do to the world.

    void send(Address address) {
        messages.add(new Message(address, now));
    }

    void delete(Message message) {
        messages.remove(message);
    }

    void makeVisible(Message message, long in) {
        message.visibleAt = now + in;
    }

    void announce(Drop drop, long in) {
        events.add(new Event(drop, now + in));
    }

    void eventFailed(Event event) {
        if (event.failures < EVENT_RETRIES.length) {
            event.dueAt = now + EVENT_RETRIES[event.failures];
            event.failures++;
            events.add(event);
        } else {
            givenUp.add(event.drop);
        }
    }

    // The scheduler.

    /// Runs the schedule to its end and checks what is left.
    ///
    /// @throws Violation when a promise was broken
    void run() {
        while (move() || passTime()) {
            steps++;
            if (faultsLeft > 0) {
                if (choices.rarely(scenario.faultEvery())) {
                    inject();
                }
                calmSince = now;
            }
            if (steps > STEP_LIMIT || now - calmSince > CALM_LIMIT) {
                throw new Violation("does not come to rest: " + ledgerText());
            }
        }
        promises.checkAtRest(ledger.committed());
    }

    private String ledgerText() {
        var text = new StringBuilder();
        for (var job : ledger.committed().jobs) {
            if (job != null && !job.state.ended()) {
                text.append(job).append("; ");
            }
        }
        return text.toString();
    }

    /// One thing that can happen now; false when only time can pass.
    private boolean move() {
        int runnable = 0;
        boolean lastRuns = false;
        for (var invocation : invocations) {
            if (invocation.isRunnable()) {
                runnable++;
                lastRuns |= invocation.equals(last);
            }
        }
        int due = 0;
        for (var event : events) {
            due += event.dueAt <= now ? 1 : 0;
        }
        int visible = 0;
        for (var message : messages) {
            visible += message.visibleAt <= now ? 1 : 0;
        }
        int puttable =
                puts < scenario.puts().size() && scenario.puts().get(puts).at() <= now ? 1 : 0;
        int asks = asked < scenario.asks().size() && scenario.asks().get(asked).at() <= now ? 1 : 0;
        int sweeps = nextSweep <= now ? 1 : 0;
        int all = runnable + due + visible + puttable + asks + sweeps;
        if (all == 0) {
            return catchUp();
        }
        int steady = lastRuns ? scenario.steadiness() : 0;
        int pick = all == 1 ? 0 : choices.below(all + steady) - steady;
        if (lastRuns && pick <= 0 && last != null) {
            step(last);
            return true;
        }
        happen(pick, runnable, due, visible, puttable, asks, lastRuns);
        return true;
    }

    /// Nothing else moves: those that lag behind go on.
    private boolean catchUp() {
        boolean any = false;
        for (var invocation : invocations) {
            any |= invocation.isLagging();
            invocation.lag(/* behind= */ false);
        }
        return any;
    }

    private void happen(
            int pick,
            int runnable,
            int due,
            int visible,
            int puttable,
            int asks,
            boolean lastRuns) {
        int left = pick;
        if (left < runnable) {
            // the last one stands for 0
            step(runnable(lastRuns ? left - 1 : left, lastRuns));
            return;
        }
        left -= runnable;
        if (left < due) {
            deliver(dueEvent(left));
            return;
        }
        left -= due;
        if (left < visible) {
            deliver(visibleMessage(left));
            return;
        }
        left -= visible;
        if (left < puttable) {
            put();
        } else if (left - puttable < asks) {
            ask();
        } else {
            sweep();
        }
    }

    private Invocation runnable(int index, boolean withoutLast) {
        int left = index;
        for (var invocation : invocations) {
            if (invocation.isRunnable()
                    && !(withoutLast && invocation.equals(last))
                    && left-- == 0) {
                return invocation;
            }
        }
        throw new IllegalStateException("no invocation " + index);
    }

    private Event dueEvent(int index) {
        int left = index;
        for (var event : events) {
            if (event.dueAt <= now && left-- == 0) {
                return event;
            }
        }
        throw new IllegalStateException("no event " + index);
    }

    private Message visibleMessage(int index) {
        int left = index;
        for (var message : messages) {
            if (message.visibleAt <= now && left-- == 0) {
                return message;
            }
        }
        throw new IllegalStateException("no message " + index);
    }

    private void step(Invocation invocation) {
        last = invocation;
        invocation.step();
        clear();
    }

    private void clear() {
        while (!givenUp.isEmpty()) {
            start(FailureRun.ofEvent(this, name("Failure"), givenUp.removeFirst()));
        }
        invocations.removeIf(Invocation::isOver);
    }

    private void put() {
        var put = scenario.puts().get(puts++);
        int awaitedBy = put.awaited() ? awaitUpload(put.key()) : -1;
        var version = store.put(put.key(), put.file(), now, put.dryRun(), awaitedBy);
        if (trace.isOn()) {
            trace(
                    "S3",
                    "key %d version %d is put%s%s: %s"
                            .formatted(
                                    put.key(),
                                    version.number(),
                                    put.dryRun() ? " for a dry run" : "",
                                    put.awaited() ? ", awaited by job " + awaitedBy : "",
                                    put.file()));
        }
        announce(version.announced(), put.eventAfter());
    }

    /// The API registers the upload just before it comes; some time later it expires.
    private int awaitUpload(int key) {
        var transaction = ledger.begin();
        var job = JobStatements.awaitUpload(transaction, key, now + UPLOAD_TIME);
        ledger.commit(transaction);
        return job.number;
    }

    private void ask() {
        var ask = scenario.asks().get(asked++);
        if (ask.cancel()) {
            start(ClientRun.cancel(this, name("Client"), ask.which()));
        } else {
            start(ClientRun.retry(this, name("Client"), ask.which()));
        }
    }

    private void deliver(Event event) {
        events.remove(event);
        start(new IntakeRun(this, name("Intake"), event));
    }

    private void deliver(Message message) {
        message.receives++;
        if (message.receives > MOST_RECEIVES) {
            messages.remove(message);
            var address = message.address;
            trace("SQS", "chunk " + address.job() + "/" + address.chunk() + " is a dead letter");
            start(FailureRun.ofMessage(this, name("Failure"), address));
            return;
        }
        message.visibleAt = now + VISIBILITY;
        start(new LoadRun(this, name("Load"), message));
    }

    private void sweep() {
        nextSweep = now + SWEEP_EVERY;
        start(new SweepRun(this, name("Sweep"), sweepSkew));
        sweepSkew = 0;
    }

    private String name(String function) {
        return function + " " + ++started;
    }

    private void start(Invocation invocation) {
        invocations.add(invocation);
        last = invocation;
    }

    /// Lets time pass to the next moment at which something happens; false when all is at rest.
    private boolean passTime() {
        if (isAtRest()) {
            return false;
        }
        long next = nextSweep;
        for (var invocation : invocations) {
            next = Math.min(next, invocation.nextMoment());
        }
        for (var event : events) {
            next = Math.min(next, event.dueAt);
        }
        for (var message : messages) {
            next = Math.min(next, message.visibleAt);
        }
        for (var orphan : orphans) {
            next = Math.min(next, orphan.until);
        }
        if (puts < scenario.puts().size()) {
            next = Math.min(next, scenario.puts().get(puts).at());
        }
        if (asked < scenario.asks().size()) {
            next = Math.min(next, scenario.asks().get(asked).at());
        }
        advance(Math.max(next, now));
        return true;
    }

    private boolean isAtRest() {
        if (puts < scenario.puts().size()
                || asked < scenario.asks().size()
                || !invocations.isEmpty()
                || !events.isEmpty()
                || !messages.isEmpty()
                || !orphans.isEmpty()) {
            return false;
        }
        for (var job : ledger.committed().jobs) {
            if (job != null && !job.state.ended()) {
                return false;
            }
        }
        return store.versions().stream().allMatch(this::isHeardOf);
    }

    private boolean isHeardOf(Store.Version version) {
        for (var job : ledger.committed().jobs) {
            if (job != null && job.version == version.number()) {
                return true;
            }
        }
        return false;
    }

    private void advance(long to) {
        now = to;
        for (var invocation : List.copyOf(invocations)) {
            invocation.timePasses();
        }
        clear();
        for (var orphan : List.copyOf(orphans)) {
            if (orphan.until <= now) {
                if (orphan.transaction.isOpen()) {
                    ledger.abort(orphan.transaction);
                }
                orphans.remove(orphan);
            }
        }
    }

    // Faults.

    private void inject() {
        var kinds = scenario.kinds();
        var fault = choices.oneOf(kinds);
        if (strike(fault)) {
            faultsLeft--;
            faultsMade++;
        }
    }

    private void fault(String who, Fault fault) {
        trace("FAULT", who + ": " + fault.words());
    }

    private boolean strike(Fault fault) {
        return switch (fault) {
            case MESSAGE_LOST, MESSAGE_TWICE, MESSAGE_VISIBLE_AGAIN -> strikeMessage(fault);
            case EVENT_LOST, EVENT_TWICE, EVENT_LATE -> strikeEvent(fault);
            case DATABASE_RESTART, TIME_PASSES, TIME_PASSES_LONG, SWEEP_NOW, SWEEP_SKEWED ->
                    strikeAll(fault);
            case CRASH,
                    CRASH_UNNOTICED,
                    LAGS,
                    FREEZE_IN_LEASE,
                    FREEZE_PAST_LEASE,
                    FREEZE_PAST_LEASE_IDLE,
                    FREEZE_PAST_VISIBILITY,
                    CONNECTION_LOST,
                    ANSWER_LOST_COMMITTED,
                    ANSWER_LOST_ROLLED_BACK,
                    S3_ERROR,
                    SQS_ERROR,
                    SQS_ERROR_SENT ->
                    strikeInvocation(fault);
        };
    }

    private boolean strikeMessage(Fault fault) {
        if (messages.isEmpty()) {
            return false;
        }
        var message = choices.oneOf(messages);
        fault("message " + message.address, fault);
        switch (fault) {
            case MESSAGE_LOST -> messages.remove(message);
            case MESSAGE_TWICE -> messages.add(new Message(message.address, now));
            default -> message.visibleAt = now;
        }
        return true;
    }

    private boolean strikeEvent(Fault fault) {
        if (events.isEmpty()) {
            return false;
        }
        var event = choices.oneOf(events);
        fault("event of version " + event.drop.version(), fault);
        switch (fault) {
            case EVENT_LOST -> events.remove(event);
            case EVENT_TWICE -> events.add(new Event(event.drop, event.dueAt));
            default -> event.dueAt += 600_000;
        }
        return true;
    }

    private boolean strikeAll(Fault fault) {
        fault("all", fault);
        switch (fault) {
            case DATABASE_RESTART -> ledger.restart();
            case TIME_PASSES -> advance(now + 50_000);
            case TIME_PASSES_LONG -> advance(now + 125_000);
            case SWEEP_NOW -> nextSweep = now;
            default -> sweepSkew = 3_600_000;
        }
        return true;
    }

    private boolean strikeInvocation(Fault fault) {
        if (invocations.isEmpty()) {
            return false;
        }
        var victim = choices.oneOf(invocations);
        if (!fits(fault, victim) || !isAimedAt(victim)) {
            return false;
        }
        fault(victim.name, fault);
        strike(fault, victim);
        clear();
        return true;
    }

    private boolean isAimedAt(Invocation victim) {
        return switch (scenario.aim()) {
            case ANYBODY -> true;
            case IN_TRANSACTION -> victim.hasTransaction();
            case PUBLISHING -> victim.isPublishing();
        };
    }

    private static boolean fits(Fault fault, Invocation victim) {
        return switch (fault) {
            case S3_ERROR -> victim.kind() == Invocation.Kind.S3;
            case SQS_ERROR, SQS_ERROR_SENT -> victim.kind() == Invocation.Kind.SEND;
            case ANSWER_LOST_COMMITTED, ANSWER_LOST_ROLLED_BACK ->
                    victim.kind() == Invocation.Kind.COMMIT;
            case CONNECTION_LOST, CRASH_UNNOTICED -> victim.hasTransaction();
            default -> true;
        };
    }

    private void strike(Fault fault, Invocation victim) {
        switch (fault) {
            case CRASH -> victim.crash();
            case CRASH_UNNOTICED -> vanish(victim);
            case LAGS -> victim.lag(/* behind= */ true);
            case FREEZE_IN_LEASE -> victim.freeze(30_000);
            case FREEZE_PAST_LEASE -> victim.freeze(200_000);
            case FREEZE_PAST_LEASE_IDLE -> freezeIdle(victim, 200_000);
            case FREEZE_PAST_VISIBILITY -> freezeIdle(victim, 800_000);
            case CONNECTION_LOST -> victim.cut();
            case ANSWER_LOST_COMMITTED -> victim.loseAnswer(/* committed= */ true);
            case ANSWER_LOST_ROLLED_BACK -> victim.loseAnswer(/* committed= */ false);
            case S3_ERROR -> victim.fail(Trouble.S3);
            case SQS_ERROR -> victim.fail(Trouble.SQS);
            case SQS_ERROR_SENT -> victim.failAfter();
            default -> throw new IllegalArgumentException("not for one function: " + fault);
        }
    }

    private void vanish(Invocation victim) {
        var left = victim.vanish();
        if (left != null) {
            orphans.add(new Orphan(left, now + 60_000));
        }
    }

    private void freezeIdle(Invocation victim, long time) {
        var open = victim.transaction();
        if (open != null) {
            orphans.add(new Orphan(open, now + 60_000));
        }
        victim.freeze(time);
    }
}
