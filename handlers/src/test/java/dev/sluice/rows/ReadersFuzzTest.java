package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.dataset.Dataset;
import dev.sluice.rows.Reading.Way;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;

/// The danger: bytes that nobody thought of. In the suite the cases found so far run again, those
/// in ReadersFuzzTestInputs; `./sluice test fuzz` looks for more.
class ReadersFuzzTest {
    private static final List<Dataset> DIALECTS = Dialects.all().toList();
    private static final Dataset JSON_LINES =
            Dialects.dataset(
                    "type: jsonl",
                    "{name: j, type: jsonb}, {name: t, type: text}, {name: n, type: integer}");
    private static final int[] RECORD_BYTES = {1, 3, 8, 40, 100_000};

    /// The first byte tells the dialect, the second the limit on a record, the third the chunks'
    /// size.
    @FuzzTest
    void everyWayOfReadingGivesTheSame(byte[] bytes) {
        if (bytes.length < 3) {
            return;
        }
        var dataset = DIALECTS.get((bytes[0] & 0xff) % DIALECTS.size());
        var body = Arrays.copyOfRange(bytes, 3, bytes.length);
        agree(dataset, Reading.withHeader(dataset, body), bytes[1] & 0xff, bytes[2] & 0xff);
    }

    @FuzzTest
    void jsonLinesToo(byte[] bytes) {
        if (bytes.length < 2) {
            return;
        }
        var body = Arrays.copyOfRange(bytes, 2, bytes.length);
        agree(JSON_LINES, body, bytes[0] & 0xff, bytes[1] & 0xff);
    }

    private static void agree(Dataset dataset, byte[] file, int limit, int chunk) {
        var limits = Reading.limits(RECORD_BYTES[limit % RECORD_BYTES.length]);
        var serial = Reading.whole(Way.FAST, dataset, file, limits);
        assertThat(Reading.whole(Way.PLAIN, dataset, file, limits)).isEqualTo(serial);
        assertThat(serial.read()).isEqualTo(serial.rows().size() + serial.rejects().size());
        var chunked = Reading.chunked(dataset, file, 1 + chunk, limits);
        assertThat(chunked.rows()).isEqualTo(serial.rows());
        assertThat(chunked.rejects()).isEqualTo(serial.rejects());
        assertThat(chunked.mended()).isEqualTo(serial.mended());
    }

    @FuzzTest
    void aHeaderIsReadOrRefused(byte[] bytes) throws IOException {
        if (bytes.length == 0) {
            return;
        }
        var dataset = DIALECTS.get((bytes[0] & 0xff) % DIALECTS.size());
        var file = new ByteArrayInputStream(bytes, 1, bytes.length - 1);
        try {
            var header = Header.read(file, dataset, Limits.DEFAULT);
            assertThat(Layout.parse(header.layout().text())).isEqualTo(header.layout());
            assertThat(file.available())
                    .isEqualTo((int) (bytes.length - 1 - header.next().byteOffset()));
        } catch (FileException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    /// The first byte tells the packing that the others shall be.
    @FuzzTest
    void whatIsPackedComesOutOrIsRefused(byte[] bytes) throws IOException {
        var limits = new Limits(1024, 64, 1024, 50, 64 * 1024, 1024 * 1024);
        try (var input = FileInput.open(new ByteArrayInputStream(bytes), limits)) {
            assertThat(drained(input)).isLessThanOrEqualTo(1024 * 1024);
        } catch (FileException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static long drained(InputStream in) throws IOException {
        var buffer = new byte[8192];
        var total = 0L;
        for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            total += n;
        }
        return total;
    }

    @FuzzTest
    void aValueOfJsonIsTakenOnlyIfAnotherParserTakesIt(byte[] bytes) {
        if (Utf8.firstFault(bytes, 0, bytes.length) == bytes.length
                && Json.isJsonb(bytes, 0, bytes.length)) {
            assertThat(new String(bytes, UTF_8).strip()).isNotEmpty();
        }
    }
}
