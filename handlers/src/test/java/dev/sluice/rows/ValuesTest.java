package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.job.RejectCode;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The danger: a wrong value goes in, or a good one does not. The fast way and the plain one are
/// held against the table, and against each other where no table reaches.
class ValuesTest {
    private static final List<Column> EVERY_TYPE =
            Stream.of(
                            "bigint",
                            "integer",
                            "smallint",
                            "numeric(6,2)",
                            "numeric(30,10)",
                            "numeric(4,4)",
                            "double precision",
                            "real",
                            "boolean",
                            "varchar(3)",
                            "date",
                            "timestamp",
                            "timestamptz",
                            "uuid",
                            "jsonb")
                    .map(type -> Column.of(type, ColumnType.parse(type)))
                    .toList();

    static Stream<ValueCases.Group> groups() {
        return ValueCases.groups();
    }

    @ParameterizedTest
    @MethodSource("groups")
    void bothWaysRefuseAndTakeWhatTheTableSays(ValueCases.Group group) {
        var columns = List.of(group.column());
        var fast = fast(columns, group.zone());
        var plain = plain(columns, group.zone());
        group.stored()
                .forEach((value, _) -> {
                    assertThat(outcome(fast, 0, value)).as(value).startsWith("hex ");
                    assertThat(outcome(plain, 0, value))
                            .as(value)
                            .isEqualTo(outcome(fast, 0, value));
                });
        group.refused()
                .forEach((value, code) -> {
                    assertThat(outcome(fast, 0, value)).as(value).isEqualTo(code);
                    assertThat(outcome(plain, 0, value)).as(value).isEqualTo(code);
                });
    }

    @Property(tries = 4_000)
    void bothWaysAgreeOnNumbers(@ForAll("numbers") String value) {
        agree(value);
    }

    @Property(tries = 2_000)
    void bothWaysAgreeOnDoubles(@ForAll double value) {
        agree(Double.toString(value));
        agree(Float.toString((float) value));
    }

    @Property(tries = 4_000)
    void bothWaysAgreeOnTimes(@ForAll("times") String value) {
        agree(value);
    }

    private static void agree(String value) {
        var fast = fast(EVERY_TYPE, ZoneId.of("America/New_York"));
        var plain = plain(EVERY_TYPE, ZoneId.of("America/New_York"));
        for (var column = 0; column < EVERY_TYPE.size(); column++) {
            assertThat(outcome(fast, column, value))
                    .as("%s as %s", value, EVERY_TYPE.get(column).name())
                    .isEqualTo(outcome(plain, column, value));
        }
    }

    private static Values fast(List<Column> columns, ZoneId zone) {
        return new FastValues(columns, sets(columns), zone);
    }

    private static Values plain(List<Column> columns, ZoneId zone) {
        return new PlainValues(columns, sets(columns), zone);
    }

    private static List<@Nullable LookupSet> sets(List<Column> columns) {
        return Reading.assertNoTrouble(() -> {
            var dataset = Dataset.of("values", Format.of(Format.Type.CSV), columns);
            return new Lookups(new Assets(Path.of("../assets"))).of(dataset);
        });
    }

    private static String outcome(Values values, int column, String value) {
        var bytes = ("x" + value + "x").getBytes(UTF_8);
        var out = new CopyBuffer(16);
        RejectCode code = values.put(column, bytes, 1, bytes.length - 1, out);
        return code != null
                ? code.name()
                : "hex " + HexFormat.of().formatHex(Arrays.copyOf(out.bytes(), out.size()));
    }

    @Provide
    Arbitrary<String> numbers() {
        return Arbitraries.of(
                        "0",
                        "00",
                        "1",
                        "5",
                        "9",
                        "99",
                        "123",
                        "4567",
                        "9007199254740993",
                        ".",
                        "-",
                        "+",
                        "e",
                        "E",
                        "e1",
                        "e-2",
                        "e+3",
                        "e22",
                        "000000",
                        "1e",
                        "inf",
                        "nan",
                        " ",
                        "a")
                .list()
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<String> times() {
        return Arbitraries.of(
                        List.of(
                                "2024-02-29",
                                "2023-02-29",
                                "1900-02-28",
                                "2024-03-10",
                                "2024-11-03",
                                "0001-01-01",
                                "9999-12-31",
                                "1999-12-31",
                                "2024-1-1",
                                "0000-01-01"))
                .flatMap(day ->
                        Arbitraries.of(" ", "T", "", "x")
                                .flatMap(gap ->
                                        Arbitraries.of(
                                                        "",
                                                        "00:00:00",
                                                        "23:59:59",
                                                        "02:30:00",
                                                        "01:30:00",
                                                        "24:00:00",
                                                        "12:34",
                                                        "12:34:5",
                                                        "1:2:3")
                                                .flatMap(time ->
                                                        Arbitraries.of(
                                                                        "",
                                                                        ".",
                                                                        ".1",
                                                                        ".123456",
                                                                        ".1234560",
                                                                        ".1234567",
                                                                        ".000000000")
                                                                .flatMap(fraction ->
                                                                        Arbitraries.of(
                                                                                        "", "Z",
                                                                                        "z", "+01",
                                                                                        "-0330",
                                                                                        "+15:59",
                                                                                        "-16:00",
                                                                                        "+18:00",
                                                                                        "+1",
                                                                                        "+01:",
                                                                                        "+01:75")
                                                                                .map(zone ->
                                                                                        day + gap
                                                                                                + time
                                                                                                + fraction
                                                                                                + zone)))));
    }
}
