package dev.sluice.faults;

import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.faults.Ledger.ChunkRow;
import dev.sluice.faults.Ledger.JobRow;
import dev.sluice.local.proxy.ProxyFigures;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The invariants, asked of a stack at rest. Each finding is one sentence that begins with the
/// invariant's number.
final class Checks {
    static final String CANCELLED = "CANCELLED";
    private static final Set<String> MOVES =
            Set.of(
                    "AWAITING_UPLOAD>QUEUED",
                    "AWAITING_UPLOAD>LOADING",
                    "AWAITING_UPLOAD>FAILED",
                    "AWAITING_UPLOAD>DUPLICATE",
                    "QUEUED>CANCELLED",
                    "LOADING>CANCELLED",
                    "FAILED>QUEUED",
                    "QUEUED>LOADING",
                    "QUEUED>FAILED",
                    "QUEUED>DUPLICATE",
                    "LOADING>SUCCEEDED",
                    "LOADING>SUCCEEDED_WITH_REJECTS",
                    "LOADING>DUPLICATE",
                    "LOADING>FAILED");
    private static final int MOST_EXAMPLES = 3;
    // A listing and a head of each request; the bodies are counted by the byte.
    private static final long BYTES_BESIDE = 400_000;
    private static final long FETCHES_OF_A_SMALL_FILE = 16;
    // The upper half of a fence counts the retries of the job.
    private static final int TRIES = 0xFFFF;

    private final Ledger ledger;
    private final List<String> findings = new ArrayList<>();

    Checks(Ledger ledger) {
        this.ledger = ledger;
    }

    /// A drop and what may come of it.
    ///
    /// @param job what its job was promised to be, null where nobody asked before
    /// @param mayFail the codes with which its job may fail in this round, `CANCELLED` among them
    /// @param duplicate whether the same content came before it under its key
    record Drop(
            TestedFile file,
            String version,
            @Nullable UUID job,
            Set<String> mayFail,
            boolean duplicate) {
        Drop {
            mayFail = Set.copyOf(mayFail);
        }
    }

    List<String> findings() {
        return List.copyOf(findings);
    }

    @SuppressWarnings("AnnotateFormatMethod") // would be a dependency for one method
    private void expect(boolean holds, String sentence, @Nullable Object... values) {
        if (!holds) {
            findings.add(sentence.formatted(values));
        }
    }

    /// Everything that is said of one drop. Returns how many rows are its own.
    ///
    /// @param later the drops that came after it
    long drop(Drop drop, List<Drop> later) throws SQLException {
        var jobs = ledger.jobs(drop.file().key(), drop.version());
        expect(jobs.size() == 1, "I4 %d jobs of %s", jobs.size(), drop.file().key());
        if (jobs.size() != 1) {
            return 0;
        }
        var job = jobs.getFirst();
        expect(
                drop.job() == null || job.id().equals(drop.job()),
                "I4 job %d of %s is not the one that its upload was promised",
                job.number(),
                drop.file().key());
        var chunks = ledger.chunks(job.id());
        end(drop, job, later);
        moves(job);
        long rows = rows(drop, job, expected(drop, job, chunks, isReplaced(drop, later)));
        books(drop, job, chunks);
        return rows;
    }

