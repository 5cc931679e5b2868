package dev.sluice.speed;

import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.StringArrayHandler;
import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.job.Position;
import dev.sluice.rows.Header;
import dev.sluice.rows.Limits;
import dev.sluice.rows.Lookups;
import dev.sluice.rows.RowBatch;
import dev.sluice.rows.RowReader;
import dev.sluice.rows.Splitter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// A sample in memory, and each way to read it on one thread; each gives the number of its rows.
///
/// The other parsers are set up as is best for them: arrays of strings, no trimming, no second
/// thread.
final class RowPathFile {
    private static final int CHUNK_BYTES = 8 * 1024 * 1024;

    private final byte[] bytes;
    private final Dataset dataset;
    private final Lookups lookups;
    private final RowBatch batch = new RowBatch();

    private RowPathFile(byte[] bytes, Dataset dataset, Lookups lookups) {
        this.bytes = bytes;
        this.dataset = dataset;
        this.lookups = lookups;
    }

    static RowPathFile of(Sample sample, double scale) throws IOException {
        var folder = Files.createTempDirectory("rowpath");
        var file = folder.resolve("sample.csv");
        var yaml = folder.resolve(sample.table() + ".yaml");
        try {
            sample.write(file, scale);
            Files.writeString(yaml, sample.dataset());
            return new RowPathFile(
                    Files.readAllBytes(file),
                    Dataset.read(yaml),
                    new Lookups(new Assets(Path.of("assets"))));
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(yaml);
            Files.delete(folder);
        }
    }

    int size() {
        return bytes.length;
    }

    Dataset dataset() {
        return dataset;
    }

    /// Parses, checks and encodes for COPY.
    long load() throws IOException {
        var in = new ByteArrayInputStream(bytes);
        var header = Header.read(in, dataset, Limits.DEFAULT);
        var reader =
                RowReader.open(
                        in,
                        header.next(),
                        dataset,
                        header.layout(),
                        lookups,
                        /* jobNumber= */ 1,
                        Limits.DEFAULT);
        var rows = 0L;
        while (reader.next(batch)) {
            if (!batch.rejects().isEmpty()) {
                throw new IllegalStateException(batch.rejects().getFirst().message());
            }
            rows += batch.rows();
        }
        return rows;
    }

    /// Finds where the file may be cut, as Intake does.
    long split() throws IOException {
        var splitter = new Splitter(dataset.format(), Limits.DEFAULT, CHUNK_BYTES);
        var end = splitter.split(new ByteArrayInputStream(bytes), Position.START, _ -> {});
        // the header is one
        return end.record() - Position.START.record() - 1;
    }

    long fastCsv(Consumer<String[]> row) throws IOException {
        var rows = -1L;
        try (var reader =
                CsvReader.builder()
                        .build(StringArrayHandler.of(), new ByteArrayInputStream(bytes))) {
            for (var fields : reader) {
                if (++rows > 0) {
                    row.accept(fields);
                }
            }
        }
        return rows;
    }

    long univocity(Consumer<String[]> row) {
        var settings = new CsvParserSettings();
        settings.setReadInputOnSeparateThread(false);
        settings.setIgnoreLeadingWhitespaces(false);
        settings.setIgnoreTrailingWhitespaces(false);
        settings.getFormat().setLineSeparator("\n");
        var parser = new CsvParser(settings);
        parser.beginParsing(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8);
        var rows = -1L;
        for (var fields = parser.parseNext(); fields != null; fields = parser.parseNext()) {
            if (++rows > 0) {
                row.accept(fields);
            }
        }
        return rows;
    }
}
