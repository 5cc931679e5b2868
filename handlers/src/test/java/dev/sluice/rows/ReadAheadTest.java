package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.job.Position;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ReadAheadTest {
    private static final Dataset PAIRS =
            Reading.texts(Format.of(Format.Type.CSV), "number", "word");
    private static final int MANY = 4 * RowBatch.FULL_ROWS + 7;

    private final ReadAhead.Batches batches = new ReadAhead.Batches();

    @TempDir private Path assets;

    @Test
    void givesWhatTheReaderGivesByItself() throws Exception {
        var alone = new ByteArrayOutputStream();
        var reader = reader(new ByteArrayInputStream(file(MANY)));
        var batch = new RowBatch();
        while (reader.next(batch)) {
            batch.copy(0, batch.rows(), alone::write);
        }

        assertThat(all(new ByteArrayInputStream(file(MANY)))).isEqualTo(alone.toByteArray());
    }

    @Test
    void usesItsBatchesForOneReaderAfterTheOther() throws Exception {
        var once = all(new ByteArrayInputStream(file(MANY)));

        assertThat(all(new ByteArrayInputStream(file(3))))
                .isEqualTo(all(new ByteArrayInputStream(file(3))));
        assertThat(all(new ByteArrayInputStream(file(MANY)))).isEqualTo(once);
    }

    @Test
    void readsWhatFitsIntoOneBatchWithoutAnotherThread() throws Exception {
        var few = new Witness(new ByteArrayInputStream(file(100)));
        var many = new Witness(new ByteArrayInputStream(file(MANY)));
        all(few);
        all(many);

        assertThat(few.threads).containsExactly(Thread.currentThread());
        assertThat(many.threads).hasSize(2);
    }

    @Test
    void passesAFailureOnBehindTheRowsBeforeIt() throws Exception {
        var file = file(MANY);
        var broken =
                new SequenceInputStream(
                        new ByteArrayInputStream(Arrays.copyOf(file, file.length - 10)),
                        new Broken(new CountDownLatch(0)));
        try (var ahead = ReadAhead.of(reader(broken), batches)) {
            assertThat(ahead.next()).isNotNull();
            assertThatThrownBy(() -> readOn(ahead))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the wire was cut");
        }
    }

    @Test
    void endsItsThreadWhenTheStreamThatItWaitsForIsCut() throws Exception {
        var broken = new Broken(new CountDownLatch(1));
        var rows = new ByteArrayInputStream(file(RowBatch.FULL_ROWS + 7));
        var hanging = new Witness(new SequenceInputStream(rows, broken));
        try (var ahead = ReadAhead.of(reader(hanging), batches)) {
            assertThat(ahead.next()).isNotNull();
            broken.reached.await();
            broken.cut.countDown();
        }

        assertThat(hanging.threads)
                .filteredOn(thread -> thread != Thread.currentThread())
                .hasSize(1)
                .noneMatch(Thread::isAlive);
    }

    @Test
    void copiesTheBatchesThatAreFullAsOneAndWaitsForNone() throws Exception {
        var file = file(2 * RowBatch.FULL_ROWS + 7);
        var asOne = new ByteArrayOutputStream();
        RowBatch.beginCopy(asOne::write);
        var alone = reader(new ByteArrayInputStream(file));
        var batch = new RowBatch();
        for (int full = 0; full < 2; full++) {
            alone.next(batch);
            batch.rowsTo(asOne::write);
        }
        RowBatch.endCopy(asOne::write);

        var broken = new Broken(new CountDownLatch(1));
        var hanging = new SequenceInputStream(new ByteArrayInputStream(file), broken);
        var copied = new ByteArrayOutputStream();
        try (var ahead = ReadAhead.of(reader(hanging), batches)) {
            ahead.next();
            broken.reached.await();

            assertThat(ahead.copy(copied::write)).isEqualTo(2 * RowBatch.FULL_ROWS);
            broken.cut.countDown();
        }

        assertThat(copied.toByteArray()).isEqualTo(asOne.toByteArray());
    }

    @Test
    void endsACopyBehindABatchWithRejects() throws Exception {
        var damaged = new ByteArrayInputStream("1,2,3\n".getBytes(UTF_8));
        var rows = new ByteArrayInputStream(file(2 * RowBatch.FULL_ROWS + 7));
        var broken = new Broken(new CountDownLatch(1));
        var hanging = new SequenceInputStream(new SequenceInputStream(damaged, rows), broken);
        try (var ahead = ReadAhead.of(reader(hanging), batches)) {
            ahead.next();
            broken.reached.await();

            assertThat(ahead.copy((_, _, _) -> {})).isEqualTo(RowBatch.FULL_ROWS);
            assertThat(ahead.given().rejects()).hasSize(1);
            broken.cut.countDown();
        }
    }

    @Test
    void isAtItsEndAtOnceWhenNothingIsThere() throws Exception {
        try (var ahead = ReadAhead.of(reader(InputStream.nullInputStream()), batches)) {
            assertThat(ahead.next()).isNull();
            assertThat(ahead.next()).isNull();
        }
    }

    private byte[] all(InputStream in) throws Exception {
        var out = new ByteArrayOutputStream();
        try (var ahead = ReadAhead.of(reader(in), batches)) {
            for (var batch = ahead.next(); batch != null; batch = ahead.next()) {
                batch.copy(0, batch.rows(), out::write);
            }
        }
        return out.toByteArray();
    }

    private static void readOn(ReadAhead ahead) throws Exception {
        while (ahead.next() != null) {
            // on to the failure
        }
    }

    private RowReader reader(InputStream in) throws IOException {
        return RowReader.open(
                in,
                Position.START,
                PAIRS,
                new Layout(List.of("number", "word")),
                new Lookups(new Assets(assets)),
                /* jobNumber= */ 1,
                Limits.DEFAULT);
    }

    private static byte[] file(int rows) {
        var text = new StringBuilder();
        for (var row = 0; row < rows; row++) {
            text.append(row).append(",word ").append(row * 31).append('\n');
        }
        return text.toString().getBytes(UTF_8);
    }

    /// Says nothing until it is cut, and then fails.
    private static final class Broken extends InputStream {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch cut;

        Broken(CountDownLatch cut) {
            this.cut = cut;
        }

        @Override
        public int read() throws IOException {
            return read(new byte[1], 0, 1);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            reached.countDown();
            while (cut.getCount() > 0) {
                try {
                    cut.await();
                } catch (InterruptedException _) {
                    // a socket does not hear of it either
                }
            }
            throw new IOException("the wire was cut");
        }
    }

    /// Remembers who read.
    private static final class Witness extends InputStream {
        private final InputStream in;
        private final Set<Thread> threads = new HashSet<>();

        Witness(InputStream in) {
            this.in = in;
        }

        @Override
        public synchronized int read() throws IOException {
            threads.add(Thread.currentThread());
            return in.read();
        }

        @Override
        public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
            threads.add(Thread.currentThread());
            return in.read(bytes, offset, length);
        }
    }
}
