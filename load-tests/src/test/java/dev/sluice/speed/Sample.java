package dev.sluice.speed;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.trino.tpch.LineItemGenerator;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A generated file and the dataset that it is loaded into. The same seed gives the same bytes.
enum Sample {
    /// Eight columns of the usual kinds: about 80 bytes a row.
    ORDERS(
            List.of(
                    "order_id bigint",
                    "customer_id integer",
                    "ordered_at timestamp",
                    "status text",
                    "amount numeric(12,2)",
                    "currency varchar(3)",
                    "discount double precision",
                    "note text")) {
        @Override
        void write(Writer out, double scale) throws IOException {
            var random = new SplittableRandom(7);
            var rows = (int) (2_000_000 * scale);
            for (var row = 1; row <= rows; row++) {
                writeOrder(out, random, row);
            }
        }
    },
    /// TPC-H's largest table, by its own generator.
    LINEITEM(
            List.of(
                    "l_orderkey bigint",
                    "l_partkey bigint",
                    "l_suppkey bigint",
                    "l_linenumber integer",
                    "l_quantity numeric(12,2)",
                    "l_extendedprice numeric(12,2)",
                    "l_discount numeric(12,2)",
                    "l_tax numeric(12,2)",
                    "l_returnflag text",
                    "l_linestatus text",
                    "l_shipdate date",
                    "l_commitdate date",
                    "l_receiptdate date",
                    "l_shipinstruct text",
                    "l_shipmode text",
                    "l_comment text")) {
        @Override
        void write(Writer out, double scale) throws IOException {
            for (var item : new LineItemGenerator(0.25 * scale, 1, 1)) {
                // a delimiter ends the line, too
                var fields = Arrays.copyOf(item.toLine().split("\\|", -1), 16);
                fields[13] = "\"" + fields[13] + "\"";
                fields[15] = "\"" + fields[15] + "\"";
                out.write(String.join(",", fields));
                out.write('\n');
            }
        }
    },
    /// Forty quoted texts a row, with quotes, delimiters and line ends inside.
    WIDE(wideColumns()) {
        @Override
        void write(Writer out, double scale) throws IOException {
            var random = new SplittableRandom(11);
            var rows = (int) (200_000 * scale);
            for (var row = 0; row < rows; row++) {
                for (var column = 0; column < WIDE_COLUMNS; column++) {
                    var word = WORDS.get(random.nextInt(WORDS.size()));
                    out.write(column == 0 ? "\"" : ",\"");
                    out.write(random.nextInt(20) == 0 ? word + ",\n\"\"" + row + "\"\"" : word);
                    out.write('"');
                }
                out.write('\n');
            }
        }
    };

    private static final int WIDE_COLUMNS = 40;
    private static final List<String> STATES =
            List.of("open", "paid", "shipped", "returned", "cancelled");
    private static final List<String> WORDS =
            List.of(
                    "left at the door",
                    "fragile",
                    "customer, waiting",
                    "Größe geprüft",
                    "gift",
                    "second attempt of three");

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
    private final List<String> columns;

    Sample(List<String> columns) {
        this.columns = columns;
    }

    private static List<String> wideColumns() {
        return IntStream.range(0, 40).mapToObj(i -> "t" + i + " text").toList();
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }

    abstract void write(Writer out, double scale) throws IOException;

    /// One line of ORDERS.
    static void writeOrder(Writer out, SplittableRandom random, long row) throws IOException {
        var note = WORDS.get(random.nextInt(WORDS.size()));
        var quoted = note.indexOf(',') >= 0 || random.nextInt(5) == 0;
        out.write(
                row
                        + ","
                        + random.nextInt(500_000)
                        + ",2026-"
                        + two(1 + random.nextInt(12))
                        + "-"
                        + two(1 + random.nextInt(28))
                        + " "
                        + two(random.nextInt(24))
                        + ":"
                        + two(random.nextInt(60))
                        + ":"
                        + two(random.nextInt(60))
                        + ","
                        + STATES.get(random.nextInt(STATES.size()))
                        + ","
                        + random.nextInt(100_000)
                        + "."
                        + two(random.nextInt(100))
                        + ",EUR,0."
                        + random.nextInt(1000)
                        + ","
                        + (quoted ? "\"" + note + " \"\"" + row + "\"\"\"" : note)
                        + "\n");
    }

    /// The dataset's name, and its table's.
    String table() {
        return name().toLowerCase(Locale.ROOT);
    }

    List<String> columnNames() {
        return columns.stream().map(column -> column.substring(0, column.indexOf(' '))).toList();
    }

    /// The dataset file.
    String dataset() {
        return columns.stream()
                .map(column -> {
                    var blank = column.indexOf(' ');
                    return "  - {name: %s, type: \"%s\"}\n"
                            .formatted(column.substring(0, blank), column.substring(blank + 1));
                })
                .collect(
                        Collectors.joining(
                                "",
                                "dataset: %s\ntable: %s\ncolumns:\n".formatted(table(), table()),
                                ""));
    }

    /// Writes the file with its header.
    void write(Path file, double scale) throws IOException {
        try (OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
                var out = new OutputStreamWriter(bytes, UTF_8)) {
            out.write(String.join(",", columnNames()) + "\n");
            write(out, scale);
        }
    }
}
