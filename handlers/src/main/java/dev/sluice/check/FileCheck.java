package dev.sluice.check;

import dev.sluice.dataset.Dataset;
import dev.sluice.job.JobFailedException;
import dev.sluice.job.Position;
import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import dev.sluice.rows.ChunkRange;
import dev.sluice.rows.FileInput;
import dev.sluice.rows.Header;
import dev.sluice.rows.Layout;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Lookups;
import dev.sluice.rows.RowReader;
import dev.sluice.rows.Splitter;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One file read in every way there is: by the fast reader whole, by its plain sibling, and in
/// chunks of several sizes.
final class FileCheck {
    // up to here every chunk size has its turn
    private static final int SMALL_BYTES = 2_048;
    private static final int MOST_CHUNKS = 2_000;

    private final Dataset dataset;
    private final Lookups lookups;
    private final Path file;
    private final int sizes;
    private final int shown;
    private final Random random;
    private final Limits limits = Limits.DEFAULT;

    /// @param sizes how many random chunk sizes a file gets that is too large for all of them
    /// @param shown how many rejects are kept to be shown
    FileCheck(Dataset dataset, Lookups lookups, Path file, int sizes, int shown, Random random) {
        this.shown = shown;
        this.dataset = dataset;
        this.lookups = lookups;
        this.file = file;
        this.sizes = sizes;
        this.random = random;
    }

    /// What became of a file. `refusal` is why a job of it would fail; `differences` are what must
    /// never be.
    record Outcome(
            Fingerprint.@Nullable Result result,
            Map<RejectCode, Long> rejectsByCode,
            List<Reject> firstRejects,
            String chunks,
            @Nullable String refusal,
            List<String> differences) {}

    Outcome run() throws IOException {
        var fast = new Fingerprint(shown);
        var refusal = read(fast, RowReader::open);
        var result = fast.result();
        var plain = new Fingerprint(0);
        var plainRefusal = read(plain, RowReader::openPlainly);
        var differences = new ArrayList<String>();
        if (!String.valueOf(refusal).equals(String.valueOf(plainRefusal))) {
            differences.add(
                    "the fast reader says %s, the plain one %s".formatted(refusal, plainRefusal));
        }
        compare("the plain reader", result, plain.result(), differences);
        var tried = refusal == null ? chunkSizes() : Set.<Long>of();
        for (var size : tried) {
            compareChunks(size, result, differences);
        }
        return new Outcome(
                refusal == null ? result : null,
                fast.rejectsByCode(),
                fast.firstRejects(),
                isCompressed() ? "compressed: one chunk" : Check.count(tried.size(), "chunk size"),
                refusal,
                differences);
    }

    private void compareChunks(long size, Fingerprint.Result fast, List<String> differences)
            throws IOException {
        var who = "chunks of %d bytes".formatted(size);
        try {
            compare(who, fast, chunked(size), differences);
        } catch (JobFailedException e) {
            // one reader took the file
            differences.add("%s are refused: %s: %s".formatted(who, e.code(), e.getMessage()));
        }
    }

    private static void compare(
            String who,
            Fingerprint.Result fast,
            Fingerprint.Result other,
            List<String> differences) {
        if (!fast.equals(other)) {
            differences.add("the fast reader gives %s, %s %s".formatted(fast, who, other));
        }
    }

    /// How a reader is opened.
    @FunctionalInterface
    private interface Opening {
        RowReader open(
                InputStream in,
                Position start,
                Dataset dataset,
                Layout layout,
                Lookups lookups,
                int jobNumber,
                Limits limits)
                throws IOException;
    }

    // what is told about a file that cannot be read as a whole
    private @Nullable String read(Fingerprint fingerprint, Opening opening) throws IOException {
        try (var in = FileInput.open(Files.newInputStream(file), limits)) {
            var header = Header.read(in, dataset, limits);
            fingerprint.add(
                    opening.open(in, header.next(), dataset, header.layout(), lookups, 1, limits));
            return null;
        } catch (JobFailedException e) {
            return e.code() + ": " + e.getMessage();
        }
    }

    // none for a compressed file, which is one chunk
    private Set<Long> chunkSizes() throws IOException {
        var all = new LinkedHashSet<Long>();
        var bytes = Files.size(file);
        if (isCompressed()) {
            return all;
        }
        for (long size = 1; bytes <= SMALL_BYTES && size <= bytes; size++) {
            all.add(size);
        }
        var least = Math.max(1, bytes / MOST_CHUNKS);
        for (var n = 0; bytes > SMALL_BYTES && n < sizes; n++) {
            // as many small ones as large ones
            var factor = Math.pow((double) bytes / least, random.nextDouble());
            all.add(Math.round(least * factor));
        }
        return all;
    }

    private boolean isCompressed() throws IOException {
        try (var in = FileInput.open(Files.newInputStream(file), limits)) {
            return in.compression() != FileInput.Compression.NONE;
        }
    }

    private Fingerprint.Result chunked(long chunkBytes) throws IOException {
        var fingerprint = new Fingerprint(0);
        try (var in = FileInput.open(Files.newInputStream(file), limits)) {
            var header = Header.read(in, dataset, limits);
            new Splitter(dataset.format(), limits, chunkBytes)
                    .split(in, header.next(), range -> readRange(fingerprint, header, range));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return fingerprint.result();
    }

    private void readRange(Fingerprint fingerprint, Header header, ChunkRange range) {
        try (var in = new Range(file, range)) {
            fingerprint.add(
                    RowReader.open(
                            in, range.start(), dataset, header.layout(), lookups, 1, limits));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The bytes of a range and no more.
    private static final class Range extends InputStream {
        private final InputStream in;
        private long left;

        Range(Path file, ChunkRange range) throws IOException {
            this.in = new BufferedInputStream(Files.newInputStream(file));
            in.skipNBytes(range.start().byteOffset());
            this.left = range.bytes();
        }

        @Override
        public int read() throws IOException {
            return left-- > 0 ? in.read() : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            var n = left > 0 ? in.read(bytes, offset, (int) Math.min(length, left)) : -1;
            left -= Math.max(n, 0);
            return n;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
