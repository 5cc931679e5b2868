package dev.sluice.faults;

import static dev.sluice.faults.Step.BEFORE_COMMIT;
import static dev.sluice.faults.Step.CHUNK_DONE;
import static dev.sluice.faults.Step.COMMITTED;
import static dev.sluice.faults.Step.COPIED;
import static dev.sluice.faults.Step.COPY;
import static dev.sluice.faults.Step.GET;
import static dev.sluice.faults.Step.GETTING;
import static dev.sluice.faults.Step.LEASE;
import static dev.sluice.faults.Step.LEASED;
import static dev.sluice.faults.Step.LIST;
import static dev.sluice.faults.Step.LISTING;
import static dev.sluice.faults.Step.PLAN;
import static dev.sluice.faults.Step.PLANNED;
import static dev.sluice.faults.Step.PLAN_COMMIT;
import static dev.sluice.faults.Step.PLAN_LEASE;
import static dev.sluice.faults.Step.PUBLISH;
import static dev.sluice.faults.Step.PUBLISHED;
import static dev.sluice.faults.Step.REGISTER;
import static dev.sluice.faults.Step.REGISTERED;
import static dev.sluice.faults.Step.TURN;

import java.time.Duration;
import java.util.List;

/// A kind of fault, where it may strike, and how long it lasts before it is healed.
enum Kind {
    KILL("kill -9 of a function", all(), 300),
    FREEZE("SIGSTOP past the lease, then SIGCONT", all(), 2_500),
    FREEZE_HOLDING("SIGSTOP in an open transaction", List.of(COPY, COPIED, CHUNK_DONE), 2_500),
    TIMEOUT("Lambda's time limit", List.of(GET, GETTING), 11_000),
    DATABASE_CRASH("PostgreSQL restarts in immediate mode", database(), 300),
    SESSIONS_ENDED("pg_terminate_backend", database(), 300),
    LINK_CUT("connection to the database reset", database(), 300),
    HALF_OPEN("connection to the database half-open", database(), 2_000),
    LINKS_REFUSED("connections to the database refused", database(), 1_500),
    REPLY_LOST("reply to a COMMIT lost", List.of(COMMITTED, PLANNED, REGISTERED, LEASED), 300),
    SENT_AGAIN("messages delivered 2 to 50 times", all(), 300),
    LEASE_RUNS_OUT("lease and visibility run out at work", all(), 1_000),
    S3_SLOW_DOWN("S3 answers 503 SlowDown", objects(), 300),
    S3_ERROR("S3 answers 500", objects(), 300),
    S3_RESET("S3's answer reset", List.of(GETTING, LISTING), 300),
    S3_SHORT("S3's answer ends too early", List.of(GETTING, LISTING), 300),
    S3_TRICKLE("S3's body slow", objects(), 2_000),
    S3_FORBIDDEN("S3 answers 403", objects(), 300),
    S3_MISSING("S3 answers 404", objects(), 300),
    REPLACED("object replaced after its plan", late(), 300),
    DELETED("version deleted after its plan", late(), 300),
    CANCELLED("job cancelled by its tenant", late(), 300),
    TMP_FULL("/tmp full", all(), 1_500),
    CLOCK_AHEAD("the ledger's clock an hour ahead", all(), 1_000),
    CLOCK_BACK("the ledger's clock an hour back", all(), 1_500),
    CONNECTIONS_USED_UP("max_connections reached", database(), 1_000),
    ROWS_REFUSED(
            "disk full, deadlock, serialization failure", List.of(LEASED, PLANNED, COMMITTED), 700),
    ROWS_LOCKED("the job's row locked by another", late(), 1_500),
    POISON("poison messages and events", all(), 300),
    CONCURRENCY("reserved concurrency lowered to 0 or 1", all(), 1_500),
    MAPPING_OFF("event source mapping switched off", all(), 1_200),
    DEPLOY("another build deployed", all(), 300),
    TWO_INTAKES("several Intakes for one drop", List.of(REGISTER, TURN, PLAN, PLANNED), 300),
    SWEEPS("sweeps at the same time", all(), 300),
    LATENCY("all ways slow and uneven", all(), 2_000),
    QUEUE_CUT("connections to SQS reset", List.of(PUBLISH, PUBLISHED), 500),
    QUEUE_REFUSED("SQS refuses connections", List.of(PLAN_COMMIT, PLANNED, PUBLISH), 1_500);

    static final List<Kind> ALL = List.of(values());

    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // a copy
    private final List<Step> steps;

    private final Duration lasts;

    Kind(String description, List<Step> steps, long lastsMillis) {
        this.description = description;
        this.steps = List.copyOf(steps);
        this.lasts = Duration.ofMillis(lastsMillis);
    }

    private static List<Step> all() {
        return List.of(Step.values());
    }

    private static List<Step> database() {
        return List.of(
                LEASE,
                LEASED,
                COPY,
                COPIED,
                CHUNK_DONE,
                BEFORE_COMMIT,
                COMMITTED,
                REGISTER,
                REGISTERED,
                TURN,
                PLAN_LEASE,
                PLAN,
                PLAN_COMMIT,
                PLANNED);
    }

    private static List<Step> objects() {
        return List.of(GET, GET, LIST);
    }

    private static List<Step> late() {
        return List.of(PLANNED, LEASED, GET, COPY, BEFORE_COMMIT, COMMITTED);
    }

    String description() {
        return description;
    }

    List<Step> steps() {
        return steps;
    }

    Duration lasts() {
        return lasts;
    }
}
