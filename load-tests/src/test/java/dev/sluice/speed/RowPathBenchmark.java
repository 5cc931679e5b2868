package dev.sluice.speed;

import dev.sluice.dataset.Column;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/// One file in memory, read whole in each operation, by each of those who can.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class RowPathBenchmark {
    /// About 20 MB of each sample.
    static final double SCALE = 0.125;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

    @Param({"ORDERS", "LINEITEM", "WIDE"})
    private String sample;

    private RowPathFile file;
    private List<Function<String, Object>> conversions;
    private long rows;

    @SuppressWarnings("NullAway.Init") // JMH fills the fields in
    public RowPathBenchmark() {}

    @Setup
    public void generate() throws IOException {
        file = RowPathFile.of(Sample.valueOf(sample), SCALE);
        conversions = file.dataset().columns().stream().map(RowPathBenchmark::conversion).toList();
        rows = file.load();
    }

    // what a program without a library for it would write
    private static Function<String, Object> conversion(Column column) {
        return switch (column.type().kind()) {
            case BIGINT -> Long::valueOf;
            case INTEGER, SMALLINT -> Integer::valueOf;
            case NUMERIC -> BigDecimal::new;
            case DOUBLE, REAL -> Double::valueOf;
            case DATE -> LocalDate::parse;
            case TIMESTAMP -> text -> LocalDateTime.parse(text, TIME);
            case TEXT, VARCHAR -> text -> text;
            case BOOLEAN, TIMESTAMPTZ, UUID, JSONB ->
                    throw new IllegalArgumentException("no sample has a " + column.type().sql());
        };
    }

    @Benchmark
    public void sluice() throws IOException {
        check(file.load());
    }

    @Benchmark
    public void sluiceSplitter() throws IOException {
        check(file.split());
    }

    @Benchmark
    public void fastCsv(Blackhole hole) throws IOException {
        check(file.fastCsv(hole::consume));
    }

    @Benchmark
    public void fastCsvAndValues(Blackhole hole) throws IOException {
        check(file.fastCsv(values(hole)));
    }

    @Benchmark
    public void univocity(Blackhole hole) {
        check(file.univocity(hole::consume));
    }

    @Benchmark
    public void univocityAndValues(Blackhole hole) {
        check(file.univocity(values(hole)));
    }

    private Consumer<String[]> values(Blackhole hole) {
        return fields -> {
            for (var i = 0; i < fields.length; i++) {
                hole.consume(conversions.get(i).apply(fields[i]));
            }
        };
    }

    private void check(long read) {
        if (read != rows) {
            throw new IllegalStateException("%d rows, not %d".formatted(read, rows));
        }
    }
}
