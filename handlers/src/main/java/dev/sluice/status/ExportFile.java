package dev.sluice.status;

import dev.sluice.dataset.Dataset;
import dev.sluice.job.Job;
import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import dev.sluice.lambda.Inbox;
import dev.sluice.rest.ProblemException;
import dev.sluice.rows.FileInput;
import dev.sluice.rows.Limits;
import dev.sluice.rows.RefusedRecords;
import dev.sluice.rows.RejectFile;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes one file of refused records, read again from the version that the job was of.
///
/// A plain file is read around its rejects only; a compressed one from its beginning. In memory is
/// one record, whatever their number.
final class ExportFile {
    private static final int PAGE = 500;
    private static final long GAP_BYTES = 256 * 1024;

    private final Inbox inbox;
    private final Dataset dataset;
    private final Limits limits;
    private final Caps caps;
    private final InstantSource clock;

    private long written;
    private long headerBytes;
    private long records;
    private long last;
    private Instant end = Instant.MAX;

    /// Where a file ends and the next one begins.
    record Caps(long records, long bytes, Duration time) {
        /// What openapi.yaml says; the time leaves the rest of the gateway's 29 s for the upload.
        static final Caps DEFAULT = new Caps(10_000, 64L << 20, Duration.ofSeconds(15));
    }

    ExportFile(Inbox inbox, Dataset dataset, Limits limits, Caps caps, InstantSource clock) {
        this.inbox = inbox;
        this.dataset = dataset;
        this.limits = limits;
        this.caps = caps;
        this.clock = clock;
    }

    /// Writes the rejects after a record. Gives the record after which the next file begins, when
    /// there is one.
    Optional<Long> write(Path file, Job job, RejectPages pages, long after)
            throws SQLException, IOException {
        end = clock.instant().plus(caps.time());
        last = after;
        var page = pages.after(last, PAGE);
        if (page.isEmpty()) {
            return Optional.empty();
        }
        try (var out = new Counted(Files.newOutputStream(file))) {
            var rejects = new RejectFile(dataset, limits, out);
            boolean plain = FileInput.Compression.NONE.name().equals(job.compression());
            if (rejects.hasBeginning()) {
                beginning(job, rejects, plain);
                headerBytes = written;
            }
            if (plain) {
                copyAround(page, job, rejects, pages);
            } else {
                copyThrough(page, job, rejects, pages);
            }
        }
        return pages.after(last, 1).isEmpty() ? Optional.empty() : Optional.of(last);
    }

    /// How long the file's header is, for who puts files behind one another.
    long headerBytes() {
        return headerBytes;
    }

    private void beginning(Job job, RejectFile rejects, boolean plain) throws IOException {
        if (plain) {
            long most = Math.min(job.drop().bytes(), limits.headerBytes());
            try (var in = new BufferedInputStream(inbox.read(job.drop(), 0, most))) {
                rejects.beginning(in);
            }
            return;
        }
        try (var in = expanded(job)) {
            rejects.beginning(in);
        }
    }

    private InputStream expanded(Job job) throws IOException {
        return FileInput.open(inbox.read(job.drop(), 0, job.drop().bytes()), limits);
    }

    /// Never before the first record: there must be something to go on from.
    private boolean isFull() {
        return records > 0
                && (records >= caps.records()
                        || written >= caps.bytes()
                        || !clock.instant().isBefore(end));
    }

    // ------------------------------------------------------------------ plain files

    /// Reads runs of rejects that stand near each other, each run in one request.
    private void copyAround(List<Reject> page, Job job, RejectFile rejects, RejectPages pages)
            throws SQLException, IOException {
        while (!page.isEmpty()) {
            int at = 0;
            while (at < page.size()) {
                if (isFull()) {
                    return;
                }
                int to = endOfRun(page, at);
                at += copyRun(page.subList(at, to), job, rejects, GAP_BYTES);
            }
            page = pages.after(last, PAGE);
        }
    }

