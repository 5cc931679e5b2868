package dev.sluice.intake;

import dev.sluice.chunk.Load;
import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.db.Chunks;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.db.Plans;
import dev.sluice.db.Turns;
import dev.sluice.db.Uploads;
import dev.sluice.job.Chunk;
import dev.sluice.job.Drop;
import dev.sluice.job.InboxKey;
import dev.sluice.job.Job;
import dev.sluice.job.JobFailedException;
import dev.sluice.job.JobState;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.Deadline;
import dev.sluice.lambda.FetchedObject;
import dev.sluice.lambda.Inbox;
import dev.sluice.lambda.JobIds;
import dev.sluice.lambda.Log;
import dev.sluice.lambda.Patience;
import dev.sluice.rows.ChunkRange;
import dev.sluice.rows.FileInput;
import dev.sluice.rows.Header;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Lookups;
import dev.sluice.rows.Splitter;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The short way of a small file: read once, then registered, given its turn, planned and leased in
/// one transaction, and loaded here and now instead of by way of the queue.
///
/// The turn and the plan are one statement, and the chunk is leased by the one that inserts it.
/// What they leave is what the long way leaves, and so is what follows: a lease that nobody ends is
/// Sweep's, a chunk that did not load gets its message. Whatever is not the plain case (another
/// version before it, a retry, a compressed file, a file that can't be read) takes the long way
/// from its beginning, as if this had not been tried.
///
/// Not thread-safe: an execution environment handles one invocation at a time.
final class SmallFiles {
    private final Settings settings;
    private final Database database;
    private final Inbox inbox;
    private final ChunkMessages messages;
    private final Assets assets;
    private final JobIds ids;
    private final Load load;
    private final Limits limits = Limits.DEFAULT;
    private @Nullable Drop successor;

    SmallFiles(
            Settings settings,
            Database database,
            Inbox inbox,
            ChunkMessages messages,
            Assets assets,
            JobIds ids) {
        this.settings = settings;
        this.database = database;
        this.inbox = inbox;
        this.messages = messages;
        this.assets = assets;
        this.ids = ids;
        this.load =
                new Load(
                        database,
                        inbox,
                        new Lookups(assets),
                        assets,
                        next -> successor = next,
                        messages);
    }

    /// What counts as small, and how long its loading may take.
    ///
    /// @param mostBytes how long an object may be to go this way; 0 for none
    /// @param chunkBytes how much of a file is one chunk
    /// @param loadTime what one invocation of Load would have
    record Settings(int mostBytes, long chunkBytes, Duration loadTime, Patience patience) {}

    /// That a drop was taken in, and which one of its key may start now.
    record Taken(Optional<Drop> next) {}

    /// Takes the drop in; empty when it has to go the long way.
    Optional<Taken> take(Drop drop, Deadline deadline) throws SQLException, IOException {
        if (drop.bytes() == 0
                || drop.bytes() > settings.mostBytes
                || drop.key().indexOf('\0') >= 0
                || deadline.isWithin(settings.loadTime.dividedBy(2))) {
            return Optional.empty();
        }
        var key = InboxKey.parse(drop.key());
        return key.isEmpty() ? Optional.empty() : take(drop, key.get(), deadline);
    }

