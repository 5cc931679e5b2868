package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.stack.Endpoints;
import dev.sluice.cli.stack.Inbox;
import dev.sluice.cli.stack.InboxKey;
import dev.sluice.cli.stack.Job;
import dev.sluice.cli.stack.Jobs;
import dev.sluice.cli.stack.Uploads;
import dev.sluice.cli.terminal.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Drops files into the inbox and finds the jobs that they become.
final class Drops implements AutoCloseable {
    /// A drop whose event was lost is found by the Sweep within minutes.
    private static final Duration JOB_LIMIT = Duration.ofMinutes(5);

    private final Inbox inbox;
    private final Jobs jobs;
    private final Uploads uploads;

    Drops(Endpoints endpoints) {
        inbox = Inbox.of(endpoints);
        jobs = Jobs.of(endpoints);
        uploads = new Uploads(jobs);
    }

    /// One version of one object in the inbox.
    record Drop(InboxKey key, String versionId) {}

    Drop put(Path file, InboxKey key, Map<String, String> metadata, LongConsumer progress)
            throws IOException {
        return new Drop(key, inbox.put(file, key.text(), metadata, progress));
    }

    /// The job of a file sent by the API, which knows its label before it comes; empty where the
    /// API can't.
    Optional<Job> upload(Path file, InboxKey key, String label, LongConsumer progress)
            throws IOException, InterruptedException {
        var id = uploads.put(file, key.dataset(), key.name(), label, progress);
        return id.isEmpty() ? Optional.empty() : Optional.of(jobs.get(id.get()));
    }

    Job jobOf(Drop drop) throws IOException, InterruptedException {
        return jobs.await(drop.key().text(), drop.versionId(), JOB_LIMIT)
                .orElseThrow(() ->
                        new Complaint(
                                "%s is uploaded, but no job of it showed up in %s."
                                        .formatted(drop.key().text(), Text.time(JOB_LIMIT))));
    }

    Jobs jobs() {
        return jobs;
    }

    @Override
    public void close() {
        try (inbox;
                uploads) {
            jobs.close();
        }
    }
}