    /// Whether a later version of its key took the place of its rows.
    private boolean isReplaced(Drop drop, List<Drop> later) throws SQLException {
        if (drop.file().target() != Target.REPLACING) {
            return false;
        }
        for (var other : later) {
            if (other.file().key().equals(drop.file().key()) && !other.file().dryRun()) {
                for (var job : ledger.jobs(other.file().key(), other.version())) {
                    if (job.state().startsWith("SUCCEEDED")) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private void end(Drop drop, JobRow job, List<Drop> later) {
        expect(job.ended(), "I4 job %d of %s is %s", job.number(), drop.file().key(), job.state());
        if (job.state().equals("FAILED")) {
            var code = String.valueOf(job.errorCode());
            boolean superseded =
                    code.equals("SUPERSEDED")
                            && !drop.file().target().keepsRows()
                            && later.stream()
                                    .anyMatch(it -> it.file().key().equals(drop.file().key()));
            boolean tooBad = code.equals("TOO_MANY_REJECTS") && drop.file().isTooBad();
            expect(
                    drop.mayFail().contains(code) || superseded || tooBad,
                    "I4 job %d of %s failed: %s",
                    job.number(),
                    drop.file().key(),
                    job.errorCode());
        } else if (job.state().equals(CANCELLED)) {
            expect(
                    drop.mayFail().contains(CANCELLED),
                    "I4 job %d of %s was cancelled by nobody",
                    job.number(),
                    drop.file().key());
        } else if (job.ended() && !(drop.duplicate() && job.state().equals("DUPLICATE"))) {
            var succeeded =
                    drop.file().rejects().isEmpty() ? "SUCCEEDED" : "SUCCEEDED_WITH_REJECTS";
            var wanted = drop.file().isTooBad() ? "FAILED" : succeeded;
            expect(
                    job.state().equals(wanted),
                    "I4 job %d of %s is %s and not %s",
                    job.number(),
                    drop.file().key(),
                    job.state(),
                    wanted);
        }
    }

    private void moves(JobRow job) throws SQLException {
        var done = new TreeMap<Integer, Integer>();
        int planFence = 0;
        for (var change : ledger.changes(job.id())) {
            var chunk = change.chunk();
            if (chunk == null) {
                planFence = jobMove(job, change, planFence);
            } else {
                chunkMove(job, chunk, change, done);
            }
        }
        done.forEach((chunk, times) ->
                expect(times == 1, "I3 chunk %d/%d was done %d times", job.number(), chunk, times));
    }

    private int jobMove(JobRow job, Ledger.Change change, int planFence) {
        var move = change.from() + ">" + change.to();
        expect(
                change.from().equals(change.to()) || MOVES.contains(move),
                "I4 job %d went %s",
                job.number(),
                move);
        expect(
                change.fenceAfter() >= planFence,
                "I3 the plan's fence of job %d fell from %d to %d",
                job.number(),
                planFence,
                change.fenceAfter());
        return change.fenceAfter();
    }

    private void chunkMove(
            JobRow job, int chunk, Ledger.Change change, Map<Integer, Integer> done) {
        expect(
                !change.from().equals("DONE"),
                "I3 chunk %d/%d was DONE and became %s",
                job.number(),
                chunk,
                change.to());
        expect(
                change.fenceAfter() >= change.fenceBefore(),
                "I3 the fence of chunk %d/%d fell from %d to %d",
                job.number(),
                chunk,
                change.fenceBefore(),
                change.fenceAfter());
        if (change.to().equals("LEASED")) {
            expect(
                    change.fenceAfter() > change.fenceBefore(),
                    "I3 chunk %d/%d was leased without a new fence",
                    job.number(),
                    chunk);
        }
        if (change.to().equals("DONE")) {
            done.merge(chunk, 1, Integer::sum);
        }
    }

    /// The rows that must be there: all good ones, or those of the chunks that are done where the
    /// job failed.
    private long rows(Drop drop, JobRow job, Set<Long> expected) throws SQLException {
        var there = ledger.rows(drop.file().target(), job.number());
        var records = new HashSet<Long>();
        for (var row : there) {
            expect(records.add(row.record()), "I1 row %d/%d twice", job.number(), row.record());
            var wanted = drop.file().rows().get(row.record());
            expect(
                    row.row().equals(wanted),
                    "I1 row %d/%d is %s and not %s",
                    job.number(),
                    row.record(),
                    row.row(),
                    wanted);
        }

        var missing = new HashSet<>(expected);
        missing.removeAll(records);
        expect(
                missing.isEmpty(),
                "I1 %d rows of job %d are missing: %s",
                missing.size(),
                job.number(),
                some(missing));
        records.removeAll(expected);
        expect(
                records.isEmpty(),
                "I1 %d rows of job %d should not be there: %s",
                records.size(),
                job.number(),
                some(records));
        return there.size();
    }

    private static List<Long> some(Set<Long> records) {
        return records.stream().sorted().limit(MOST_EXAMPLES).toList();
    }

    private static Set<Long> expected(
            Drop drop, JobRow job, List<ChunkRow> chunks, boolean replaced) {
        // I5: on the staged road a job is seen whole or not at all.
        boolean whole = drop.file().target() != Target.DIRECT;
        boolean succeeded = job.state().startsWith("SUCCEEDED");
        if (drop.file().dryRun() || replaced || (whole && !succeeded)) {
            return Set.of();
        }
        if (succeeded) {
            return drop.file().rows().keySet();
        }
        var records = new HashSet<Long>();
        for (var chunk : chunks) {
            if (chunk.state().equals("DONE")) {
                for (long at = chunk.firstRecord(); at < chunk.firstRecord() + chunk.read(); at++) {
                    if (drop.file().rows().containsKey(at)) {
                        records.add(at);
                    }
                }
            }
        }
        return records;
    }

    private void books(Drop drop, JobRow job, List<ChunkRow> chunks) throws SQLException {
        expect(
                job.read() == job.loaded() + job.rejected() + job.duplicate() + job.discarded(),
                "I2 the books of job %d do not balance",
                job.number());
        long read = chunks.stream().mapToLong(ChunkRow::read).sum();
        long loaded = chunks.stream().mapToLong(ChunkRow::loaded).sum();
        long rejected = chunks.stream().mapToLong(ChunkRow::rejected).sum();
        expect(
                read == job.read() && loaded == job.loaded() && rejected == job.rejected(),
                "I2 the books of job %d are %d/%d/%d and those of its chunks %d/%d/%d",
                job.number(),
                job.read(),
                job.loaded(),
                job.rejected(),
                read,
                loaded,
                rejected);
        if (job.state().startsWith("SUCCEEDED")) {
            complete(drop, job, chunks);
        }
        var rejects = new TreeMap<Long, String>();
        ledger.rejects(job.id()).forEach(it -> rejects.put(it.record(), it.code()));
        expect(
                rejects.size() == job.rejected(),
                "I2 job %d has %d rejects and counts %d",
                job.number(),
                rejects.size(),
                job.rejected());
        rejects.forEach((record, code) ->
                expect(
                        code.equals(drop.file().rejects().get(record)),
                        "I2 record %d of job %d was refused as %s and should be %s",
                        record,
                        job.number(),
                        code,
                        drop.file().rejects().get(record)));
    }

    private void complete(Drop drop, JobRow job, List<ChunkRow> chunks) {
        expect(
                job.read() == drop.file().records()
                        && job.rejected() == drop.file().rejects().size()
                        && job.duplicate() == drop.file().duplicates()
                        && (drop.file().dryRun() ? job.discarded() : job.loaded())
                                == drop.file().rows().size(),
                "I2 the books of job %d are %s, of %d records with %d bad and %d duplicates",
                job.number(),
                job,
                drop.file().records(),
                drop.file().rejects().size(),
                drop.file().duplicates());
        expect(
                job.planned()
                        && job.chunksLeft() == 0
                        && chunks.stream().allMatch(it -> it.state().equals("DONE")),
                "I3 job %d ended with chunks that are not done",
                job.number());
        // Chunk 0 is the publish and covers nothing.
        var parts = chunks.stream().filter(it -> it.number() > 0).toList();
        long at = parts.isEmpty() ? 0 : parts.getFirst().start();
        for (var chunk : parts) {
            expect(
                    chunk.start() == at,
                    "I3 a gap before chunk %d/%d",
                    job.number(),
                    chunk.number());
            at = chunk.end();
        }
    }

    /// Of two drops with one key and one content one is loaded and the other is its duplicate.
    void twins(List<Drop> drops) throws SQLException {
        var twins = drops.stream().filter(Drop::duplicate).toList();
        int loaded = 0;
        int failed = 0;
        for (var twin : twins) {
            for (var job : ledger.jobs(twin.file().key(), twin.version())) {
                loaded += job.state().startsWith("SUCCEEDED") ? 1 : 0;
                failed += Set.of("FAILED", CANCELLED).contains(job.state()) ? 1 : 0;
            }
        }
        expect(
                twins.isEmpty() || loaded == 1 || (failed > 0 && loaded <= 1),
                "I1 of %d drops with one content %d were loaded",
                twins.size(),
                loaded);
    }

    /// Bytes that S3 handed out for these drops: bounded by how often plans and chunks were tried.
    void bytesRead(List<Drop> drops, long bytes) throws SQLException {
        long most = BYTES_BESIDE;
        for (var drop : drops) {
            for (var job : ledger.jobs(drop.file().key(), drop.version())) {
                most += job.bytes() * Math.max(1, job.planFence());
                // A small file is fetched before the ledger is asked whether it is known.
                most +=
                        job.bytes() <= TestedStack.INLINE_BYTES
                                ? FETCHES_OF_A_SMALL_FILE * job.bytes()
                                : 0;
                for (var chunk : ledger.chunks(job.id())) {
                    // A publish reads the records again that the database refused.
                    most += chunk.number() == 0 ? job.bytes() * Math.max(1, chunk.tries()) : 0;
                    // A chunk with a row that only the database refuses is read twice in one try.
                    long times = Math.max(1, chunk.fence() & TRIES);
                    most += 2 * (chunk.end() - chunk.start()) * times;
                }
            }
        }
        expect(
                bytes <= most,
                "I9 %d bytes were read from S3, at most %d are explained",
                bytes,
                most);
    }

    /// What a tenant is told, while it works and afterwards.
    void api(List<Drop> drops, Jobs mine, Jobs foreign) throws Exception {
        for (var drop : drops) {
            for (var job : ledger.jobs(drop.file().key(), drop.version())) {
                var document = mine.find(job.id().toString());
                expect(document.isPresent(), "I8 the API does not know job %d", job.number());
                document.ifPresent(it -> {
                    expect(
                            it.rows().loaded() == job.loaded() && it.rows().read() == job.read(),
                            "I8 the API says %s of job %d",
                            it.rows(),
                            job.number());
                    expect(
                            it.state().name().equals(job.state()),
                            "I8 the API says %s of job %d, which is %s",
                            it.state(),
                            job.number(),
                            job.state());
                });
                expect(
                        foreign.find(job.id().toString()).isEmpty(),
                        "I8 another tenant sees job %d",
                        job.number());
            }
        }
    }

    /// What a tenant was told while it worked: never more rows than there were right after.
    void told(Job document, long there) {
        expect(
                document.rows().loaded() <= there,
                "I8 the API told %d rows of job %d when there were %d",
                document.rows().loaded(),
                document.number(),
                there);
    }

    /// What no job accounts for: rows of nobody, sessions and locks that were left behind.
    void rest(long rowsExpected, ProxyFigures proxy, int environments, List<String> temporaryFiles)
            throws SQLException {
        long rows = ledger.rows();
        expect(
                rows == rowsExpected,
                "I1 the table has %d rows and %d are accounted for",
                rows,
                rowsExpected);
        long staged = ledger.stagedRows();
        expect(staged == 0, "I6 %d rows are left in staging tables", staged);
        long open =
                ledger.number(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE usename LIKE 'sluice\\_%' AND application_name <> 'faults'
                          AND (state LIKE 'idle in transaction%' OR state = 'active')
                        """);
        expect(open == 0, "I6 %d transactions are open", open);
        long locks =
                ledger.number(
                        """
                        SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                        WHERE a.usename LIKE 'sluice\\_%' AND a.application_name <> 'faults'
                          AND l.locktype IN ('relation', 'tuple', 'transactionid')
                        """);
        expect(locks == 0, "I6 %d locks are held", locks);
        expect(
                proxy.clients() <= environments,
                "I6 %d sessions for %d environments",
                proxy.clients(),
                environments);
        expect(proxy.pinned() == 0, "I7 pins: %s", proxy.pins());
        expect(temporaryFiles.isEmpty(), "I6 left in /tmp: %s", temporaryFiles);
    }
}
