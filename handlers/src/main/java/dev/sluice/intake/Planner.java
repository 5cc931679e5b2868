package dev.sluice.intake;

import dev.sluice.dataset.Dataset;
import dev.sluice.db.Chunks;
import dev.sluice.db.Database;
import dev.sluice.db.Plans;
import dev.sluice.db.Plans.Shape;
import dev.sluice.job.Chunk;
import dev.sluice.job.Job;
import dev.sluice.job.Position;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.Log;
import dev.sluice.rows.ChunkRange;
import dev.sluice.rows.FileInput;
import dev.sluice.rows.Header;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Splitter;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts a file into chunks while reading it once. Chunks are registered and published as they are
/// found and the plan is marked complete last, so that a retry goes on from the last boundary.
final class Planner {
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final Database database;
    private final Inbox inbox;
    private final ChunkMessages messages;
    private final long chunkBytes;

    /*
     * Short, and every registration prolongs it: the Intake after a killed one need not wait for
     * Intake's long timeout. An Intake that lost it finds its fence refused at the next registration.
     */
    private final Duration planLease;
    private final Limits limits = Limits.DEFAULT;

    Planner(
            Database database,
            Inbox inbox,
            ChunkMessages messages,
            long chunkBytes,
            Duration planLease) {
        this.database = database;
        this.inbox = inbox;
        this.messages = messages;
        this.chunkBytes = chunkBytes;
        this.planLease = planLease;
    }

    /// Plans what is not planned yet; returns at once when another Intake is at it.
    void plan(Job job, Dataset dataset, Deadline deadline) throws SQLException, IOException {
        var lease = database.inTransaction(c -> Plans.lease(c, job.id(), planLease));
        if (lease.isEmpty()) {
            return;
        }
        var plan = new Plan(job, lease.get(), deadline);
        try {
            plan(job, dataset, plan);
        } catch (LeaseLostException e) {
            // Another Intake goes on with the plan, or the job has ended.
            Log.warn("plan taken over", line -> line.put("job", job.id().toString()));
        } catch (IOException | SQLException | RuntimeException e) {
            release(lease.get(), e);
            throw e;
        }
    }

    private void plan(Job job, Dataset dataset, Plan plan) throws SQLException, IOException {
        long size = inbox.describe(job.drop()).bytes();
        var from = plan.lease.from();
        if (size == 0) {
            plan.finish(Position.START);
        } else if (from == null) {
            planFromTheStart(job, dataset, plan, size);
        } else {
            plan.shape = new Shape(plan.lease.layout(), FileInput.Compression.NONE.name());
            planFrom(job, dataset, plan, from, size);
        }
    }

    private void planFromTheStart(Job job, Dataset dataset, Plan plan, long size)
            throws SQLException, IOException {
        try (var body = inbox.read(job.drop(), 0, size);
                var input = FileInput.open(body, limits)) {
            var header = Header.read(input, dataset, limits);
            plan.shape = new Shape(header.layout().text(), input.compression().name());
            if (input.compression() == FileInput.Compression.NONE) {
                split(dataset, plan, input, header.next());
            } else {
                // Nobody can start in the middle of it: one chunk, as long as the object.
                long end = Math.max(size, header.next().byteOffset());
                plan.add(new Chunk(plan.next(), header.next(), end), header.next());
                plan.finish(header.next());
            }
        }
    }

    private void planFrom(Job job, Dataset dataset, Plan plan, Position from, long size)
            throws SQLException, IOException {
        if (from.byteOffset() >= size) {
            plan.finish(from);
            return;
        }
        try (var body = inbox.read(job.drop(), from.byteOffset(), size)) {
            split(dataset, plan, body, from);
        }
    }

    private void split(Dataset dataset, Plan plan, InputStream in, Position from)
            throws SQLException, IOException {
        var splitter = new Splitter(dataset.format(), limits, chunkBytes);
        plan.finish(splitter.split(in, from, plan::add));
    }

    private void release(Plans.Lease lease, Exception failure) {
        try {
            database.inTransaction(c -> Plans.release(c, lease));
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /// A plan in the making. Holds one chunk back, so that the last one is registered together with
    /// the plan's completion: a small file costs one transaction.
    private final class Plan {
        private final Job job;
        private final Plans.Lease lease;
        private final Deadline deadline;
        private Shape shape = new Shape(null, FileInput.Compression.NONE.name());
        private @Nullable Chunk held;
        private @Nullable Position heldUpTo;
        private int count;

        Plan(Job job, Plans.Lease lease, Deadline deadline) {
            this.job = job;
            this.lease = lease;
            this.deadline = deadline;
            this.count = lease.chunks();
        }

        void add(ChunkRange range) throws SQLException {
            add(new Chunk(count + 1, range.start(), range.end()), range.next());
        }

        void add(Chunk chunk, Position upTo) throws SQLException {
            var before = held;
            if (before != null && heldUpTo != null) {
                register(List.of(before), heldUpTo, /* complete= */ false);
            }
            if (deadline.isWithin(MARGIN)) {
                throw new IllegalStateException(
                        "out of time at chunk %d; the next try goes on from there"
                                .formatted(chunk.number()));
            }
            held = chunk;
            heldUpTo = upTo;
            count++;
        }

        int next() {
            return count + 1;
        }

        void finish(Position end) throws SQLException {
            var last = held;
            register(last == null ? List.of() : List.of(last), end, /* complete= */ true);
            if ("staged".equals(job.road())) {
                sendPublish();
            }
        }

        /// Nothing is left to load when the plan is complete: nobody but us can ask for the
        /// publish.
        private void sendPublish() throws SQLException {
            var publish = new Chunks.Address(lease.job(), Chunk.PUBLISH);
            if (database.inTransaction(c -> Chunks.state(c, publish)) != null) {
                messages.send(List.of(publish));
            }
        }

        private void register(List<Chunk> chunks, Position upTo, boolean complete)
                throws SQLException {
            boolean ours =
                    database.inTransaction(c -> {
                        boolean written =
                                Plans.registerChunks(
                                        c, lease, shape, chunks, upTo, planLease, complete);
                        if (!written) {
                            c.rollback();
                        }
                        return written;
                    });
            if (!ours) {
                throw new LeaseLostException();
            }
            messages.send(
                    chunks.stream()
                            .map(chunk -> new Chunks.Address(lease.job(), chunk.number()))
                            .toList());
        }
    }

    /// The plan went to another Intake, or the job ended meanwhile.
    private static final class LeaseLostException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
