package dev.sluice.failure;

import dev.sluice.db.Chunks.Address;
import dev.sluice.db.Database;
import dev.sluice.db.Jobs;
import dev.sluice.db.SqlState;
import dev.sluice.db.Tries;
import dev.sluice.db.Tries.Verdict;
import dev.sluice.db.Uploads;
import dev.sluice.failure.DeadLetters.Illegible;
import dev.sluice.failure.DeadLetters.LostChunk;
import dev.sluice.failure.DeadLetters.LostEvent;
import dev.sluice.job.Drop;
import dev.sluice.job.ErrorCode;
import dev.sluice.job.InboxKey;
import dev.sluice.job.JobError;
import dev.sluice.lambda.ChunkMessages;
import dev.sluice.lambda.JobIds;
import dev.sluice.lambda.Log;
import java.sql.SQLException;
import java.util.List;

/// Decides by the ledger what a message that was given up means: a job fails only when its chunk
/// was really tried often enough, or when Intake was and left no job at all.
final class Failure {
    private static final int MOST_SHOWN = 1024;
    private static final JobError INTAKE_FAILED =
            new JobError(
                    ErrorCode.INTAKE_FAILED,
                    "The file could not be taken in, several times; retry the job later.");

    private final Database database;
    private final ChunkMessages messages;
    private final JobIds ids;
    private final int maxTries;

    Failure(Database database, ChunkMessages messages, JobIds ids, int maxTries) {
        this.database = database;
        this.messages = messages;
        this.ids = ids;
        this.maxTries = maxTries;
    }

    /// Does what the message asks for; once it returns the message is done with.
    ///
    /// @param firstTime false when an earlier delivery of it did not get done here
    void settle(String body, boolean firstTime) throws SQLException {
        try {
            switch (DeadLetters.read(body)) {
                case LostChunk(Address chunk) -> settle(chunk);
                case LostEvent event -> settle(event, firstTime);
                case Illegible(String why) -> drop(body, why);
            }
        } catch (SQLException e) {
            // What the database can't even store would come back for days.
            if (!SqlState.isRowRefused(e)) {
                throw e;
            }
            drop(body, String.valueOf(e.getMessage()));
        }
    }

    private void settle(Address chunk) throws SQLException {
        var verdict = database.inTransaction(c -> Tries.judge(c, chunk, maxTries));
        var name = chunk.job() + "/" + chunk.chunk();
        switch (verdict) {
            case Verdict.Unknown _ ->
                    Log.warn("dead message of no known chunk", line -> line.put("chunk", name));
            case Verdict.Over _, Verdict.Held _ -> {
                // Its job goes on or has ended without this message.
            }
            case Verdict.SendAgain(int tries) -> {
                Log.warn(
                        "chunk sent again, it was not tried out",
                        line -> line.put("chunk", name).put("tries", tries));
                messages.send(List.of(chunk));
            }
            case Verdict.TriedOut(int tries, var lastError) ->
                    Log.warn(
                            "job given up",
                            line ->
                                    line.put("chunk", name)
                                            .put("tries", tries)
                                            .put("lastError", lastError));
        }
    }

    /*
     * When this function could not get done with the event before, the database was away, which
     * explains why Intake failed too: no reason to fail a drop. Sweep announces it again.
     */
    private void settle(LostEvent event, boolean firstTime) throws SQLException {
        for (var drop : event.drops()) {
            boolean failed = event.triedOut() && firstTime && !drop.isFolderMarker() && fail(drop);
            Log.warn(
                    failed ? "drop failed" : "event lost, left to Sweep",
                    line -> line.put("key", drop.key()).put("why", event.why()));
        }
    }

    /// Writes the FAILED job of a drop that has none. A drop that an awaited upload may adopt is
    /// left alone: failed as a drop of its own it could never be adopted.
    private boolean fail(Drop lost) throws SQLException {
        var drop = lost.storable();
        var key = InboxKey.parse(drop.key());
        var tenant = key.map(InboxKey::tenant).orElse("");
        var dataset = key.map(InboxKey::dataset).orElse("");
        var id = ids.next();
        return database.inTransaction(c ->
                Uploads.awaited(c, drop.bucket(), drop.key()).isEmpty()
                        && Jobs.registerFailed(c, id, tenant, dataset, drop, INTAKE_FAILED)
                                .id()
                                .equals(id));
    }

    private static void drop(String body, String why) {
        Log.warn(
                "message that says nothing, dropped",
                line ->
                        line.put("why", why)
                                .put(
                                        "body",
                                        body.substring(0, Math.min(MOST_SHOWN, body.length()))));
    }
}
