package dev.sluice.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.db.Chunks;
import dev.sluice.db.Drops;
import dev.sluice.db.Jobs;
import dev.sluice.db.Plans;
import dev.sluice.db.SqlState;
import dev.sluice.db.Tries;
import dev.sluice.db.Turns;
import dev.sluice.db.Uploads;
import dev.sluice.job.Books;
import dev.sluice.job.Chunk;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.Job;
import dev.sluice.job.JobError;
import dev.sluice.job.JobState;
import dev.sluice.job.Position;
import dev.sluice.job.RejectLimit;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One random sequence of statements, each run on the model and on the real ledger.
final class BothLedgers {
    private static final Duration HALF_HOUR = Duration.ofMinutes(30);
    private static final long HOUR = 3_600_000;
    private static final int MAX_TRIES = 3;
    private static final int KEYS = 2;
    private static final int VERSIONS = 3;

    private final RealLedger real;
    private final Choices choices;
    private final Ledger model;
    private final @Nullable Transaction[] open = new Transaction[2];
    private final Instant begin = Instant.now();
    private final List<String> log = new ArrayList<>();

    /// The real ids, by the numbers that the model gives.
    private final List<@Nullable UUID> ids = new ArrayList<>();

    private final List<BothLease> leases = new ArrayList<>();
    private final List<BothPlan> plans = new ArrayList<>();
    private long now = 100 * HOUR;
    private long passed;
    private int waits;

    BothLedgers(RealLedger real, Choices choices) {
        this.real = real;
        this.choices = choices;
        this.model = new Ledger(() -> now, Mutant.NONE, (_, _, _) -> {});
    }

    /// A lease of a chunk as both gave it.
    private record BothLease(ChunkStatements.Lease ofModel, Chunks.Lease ofReal) {}

    /// A lease of a plan as both gave it.
    private record BothPlan(PlanStatements.Lease ofModel, Plans.Lease ofReal) {}

    /// A statement of the product.
    @FunctionalInterface
    private interface OnReal {
        Object run(Connection connection) throws SQLException;
    }

    int waits() {
        return waits;
    }

    void step() throws Exception {
        now++;
        if (choices.below(6) == 0) {
            end(choices.below(2));
        } else if (choices.below(25) == 0 && open[0] == null && open[1] == null) {
            log.add("an hour passes");
            now += HOUR;
            passed += HOUR;
            real.passHour();
        } else {
            statement(choices.below(2));
        }
    }

    void finish() throws SQLException {
        end(0);
        end(1);
        compareRows();
    }

    private void end(int which) throws SQLException {
        var transaction = open[which];
        if (transaction == null) {
            return;
        }
        open[which] = null;
        if (choices.below(4) == 0) {
            log.add(which + " rolls back");
            model.abort(transaction);
            real.connection(which).rollback();
        } else {
            log.add(which + " commits");
            model.commit(transaction);
            real.connection(which).commit();
        }
        compareRows();
    }

    private void compareRows() throws SQLException {
        assertThat(real.rows()).as("rows after %s", log).isEqualTo(rows());
    }

    /// Runs one on both; where the model says that it waits, so must the real one, until the other
    /// transaction has ended.
    private void both(
            int which,
            String what,
            boolean single,
            Function<Transaction, Object> onModel,
            OnReal onReal)
            throws Exception {
        log.add(which + " " + what);
        var transaction = open[which];
        if (transaction == null) {
            transaction = model.begin();
            open[which] = transaction;
        }
        transaction.statementEnds();
        var expected = answer(transaction, onModel);
        if (!expected.equals(Trouble.WAIT)) {
            transaction.statementEnds();
            compare(which, expected, answer(which, onReal));
            return;
        }
        if (!single) {
            // Its second statement would see more than its first: not one step of the model.
            abort(which);
            return;
        }
        waits++;
        var answer = real.begin(() -> answer(which, onReal));
        if (!real.awaitWaiting(which, answer)) {
            // PostgreSQL looks at constraints before it waits for a row.
            assertThat(get(answer)).as("waits: %s", log).isEqualTo(Trouble.CHECK_VIOLATION);
            abort(which);
            return;
        }
        end(1 - which);
        var after = answer(transaction, onModel);
        transaction.statementEnds();
        compare(which, after, get(answer));
    }

