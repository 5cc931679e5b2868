package dev.sluice.rows;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Table;
import dev.sluice.job.Position;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads the records of one chunk, checks them and encodes them for COPY. Not thread-safe.
public sealed interface RowReader permits DelimitedRowReader, JsonRowReader {

    /// Opens a reader on decompressed bytes that stand at `start`.
    ///
    /// @param layout what the header said; without one, what Header.read gave all the same
    /// @param jobNumber what goes into the column `_job`
    static RowReader open(
            InputStream in,
            Position start,
            Dataset dataset,
            Layout layout,
            Lookups lookups,
            int jobNumber,
            Limits limits)
            throws IOException {
        var format = dataset.format();
        var records = Records.open(in, start, format, limits.recordBytes());
        var values =
                new FastValues(
                        dataset.columns(), lookups.of(dataset), dataset.timeZone(), format.words());
        return over(
                records,
                new RowWriter(records, values, dataset, jobNumber, limits),
                dataset,
                layout);
    }

    /// Opens the plain sibling: the same by slower and simpler means, to be held against.
    static RowReader openPlainly(
            InputStream in,
            Position start,
            Dataset dataset,
            Layout layout,
            Lookups lookups,
            int jobNumber,
            Limits limits)
            throws IOException {
        var format = dataset.format();
        var records = Records.openPlainly(in, start, format, limits.recordBytes());
        var values =
                new PlainValues(
                        dataset.columns(), lookups.of(dataset), dataset.timeZone(), format.words());
        return over(
                records,
                new RowWriter(records, values, dataset, jobNumber, limits),
                dataset,
                layout);
    }

    /// Puts a reader over records, by the dataset's format.
    private static RowReader over(Records records, RowWriter rows, Dataset dataset, Layout layout) {
        return switch (dataset.format().type()) {
            case CSV, TSV -> new DelimitedRowReader(records, rows, dataset, layout);
            case JSONL -> new JsonRowReader(records, rows, dataset);
        };
    }

    /// The statement whose data a batch writes.
    static String copySql(Dataset dataset, Table into) {
        var own = dataset.columns().stream().map(Column::quoted);
        var provenance =
                dataset.provenance()
                        ? Stream.of(Dataset.JOB_COLUMN, Dataset.RECORD_COLUMN).map(Table::quote)
                        : Stream.<String>empty();
        return "COPY %s (%s) FROM STDIN (FORMAT binary)"
                .formatted(
                        into.quoted(),
                        Stream.concat(own, provenance).collect(Collectors.joining(", ")));
    }

    /// Empties the batch and fills it with what comes next, at most a few MB; false when there was
    /// nothing left.
    boolean next(RowBatch batch) throws IOException;

    /// Records read so far: always rows plus rejects.
    long read();

    /// How many of the rows are there only because the format is lenient.
    long mended();

    /// The place after the last record read.
    Position position();
}