    private Optional<Taken> take(Drop drop, InboxKey key, Deadline deadline)
            throws SQLException, IOException {
        try {
            var small = read(drop, key);
            return small.isEmpty() ? Optional.empty() : take(small.get(), deadline);
        } catch (JobFailedException _) {
            // Said again on the long way, which has a job to say it of.
            return Optional.empty();
        } catch (SQLException e) {
            if (Turns.isTurnTaken(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Optional<Taken> take(SmallFile small, Deadline deadline)
            throws SQLException, IOException {
        var own = deadline.atMost(settings.loadTime);
        var begun = database.inTransaction(c -> begin(c, small, own));
        if (begun.isEmpty()) {
            return Optional.empty();
        }
        var task = begun.get();
        var job = task.job();
        Log.info(
                "small file taken in",
                line -> line.put("job", job.id().toString()).put("key", small.drop.key()));
        successor = null;
        if (!load.load(task, own)) {
            messages.send(List.of(new Chunks.Address(job.id(), task.lease().chunk().number())));
        }
        return Optional.of(new Taken(Optional.ofNullable(successor)));
    }

    /// All that is known of a small file before the ledger is asked.
    private record SmallFile(
            Drop drop,
            InboxKey key,
            FetchedObject object,
            Wishes wishes,
            Inbox.Versions versions,
            @Nullable String assetsVersion,
            Dataset dataset,
            Turns.OneChunk plan) {}

    private Optional<SmallFile> read(Drop drop, InboxKey key) throws IOException {
        var object = inbox.fetch(drop, settings.mostBytes);
        if (object.isEmpty()) {
            return Optional.empty();
        }
        var wishes = Wishes.of(object.get().description().metadata());
        var version = assets.version();
        var dataset = assets.at(version).dataset(key.dataset());
        try (var input = FileInput.open(object.get().read(), limits)) {
            if (input.compression() != FileInput.Compression.NONE) {
                return Optional.empty();
            }
            var header = Header.read(input, dataset, limits);
            var ranges = new ArrayList<ChunkRange>();
            var splitter = new Splitter(dataset.format(), limits, settings.chunkBytes);
            var end = splitter.split(input, header.next(), ranges::add);
            if (ranges.size() != 1) {
                return Optional.empty();
            }
            var only = ranges.getFirst();
            return Optional.of(
                    new SmallFile(
                            drop,
                            key,
                            object.get(),
                            wishes,
                            inbox.versions(drop),
                            version,
                            dataset,
                            new Turns.OneChunk(
                                    new Plans.Shape(
                                            header.layout().text(),
                                            FileInput.Compression.NONE.name()),
                                    new Chunk(1, only.start(), only.end()),
                                    end)));
        }
    }

    /// From nothing to a leased chunk. Empty, and nothing of it stays, when the ledger knows more
    /// of the drop or its key than that.
    private Optional<Load.Task> begin(Connection connection, SmallFile small, Deadline deadline)
            throws SQLException {
        if (waitsForAnother(connection, small)) {
            return Optional.empty();
        }
        var job = register(connection, small);
        var turn =
                new Turn(
                        job,
                        small.dataset,
                        small.wishes,
                        small.object.description(),
                        small.versions,
                        small.assetsVersion);
        var begun = isNew(job) ? turn.take(connection, small.plan) : Optional.<Job>empty();
        if (begun.isEmpty()) {
            connection.rollback();
            return Optional.empty();
        }
        var lease =
                Chunks.insertLeased(connection, begun.get(), small.plan.chunk(), deadline.left());
        return Optional.of(new Load.Task(begun.get(), lease, small.object));
    }

    /// Nothing was ever planned or loaded for it.
    private static boolean isNew(Job job) {
        return job.state() == JobState.QUEUED && job.attempt() == 1;
    }

    /// An older version of the key has not ended or is not heard of yet.
    private static boolean waitsForAnother(Connection connection, SmallFile small)
            throws SQLException {
        var older = small.versions.older();
        if (older.isEmpty()) {
            return false;
        }
        var ids = older.stream().map(Drop::versionId).toList();
        var states = Turns.statesOf(connection, small.drop.bucket(), small.drop.key(), ids);
        return older.stream()
                .filter(it -> !it.isFolderMarker())
                .anyMatch(it -> !states.getOrDefault(it.versionId(), JobState.QUEUED).ended());
    }

    private Job register(Connection connection, SmallFile small) throws SQLException {
        var awaited = small.wishes.job();
        if (awaited.isPresent() && Jobs.ofDrop(connection, small.drop).isEmpty()) {
            var adopted = Uploads.adopt(connection, awaited.get(), small.drop);
            if (adopted.isPresent()) {
                return adopted.get();
            }
        }
        return Jobs.register(
                connection, ids.next(), small.key.tenant(), small.key.dataset(), small.drop);
    }
}