    private static Object get(java.util.concurrent.Future<Object> answer)
            throws InterruptedException, ExecutionException {
        try {
            return answer.get(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("still waits", e);
        }
    }

    private void compare(int which, Object expected, Object answered) throws SQLException {
        assertThat(answered).as("answer after %s", log).isEqualTo(expected);
        if (expected instanceof Trouble) {
            abort(which);
        }
    }

    private void abort(int which) throws SQLException {
        var transaction = open[which];
        open[which] = null;
        if (transaction != null) {
            model.abort(transaction);
        }
        real.connection(which).rollback();
    }

    private static Object answer(Transaction transaction, Function<Transaction, Object> work) {
        try {
            var answer = work.apply(transaction);
            return isAllowed(transaction) ? answer : Trouble.CHECK_VIOLATION;
        } catch (Trouble.Thrown thrown) {
            return thrown.trouble();
        }
    }

    private Object answer(int which, OnReal work) throws SQLException {
        try {
            return work.run(real.connection(which));
        } catch (SQLException e) {
            if (SqlState.isUniqueViolation(e)) {
                return Trouble.UNIQUE_VIOLATION;
            }
            if ("23514".equals(e.getSQLState())) {
                return Trouble.CHECK_VIOLATION;
            }
            throw new SQLException("after " + log, e);
        }
    }

    /// The CHECK constraints of the migrations.
    private static boolean isAllowed(Transaction transaction) {
        return transaction.jobs.stream().allMatch(BothLedgers::isAllowed)
                && transaction.chunks.stream().allMatch(ChunkRow::balanced);
    }

    private static boolean isAllowed(JobRow job) {
        return job.balanced()
                && job.chunksLeft >= 0
                && job.chunksLeft <= job.chunks
                && job.is(JobState.FAILED) == (job.error != null)
                && (!job.succeeded() || (job.planned && job.chunksLeft == 0))
                && (job.staged == 0 || job.is(JobState.LOADING));
    }

    // The statements.

    private void statement(int which) throws Exception {
        switch (choices.below(26)) {
            case 0, 1, 2 -> register(which);
            case 3, 4 -> takeTurn(which);
            case 5, 6 -> leasePlan(which);
            case 7, 8, 9 -> registerChunks(which);
            case 10, 11, 12 -> lease(which);
            case 13, 14, 15 -> finishChunk(which);
            case 16 -> giveBack(which);
            case 17 -> endEarly(which);
            case 18, 19 -> tryAgain(which);
            case 20 -> upload(which);
            case 21 -> sweep(which);
            case 22 -> judge(which);
            case 23, 24 -> takeTurnWithPlan(which);
            default -> ask(which);
        }
    }

    private dev.sluice.job.Drop realDrop(Drop drop) {
        return new dev.sluice.job.Drop(
                "inbox",
                "k" + drop.key(),
                "v" + drop.version(),
                "etag",
                drop.bytes(),
                drop.sequencer() == 0 ? null : String.format(Locale.ROOT, "%04d", drop.sequencer()),
                begin.plusMillis(drop.droppedAt() - 100 * HOUR - passed));
    }

    private Drop drop() {
        int key = choices.below(KEYS);
        int version = 1 + key * VERSIONS + choices.below(VERSIONS);
        int sequencer = choices.below(2) == 0 ? 0 : version;
        return new Drop(key, version, 10, sequencer, 100 * HOUR + choices.below(2));
    }

    private int job() {
        return choices.below(Math.max(1, ids.size()));
    }

    /// A job that is not there has an id too.
    private UUID id(int number) {
        var id = number < ids.size() ? ids.get(number) : null;
        return id == null ? new UUID(0, number) : id;
    }

    private void remember(int number, UUID id) {
        while (ids.size() <= number) {
            ids.add(null);
        }
        ids.set(number, id);
    }

    private void register(int which) throws Exception {
        var drop = drop();
        boolean failed = choices.below(8) == 0;
        var id = UUID.randomUUID();
        var number = new int[1];
        both(
                which,
                "registers " + drop + (failed ? " as failed" : ""),
                /* single= */ false,
                t -> {
                    var job =
                            failed
                                    ? JobStatements.registerFailed(t, drop)
                                    : JobStatements.register(t, drop);
                    number[0] = job.number;
                    if (job.number >= ids.size() || ids.get(job.number) == null) {
                        remember(job.number, id);
                    }
                    return id(job.number) + " " + job.state;
                },
                c -> {
                    var job =
                            failed
                                    ? Jobs.registerFailed(
                                            c,
                                            id,
                                            "t",
                                            "d",
                                            realDrop(drop),
                                            new JobError(ErrorCode.INTAKE_FAILED, "no"))
                                    : Jobs.register(c, id, "t", "d", realDrop(drop));
                    return job.id() + " " + job.state();
                });
    }

    /// A turn as both take it.
    private record BothTurn(JobStatements.Turn ofModel, Turns.Turn ofReal) {}

    private BothTurn turn() {
        boolean staged = choices.below(2) == 1;
        boolean dryRun = staged && choices.below(4) == 0;
        int mark = 1 + choices.below(2);
        var older =
                choices.below(2) == 0
                        ? List.<Integer>of()
                        : List.of(1 + choices.below(2 * VERSIONS), 1 + choices.below(2 * VERSIONS));
        return new BothTurn(
                new JobStatements.Turn(
                        mark,
                        10,
                        dryRun,
                        staged ? JobRow.Road.STAGED : JobRow.Road.DIRECT,
                        staged ? 1 : -1,
                        older),
                new Turns.Turn(
                        "m" + mark,
                        10,
                        null,
                        dryRun,
                        staged ? "staged" : "direct",
                        staged ? new RejectLimit(1L, null) : RejectLimit.NONE,
                        null,
                        older.stream().map(version -> "v" + version).toList()));
    }

    private void takeTurn(int which) throws Exception {
        int job = job();
        var turn = turn();
        var asked = new JobRow(job, 0);
        both(
                which,
                "takes the turn of " + job + " " + turn.ofModel,
                /* single= */ true,
                t -> JobStatements.takeTurn(t, asked, turn.ofModel),
                c -> Turns.takeTurn(c, id(job), turn.ofReal));
        lookForDuplicate(which, job);
    }

    /// The short way of a small file: its chunk is leased by the statement that inserts it.
    private void takeTurnWithPlan(int which) throws Exception {
        int job = job();
        var turn = turn();
        var asked = new JobRow(job, 0);
        var plan =
                new Turns.OneChunk(new Plans.Shape(null, "NONE"), chunk(1), new Position(10, 1, 1));
        var ofModel = new ArrayList<ChunkStatements.Lease>();
        var ofReal = new ArrayList<Chunks.Lease>();
        both(
                which,
                "takes the turn with the plan of " + job + " " + turn.ofModel,
                // the chunk is inserted behind a lock that is ours by then
                /* single= */ true,
                t -> {
                    if (!PlanStatements.takeTurn(t, asked, turn.ofModel)) {
                        return "none";
                    }
                    var address = new ChunkStatements.Address(job, 1);
                    var lease = ChunkStatements.lease(t, address, HALF_HOUR.toMillis());
                    if (lease == null) {
                        return "no lease";
                    }
                    ofModel.add(lease);
                    return lease.fence() + " " + lease.tries();
                },
                c -> {
                    var begun = Turns.takeTurn(c, id(job), turn.ofReal, plan);
                    if (begun.isEmpty()) {
                        return "none";
                    }
                    var lease = Chunks.insertLeased(c, begun.get(), plan.chunk(), HALF_HOUR);
                    ofReal.add(lease);
                    return lease.fence() + " " + lease.tries();
                });
        if (!ofReal.isEmpty()) {
            leases.add(new BothLease(ofModel.getLast(), ofReal.getFirst()));
        }
        lookForDuplicate(which, job);
    }

    private void lookForDuplicate(int which, int job) throws Exception {
        if (open[which] != null && choices.below(2) == 0) {
            both(
                    which,
                    "looks for a duplicate of " + job,
                    /* single= */ true,
                    t -> JobStatements.endIfDuplicate(t, job),
                    c -> Turns.endIfDuplicate(c, id(job)));
        }
    }

    private void leasePlan(int which) throws Exception {
        int job = job();
        var ofModel = new ArrayList<PlanStatements.Lease>();
        var ofReal = new ArrayList<Plans.Lease>();
        both(
                which,
                "leases the plan of " + job,
                /* single= */ true,
                t -> {
                    var lease = PlanStatements.lease(t, job, HALF_HOUR.toMillis());
                    if (lease == null) {
                        return "none";
                    }
                    ofModel.add(lease);
                    return lease.fence() + " " + lease.chunks() + " " + lease.from();
                },
                c -> {
                    var lease = Plans.lease(c, id(job), HALF_HOUR);
                    lease.ifPresent(ofReal::add);
                    return lease.map(BothLedgers::text).orElse("none");
                });
        if (!ofReal.isEmpty()) {
            plans.add(new BothPlan(ofModel.getLast(), ofReal.getFirst()));
        }
    }

    private static String text(Plans.Lease lease) {
        var from = lease.from();
        return lease.fence()
                + " "
                + lease.chunks()
                + " "
                + (from == null ? -1 : from.byteOffset() / 10);
    }

    private void registerChunks(int which) throws Exception {
        if (plans.isEmpty()) {
            leasePlan(which);
            return;
        }
        var plan = plans.get(Math.max(0, plans.size() - 1 - choices.below(3)));
        if (choices.below(8) == 0) {
            both(
                    which,
                    "gives the plan back " + plan.ofModel,
                    /* single= */ true,
                    t -> PlanStatements.release(t, plan.ofModel),
                    c -> Plans.release(c, plan.ofReal));
            return;
        }
        int next = registered(which, plan.ofModel.job()) + 1;
        var numbers = choices.below(4) == 0 ? List.<Integer>of() : List.of(next);
        boolean complete = numbers.isEmpty() || choices.below(2) == 0;
        int at = numbers.isEmpty() ? Math.max(0, planAt(which, plan.ofModel.job())) : next;
        both(
                which,
                "registers chunks "
                        + numbers
                        + (complete ? " and the end" : "")
                        + " of "
                        + plan.ofModel,
                /* single= */ false,
                t ->
                        PlanStatements.registerChunks(
                                t, plan.ofModel, numbers, HALF_HOUR.toMillis(), complete),
                c ->
                        Plans.registerChunks(
                                c,
                                plan.ofReal,
                                new Plans.Shape(null, "NONE"),
                                numbers.stream().map(BothLedgers::chunk).toList(),
                                new Position(10L * at, 1, 1),
                                HALF_HOUR,
                                complete));
    }

    private int registered(int which, int job) {
        var row = seen(which).job(job);
        return row == null ? 0 : row.chunks;
    }

    private int planAt(int which, int job) {
        var row = seen(which).job(job);
        return row == null ? 0 : row.planAt;
    }

    private Transaction seen(int which) {
        var transaction = open[which];
        if (transaction == null) {
            transaction = model.begin();
            open[which] = transaction;
        }
        transaction.statementEnds();
        return transaction;
    }

    private static Chunk chunk(int number) {
        return new Chunk(number, new Position(10L * number - 10, 1, 1), 10L * number);
    }

    private void lease(int which) throws Exception {
        var address = new ChunkStatements.Address(job(), choices.below(3));
        var ofModel = new ArrayList<ChunkStatements.Lease>();
        var ofReal = new ArrayList<Chunks.Lease>();
        both(
                which,
                "leases " + address,
                /* single= */ true,
                t -> {
                    var lease = ChunkStatements.lease(t, address, HALF_HOUR.toMillis());
                    if (lease == null) {
                        return "none";
                    }
                    ofModel.add(lease);
                    return lease.fence() + " " + lease.tries();
                },
                c -> {
                    var lease = Chunks.lease(c, real(address), HALF_HOUR);
                    lease.ifPresent(ofReal::add);
                    return lease.map(given -> given.fence() + " " + given.tries()).orElse("none");
                });
        if (!ofReal.isEmpty()) {
            leases.add(new BothLease(ofModel.getLast(), ofReal.getFirst()));
        }
    }

    private Chunks.Address real(ChunkStatements.Address address) {
        return new Chunks.Address(id(address.job()), address.chunk());
    }

    private void finishChunk(int which) throws Exception {
        if (leases.isEmpty()) {
            lease(which);
            return;
        }
        var lease = leases.get(Math.max(0, leases.size() - 1 - choices.below(4)));
        var row = seen(which).job(lease.ofModel.job());
        boolean staged = row != null && row.road == JobRow.Road.STAGED;
        var books = books(lease, row, staged);
        var realBooks =
                new Books(
                        books.read(),
                        books.loaded(),
                        books.rejected(),
                        books.duplicate(),
                        books.discarded(),
                        books.staged());
        if (lease.ofModel.chunk() == 0) {
            finishPublish(which, lease, books, realBooks);
        } else {
            var end = new ChunkEnd(lease.ofModel, books);
            both(
                    which,
                    "ends " + lease.ofModel + " with " + books,
                    // what opens the publish is a statement of its own, behind a lock that is ours
                    // by then
                    /* single= */ true,
                    end,
                    c -> text(Jobs.endChunk(c, lease.ofReal, realBooks).orElse(null)));
            if (end.isRefused()) {
                // as its one caller does: the books may be added
                abort(which);
            }
        }
    }

    /// Two statements, of which the second may wait when the first is over.
    private static final class ChunkEnd implements Function<Transaction, Object> {
        private final ChunkStatements.Lease lease;
        private final ChunkStatements.Books books;
        private @Nullable Boolean ours;
        private @Nullable JobState state;

        ChunkEnd(ChunkStatements.Lease lease, ChunkStatements.Books books) {
            this.lease = lease;
            this.books = books;
        }

        @Override
        public Object apply(Transaction transaction) {
            if (ours == null) {
                ours = ChunkStatements.done(transaction, lease, books);
                transaction.statementEnds();
            }
            state = JobStatements.addBooks(transaction, lease.job(), books, 10);
            return text(ours ? state : null);
        }

        boolean isRefused() {
            return Boolean.FALSE.equals(ours) || state == null;
        }
    }

    private void finishPublish(
            int which, BothLease lease, ChunkStatements.Books books, Books realBooks)
            throws Exception {
        int job = lease.ofModel.job();
        both(
                which,
                "marks done " + lease.ofModel + " with " + books,
                /* single= */ true,
                t -> ChunkStatements.done(t, lease.ofModel, books),
                c -> Chunks.done(c, lease.ofReal, realBooks));
        if (open[which] == null || choices.below(10) == 0) {
            return;
        }
        var error = choices.below(3) == 0 ? ErrorCode.TOO_MANY_REJECTS : null;
        var realError = error == null ? null : new JobError(error, "no");
        both(
                which,
                "ends " + job,
                /* single= */ true,
                t -> text(JobStatements.endPublish(t, job, books, error)),
                c -> text(Jobs.endPublish(c, id(job), realBooks, realError).orElse(null)));
    }

    private ChunkStatements.Books books(BothLease lease, @Nullable JobRow row, boolean staged) {
        if (lease.ofModel.chunk() == 0) {
            int all = row == null ? 0 : row.staged;
            return new ChunkStatements.Books(0, all, 0, 0, 0, -all);
        }
        int bad = choices.below(2);
        return staged
                ? new ChunkStatements.Books(2 + bad, 0, bad, 0, 0, 2)
                : new ChunkStatements.Books(2 + bad, 2, bad, 0, 0, 0);
    }

    private static String text(@Nullable Object answer) {
        return String.valueOf(answer);
    }

    private void giveBack(int which) throws Exception {
        if (leases.isEmpty()) {
            return;
        }
        var lease = leases.get(Math.max(0, leases.size() - 1 - choices.below(4)));
        switch (choices.below(3)) {
            case 0 ->
                    both(
                            which,
                            "gives back " + lease.ofModel,
                            /* single= */ true,
                            t -> ChunkStatements.release(t, lease.ofModel),
                            c -> Chunks.release(c, lease.ofReal, "no"));
            case 1 ->
                    both(
                            which,
                            "gives back uncounted " + lease.ofModel,
                            /* single= */ true,
                            t -> ChunkStatements.releaseUncounted(t, lease.ofModel),
                            c -> Chunks.releaseUncounted(c, lease.ofReal, "no"));
            default ->
                    both(
                            which,
                            "holds " + lease.ofModel,
                            /* single= */ true,
                            t -> ChunkStatements.holds(t, lease.ofModel),
                            c -> Chunks.holds(c, lease.ofReal));
        }
    }

    private void endEarly(int which) throws Exception {
        int job = job();
        if (choices.below(2) == 0) {
            both(
                    which,
                    "fails " + job,
                    /* single= */ true,
                    t -> JobStatements.fail(t, job, ErrorCode.CHUNK_FAILED),
                    c -> Jobs.fail(c, id(job), new JobError(ErrorCode.CHUNK_FAILED, "no")));
        } else {
            both(
                    which,
                    "cancels " + job,
                    /* single= */ true,
                    t -> JobStatements.cancel(t, job) != null,
                    c -> Jobs.cancel(c, id(job), null).isPresent());
        }
    }

    private void tryAgain(int which) throws Exception {
        int job = job();
        switch (choices.below(4)) {
            case 0, 1 ->
                    both(
                            which,
                            "retries " + job,
                            /* single= */ true,
                            t -> JobStatements.retry(t, job) != null,
                            c -> Jobs.retry(c, id(job), null).isPresent());
            case 2 ->
                    both(
                            which,
                            "resumes " + job,
                            /* single= */ false,
                            t -> {
                                if (!PlanStatements.isResumable(t, job)) {
                                    return List.of();
                                }
                                var undone = PlanStatements.resume(t, job);
                                PlanStatements.resumePlan(t, job);
                                return numbers(undone);
                            },
                            c ->
                                    Plans.isResumable(c, id(job))
                                            ? realNumbers(Plans.resume(c, id(job)))
                                            : List.of());
            default -> {
                var row = seen(which).job(job);
                if (row == null || !row.is(JobState.QUEUED)) {
                    return;
                }
                both(
                        which,
                        "starts " + job + " over",
                        /* single= */ false,
                        t -> {
                            PlanStatements.forget(t, job);
                            PlanStatements.startOver(t, job);
                            return true;
                        },
                        c -> {
                            Plans.startOver(c, id(job));
                            return true;
                        });
            }
        }
    }

    private static List<Integer> numbers(Collection<ChunkStatements.Address> addresses) {
        return addresses.stream().map(ChunkStatements.Address::chunk).sorted().toList();
    }

    private static List<Integer> realNumbers(Collection<Chunks.Address> addresses) {
        return addresses.stream().map(Chunks.Address::chunk).sorted().toList();
    }

    private void upload(int which) throws Exception {
        if (choices.below(2) == 0) {
            int key = choices.below(KEYS);
            var id = UUID.randomUUID();
            both(
                    which,
                    "awaits an upload of key " + key,
                    /* single= */ true,
                    t -> {
                        var job = JobStatements.awaitUpload(t, key, now + HALF_HOUR.toMillis());
                        job.bytes = 10;
                        remember(job.number, id);
                        return id;
                    },
                    c ->
                            Uploads.awaitUpload(
                                            c,
                                            new Uploads.NewUpload(
                                                    id,
                                                    "t",
                                                    "d",
                                                    null,
                                                    "inbox",
                                                    "k" + key,
                                                    10,
                                                    Instant.now().plus(HALF_HOUR),
                                                    null))
                                    .id());
            return;
        }
        int job = job();
        var drop = drop();
        both(
                which,
                "adopts " + drop + " by " + job,
                /* single= */ true,
                t -> JobStatements.adopt(t, job, drop) != null,
                c -> Uploads.adopt(c, id(job), realDrop(drop)).isPresent());
    }

    private void sweep(int which) throws Exception {
        switch (choices.below(4)) {
            case 0 ->
                    both(
                            which,
                            "gives up",
                            /* single= */ false,
                            t -> {
                                var before =
                                        t.jobs.stream()
                                                .filter(job -> job.is(JobState.FAILED))
                                                .count();
                                JobStatements.failTriedTooOften(t, MAX_TRIES);
                                return t.jobs.stream()
                                                .filter(job -> job.is(JobState.FAILED))
                                                .count()
                                        - before;
                            },
                            c -> (long) Jobs.failTriedTooOften(c, MAX_TRIES, 100).size());
            case 1 ->
                    both(
                            which,
                            "takes chunks for sending",
                            /* single= */ false,
                            t ->
                                    ChunkStatements.takeForSending(t, HALF_HOUR.toMillis(), 100)
                                            .stream()
                                            .map(this::real)
                                            .collect(Collectors.toSet()),
                            c -> java.util.Set.copyOf(Chunks.takeForSending(c, HALF_HOUR, 100)));
            case 2 ->
                    both(
                            which,
                            "expires uploads",
                            /* single= */ false,
                            t -> JobStatements.expireUploads(t, 0),
                            c -> Uploads.expireUploads(c, Duration.ZERO, 100).size());
            default ->
                    both(
                            which,
                            "looks for plans that stopped",
                            /* single= */ true,
                            t ->
                                    PlanStatements.abandoned(t, HALF_HOUR.toMillis(), 100).stream()
                                            .map(this::id)
                                            .toList(),
                            c -> Plans.abandoned(c, HALF_HOUR, 100).stream().map(Job::id).toList());
        }
    }

    private void judge(int which) throws Exception {
        var address = new ChunkStatements.Address(job(), choices.below(3));
        both(
                which,
                "judges " + address,
                /* single= */ false,
                t -> FailureRun.judge(t, address, MAX_TRIES),
                c -> Tries.judge(c, real(address), MAX_TRIES) instanceof Tries.Verdict.SendAgain);
    }

    private void ask(int which) throws Exception {
        int job = job();
        int key = choices.below(KEYS);
        var drop = drop();
        switch (choices.below(4)) {
            case 0 ->
                    both(
                            which,
                            "asks who is next of " + key,
                            /* single= */ true,
                            t -> {
                                var next = JobStatements.nextInTurn(t, key);
                                return next == null ? "none" : "v" + next.version;
                            },
                            c ->
                                    Turns.nextInTurn(c, "inbox", "k" + key)
                                            .map(dev.sluice.job.Drop::versionId)
                                            .orElse("none"));
            case 1 ->
                    both(
                            which,
                            "asks for " + drop,
                            /* single= */ true,
                            t ->
                                    Optional.ofNullable(JobStatements.ofDrop(t, drop))
                                            .map(row -> row.state)
                                            .isPresent(),
                            c -> Drops.unheardOf(c, List.of(realDrop(drop))).isEmpty());
            case 2 ->
                    both(
                            which,
                            "asks for uploads of " + key,
                            /* single= */ true,
                            t -> JobStatements.awaited(t, key),
                            c -> Uploads.awaited(c, "inbox", "k" + key).size());
            default -> {
                if (seen(which).job(job) == null) {
                    return;
                }
                var versions = choices.below(2) == 0 ? null : List.of(1, 2, 5);
                both(
                        which,
                        "asks what else is loaded of the key of " + job,
                        /* single= */ true,
                        t ->
                                JobStatements.isAnotherLoaded(t, job, versions)
                                        + " "
                                        + JobStatements.othersOfKey(t, job).size(),
                        c ->
                                Turns.isAnotherLoaded(
                                                c,
                                                id(job),
                                                versions == null
                                                        ? null
                                                        : versions.stream()
                                                                .map(v -> "v" + v)
                                                                .toList())
                                        + " "
                                        + Turns.othersOfKey(c, id(job)).size());
            }
        }
    }

    // What the model holds, in the words of the real one.

    private List<String> rows() {
        var rows = new ArrayList<String>();
        var state = model.committed();
        for (var job : state.jobs) {
            if (job != null) {
                rows.add(text(job));
            }
        }
        for (var job : state.jobs) {
            if (job == null) {
                continue;
            }
            for (int number = 0; number < state.chunkNumbers(job.number); number++) {
                var chunk = state.chunk(job.number, number);
                if (chunk != null) {
                    rows.add(text(job, chunk));
                }
            }
        }
        return rows;
    }

    private String text(JobRow job) {
        return words(
                "job",
                "k" + job.key,
                version(job),
                job.state,
                job.road.name().toLowerCase(Locale.ROOT),
                job.dryRun ? "t" : "f",
                job.attempt,
                job.maxRejects,
                job.contentMark == 0 ? "-" : "m" + job.contentMark,
                job.planned ? "t" : "f",
                job.planFence,
                job.planTries,
                job.planLeaseUntil > now ? "t" : "f",
                job.planAt,
                job.chunks,
                job.chunksLeft,
                job.bytesDone,
                job.read,
                job.loaded,
                job.rejected,
                job.duplicate,
                job.discarded,
                job.staged,
                job.duplicateOf >= 0 ? "t" : "f",
                job.error == null ? "-" : job.error,
                job.finishedAt != JobRow.NEVER ? "t" : "f");
    }

    private String text(JobRow job, ChunkRow chunk) {
        return words(
                "chunk",
                "k" + job.key,
                version(job),
                chunk.number,
                chunk.state,
                chunk.fence,
                chunk.leaseUntil > now ? "t" : "f",
                chunk.tries,
                chunk.sends,
                chunk.read,
                chunk.loaded,
                chunk.rejected,
                chunk.duplicate,
                chunk.discarded,
                chunk.staged);
    }

    private static String version(JobRow job) {
        return job.version == 0 ? "-" : "v" + job.version;
    }

    private static String words(Object... words) {
        return List.of(words).stream().map(String::valueOf).collect(Collectors.joining(" "));
    }
}
