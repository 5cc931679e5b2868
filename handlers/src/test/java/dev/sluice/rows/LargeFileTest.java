package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.job.Position;
import dev.sluice.job.RejectCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The danger: memory grows with the file, a record or the number of rejects, or a place in a file
/// does not fit an int.
class LargeFileTest {
    private static final int MIB = 1024 * 1024;
    private static final Position FAR =
            new Position(5_000_000_000L, 3_000_000_001L, 3_000_000_000L);
    private static final Dataset DATASET = Reading.texts(Format.of(Format.Type.CSV), "a", "b");
    private static final Layout LAYOUT = new Layout(List.of("a", "b"));

    @Test
    void batchesStaySmallWhateverTheFileHas() throws IOException {
        var reader = open(repeated("some text,%s\n".formatted("x".repeat(100)), 40 * MIB), FAR);
        var batch = new RowBatch();
        long rows = 0;
        while (reader.next(batch)) {
            assertThat(batch.bytes()).isLessThan(RowBatch.FULL_BYTES + 1_000);
            assertThat(batch.rows()).isLessThanOrEqualTo(RowBatch.FULL_ROWS);
            assertThat(batch.record(0)).isEqualTo(FAR.record() + rows);
            assertThat(batch.line(0)).isEqualTo(FAR.line() + rows);
            assertThat(batch.byteOffset(0)).isEqualTo(FAR.byteOffset() + rows * 111);
            rows += batch.rows();
        }
        assertThat(rows).isEqualTo(reader.read()).isEqualTo(40 * MIB / 111);
        assertThat(reader.position().record()).isEqualTo(FAR.record() + rows);
    }

    @Test
    void aBatchOfRejectsStaysSmallToo() throws IOException {
        var reader = open(repeated("no second field\n", MIB), Position.START);
        var batch = new RowBatch();
        var rejects = 0L;
        while (reader.next(batch)) {
            assertThat(batch.rejects()).hasSizeLessThanOrEqualTo(RowBatch.FULL_REJECTS);
            rejects += batch.rejects().size();
        }
        assertThat(rejects).isEqualTo(reader.read()).isEqualTo(MIB / 16);
    }

    @Test
    void anOpenQuoteSwallowsNoMoreThanTheLimit() throws IOException {
        var file = "1,2\n3,\"" + "x,y\n".repeat(17 * MIB / 4) + "4,5\n";
        var reading = read(file);
        // 16 MiB after its start the record ends with its line
        assertThat(reading.rejects().getFirst().code()).isEqualTo(RejectCode.RECORD_TOO_LONG);
        assertThat(reading.rejects().getFirst().message())
                .isEqualTo(
                        "The quote that opens in line 2 is not closed within the 16777216 bytes"
                                + " of a record.");
        assertThat(reading.rejects()).hasSize(1);
        assertThat(reading.rows()).hasSize(1 + MIB / 4 + 1);
        assertThat(reading.rows().getLast().line()).isEqualTo(2 + 17 * MIB / 4);
    }

    @Test
    void aLineOfManyTimesTheLimitIsOneReject() throws IOException {
        var in =
                new SequenceInputStream(
                        Collections.enumeration(
                                List.of(
                                        stream("1,2\n"),
                                        repeated("x", 70 * MIB),
                                        stream("\n3,4\r\n5,6"))));
        var reading = Reading.drain(open(in, Position.START), LAYOUT);
        assertThat(reading.rejects())
                .singleElement()
                .satisfies(reject -> {
                    assertThat(reject.code()).isEqualTo(RejectCode.RECORD_TOO_LONG);
                    assertThat(reject.raw()).isEqualTo("x".repeat(4096));
                });
        assertThat(reading.rows()).map(row -> row.line()).containsExactly(1L, 3L, 4L);
        assertThat(reading.end()).isEqualTo(new Position(4 + 70 * MIB + 9, 4, 5));
    }

    @Test
    void aRecordOfMillionsOfFieldsIsOneReject() throws IOException {
        var reading = read(",".repeat(3 * MIB) + "\n1,2\n");
        assertThat(reading.rejects())
                .singleElement()
                .satisfies(reject ->
                        assertThat(reject.message())
                                .isEqualTo("The record has 3145729 fields where 2 are expected."));
        assertThat(reading.rows()).hasSize(1);
    }

    @Test
    void takesAValueJustBelowTheLimit() throws IOException {
        var long1 = "x".repeat(16 * MIB - 2);
        var reading = read("1," + long1 + "\n1," + long1 + "x\n\"2\",3\n");
        assertThat(reading.rows()).hasSize(2);
        assertThat(reading.rejects()).hasSize(1);
    }

    @Test
    void rangesFarIntoAFileKeepTheirPlaces() throws IOException {
        var ranges = new ArrayList<ChunkRange>();
        var end =
                new Splitter(DATASET.format(), Limits.DEFAULT, MIB)
                        .split(repeated("0123456,89\n", 10 * MIB), FAR, ranges::add);
        assertThat(ranges.getFirst().start()).isEqualTo(FAR);
        assertThat(ranges.getLast().next()).isEqualTo(end);
        assertThat(ranges).hasSize(10);
        assertThat(end.byteOffset()).isEqualTo(FAR.byteOffset() + 10 * MIB / 11 * 11);
        assertThat(end.line()).isEqualTo(FAR.line() + 10 * MIB / 11);
    }

    private static Reading read(String file) throws IOException {
        return Reading.drain(open(stream(file), Position.START), LAYOUT);
    }

    private static RowReader open(InputStream in, Position start) throws IOException {
        var lookups = new Lookups(new Assets(Path.of("../assets")));
        return RowReader.open(in, start, DATASET, LAYOUT, lookups, 1, Limits.DEFAULT);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    /// Whole copies of a text, at most so many bytes of them, never all in memory.
    private static InputStream repeated(String text, int most) {
        var bytes = text.getBytes(UTF_8);
        var length = most / bytes.length * bytes.length;
        return new InputStream() {
            private int given;

            @Override
            public int read() {
                return given == length ? -1 : bytes[given++ % bytes.length];
            }

            @Override
            public int read(byte[] into, int offset, int wanted) {
                if (given == length) {
                    return -1;
                }
                var n = Math.min(wanted, length - given);
                for (var i = 0; i < n; i++) {
                    into[offset + i] = bytes[(given + i) % bytes.length];
                }
                given += n;
                return n;
            }
        };
    }
}