    private static int endOfRun(List<Reject> page, int from) {
        int to = from + 1;
        while (to < page.size()
                && page.get(to).byteOffset() - page.get(to - 1).byteOffset() <= GAP_BYTES) {
            to++;
        }
        return to;
    }

    /// Copies a run, at least its first record. Gives how many were dealt with.
    private int copyRun(List<Reject> run, Job job, RejectFile rejects, long behind)
            throws IOException {
        var first = run.getFirst();
        if (isLeftOut(first)) {
            last = first.record();
            return 1;
        }
        long most = job.drop().bytes();
        long to = Math.min(most, run.getLast().byteOffset() + behind);
        try (var in = inbox.read(job.drop(), first.byteOffset(), to)) {
            var found = RefusedRecords.open(in, first, dataset, limits);
            for (int i = 0; i < run.size(); i++) {
                var reject = run.get(i);
                if (isLeftOut(reject)) {
                    // passed over by the search for the next one
                    continue;
                }
                // a record that ends where the bytes end may be cut
                if (!found.find(reject) || (found.end() >= to && to < most)) {
                    return i > 0 ? i : copyLong(reject, job, rejects, behind);
                }
                take(found, rejects, reject);
                if (isFull()) {
                    return i + 1;
                }
            }
        }
        last = run.getLast().record();
        return run.size();
    }

    /// A record that is longer than what was read behind its start, with all the room that one may
    /// have.
    private int copyLong(Reject reject, Job job, RejectFile rejects, long behind)
            throws IOException {
        long room = limits.recordBytes() + 16L;
        if (behind < room) {
            return copyRun(List.of(reject), job, rejects, room);
        }
        last = reject.record();
        return 1;
    }

    // ------------------------------------------------------------------ compressed files

    private void copyThrough(List<Reject> page, Job job, RejectFile rejects, RejectPages pages)
            throws SQLException, IOException {
        try (var in = new Timed(expanded(job))) {
            @Nullable RefusedRecords found = null;
            while (!page.isEmpty()) {
                for (var reject : page) {
                    if (isFull()) {
                        return;
                    }
                    if (isLeftOut(reject)) {
                        last = reject.record();
                        continue;
                    }
                    if (found == null) {
                        in.skipNBytes(reject.byteOffset());
                        found = RefusedRecords.open(in, reject, dataset, limits);
                    }
                    if (found.find(reject)) {
                        take(found, rejects, reject);
                    }
                }
                page = pages.after(last, PAGE);
            }
        } catch (TooLateException e) {
            if (records == 0) {
                throw ProblemException.unprocessable(
                        "The file is compressed, and its record at byte %d is too far from its beginning."
                                .formatted(page.getFirst().byteOffset()));
            }
        }
    }

    /// What is longer than any record may be is no record that could be mended.
    private static boolean isLeftOut(Reject reject) {
        return reject.code() == RejectCode.RECORD_TOO_LONG;
    }

    private void take(RefusedRecords found, RejectFile rejects, Reject reject) throws IOException {
        rejects.write(found, reject);
        records++;
        last = reject.record();
    }

    /// The time of this file is over.
    private static final class TooLateException extends IOException {
        private static final long serialVersionUID = 1;
    }

    /// Bytes that come only in time.
    private final class Timed extends FilterInputStream {
        Timed(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (!clock.instant().isBefore(end)) {
                throw new TooLateException();
            }
            return in.read(bytes, offset, length);
        }

        @Override
        public long skip(long n) throws IOException {
            // by reading, so that the time is looked at
            return Math.max(0, read(new byte[(int) Math.min(n, 64 * 1024)]));
        }
    }

    /// Counts what is written.
    private final class Counted extends BufferedOutputStream {
        Counted(OutputStream out) {
            super(out, 64 * 1024);
        }

        @Override
        public synchronized void write(int b) throws IOException {
            written++;
            super.write(b);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
            written += length;
            super.write(bytes, offset, length);
        }
    }
}
