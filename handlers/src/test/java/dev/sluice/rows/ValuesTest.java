package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Bound;
import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.dataset.TimePattern;
import dev.sluice.dataset.Words;
import dev.sluice.job.RejectCode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
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

    @Property(tries = 6_000)
    void bothWaysAgreeOnNumbersOfFewDigits(@ForAll("fewDigits") String value) {
        agree(NUMBERS, value);
    }

    private static final List<Column> NUMBERS =
            List.of(
                    bounded("numeric(12,2)", "-10.5", "1234.56"),
                    bounded("numeric(8,4)", "0.001", null),
                    bounded("numeric(20,10)", null, "99999999.5"),
                    bounded("numeric(6,0)", null, null),
                    bounded("numeric(3,3)", null, null),
                    bounded("numeric(40,20)", "0", "1"),
                    bounded("numeric(1000,0)", null, null),
                    bounded("bigint", null, "1000000000000000"),
                    bounded("integer", "-7", null),
                    bounded("smallint", null, null),
                    bounded("double precision", "-0.5", "1000000000"),
                    bounded("double precision", null, null),
                    bounded("real", null, null));

    private static Column bounded(String type, @Nullable String min, @Nullable String max) {
        var parsed = ColumnType.parse(type);
        var name = "%s from %s to %s".formatted(type, min, max);
        return new Column(
                name,
                name,
                parsed,
                /* required= */ false,
                min == null ? null : Bound.parse(parsed, min),
                max == null ? null : Bound.parse(parsed, max),
                null,
                null);
    }

    @Provide
    Arbitrary<String> fewDigits() {
        var digits =
                Arbitraries.strings().withChars("0001239").ofMaxLength(10).edgeCases(none -> {});
        return Combinators.combine(
                        Arbitraries.of("", "", "-", "+", "--", " "),
                        digits,
                        Arbitraries.of(".", ".", ".", "", ":", "/", "..", ".e", "é"),
                        digits,
                        Arbitraries.of("", "", "", "", "e1", ".", " ", "-", "\u00ff"))
                .as((sign, front, point, back, rest) -> sign + front + point + back + rest);
    }

    @Property(tries = 1_000)
    void bothWaysAgreeOnTextsOfEachLength(@ForAll @IntRange(max = 70) int length) {
        agree("é" + "x".repeat(length));
        agree(List.of(Column.of("t", ColumnType.parse("text"))), "x".repeat(length));
    }

    @Property(tries = 4_000)
    void bothWaysAgreeOnTimesWithAByteChanged(
            @ForAll @IntRange(max = 18) int place, @ForAll byte b) {
        var bytes = "2024-02-28 23:59:58".getBytes(ISO_8859_1);
        bytes[place] = b;
        agree(new String(bytes, ISO_8859_1));
        agree(new String(bytes, 0, 10, ISO_8859_1));
    }

    @Property(tries = 4_000)
    void bothWaysAgreeOnTimes(@ForAll("times") String value) {
        agree(value);
    }

    @Property(tries = 4_000)
    void bothWaysAgreeOnPatterns(@ForAll("patterned") String value) {
        agree(PATTERNS, value);
    }

    @Test
    void readsTimesAsTheirPatternsWriteThem() {
        assertThat(micros("timestamp", "yyyyMMddHHmmss", "20240131123456")).isEqualTo(NOON);
        assertThat(micros("timestamp", "d/M/yyyy h:mm:ss a", "31/1/2024 12:34:56 pm"))
                .isEqualTo(NOON);
        assertThat(micros("timestamp", "E, d MMM yyyy HH:mm:ss", "wed, 31 JAN 2024 12:34:56"))
                .isEqualTo(NOON);
        assertThat(micros("timestamptz", "yyyy-MM-dd HH:mm:ss XXX", "2024-01-31 13:34:56 +01:00"))
                .isEqualTo(NOON);
        assertThat(
                        micros(
                                "timestamptz",
                                "yyyy-MM-dd HH:mm:ss VV",
                                "2024-01-31 07:34:56 America/New_York"))
                .isEqualTo(NOON);
        // without a zone of its own, in the dataset's
        assertThat(micros("timestamptz", "yyyy-MM-dd HH:mm:ss", "2024-01-31 07:34:56"))
                .isEqualTo(NOON);
        // a time that a change of clocks leaves out, in the dataset's zone and in its own
        assertThat(micros("timestamptz", "yyyy-MM-dd HH:mm", "2024-03-10 02:30")).isNull();
        assertThat(micros("timestamptz", "yyyy-MM-dd HH:mm VV", "2024-03-31 02:30 Europe/Berlin"))
                .isNull();
        // finer than what PostgreSQL keeps
        assertThat(
                        micros(
                                "timestamp",
                                "yyyy-MM-dd HH:mm:ss.SSSSSSS",
                                "2024-01-31 12:34:56.0000001"))
                .isNull();
        // a weekday that is not that day's
        assertThat(micros("timestamp", "E yyyy-MM-dd", "Mon 2024-01-31")).isNull();
    }

    private static final Long NOON = 760_019_696_000_000L;

    private static @Nullable Long micros(String type, String pattern, String value) {
        var columns = List.of(patterned(type, pattern));
        var zone = ZoneId.of("America/New_York");
        var outcome = outcome(fast(columns, zone), 0, value);
        assertThat(outcome(plain(columns, zone), 0, value)).isEqualTo(outcome);
        return outcome.startsWith("hex ")
                ? ByteBuffer.wrap(HexFormat.of().parseHex(outcome.substring(12))).getLong()
                : null;
    }

    private static Column patterned(String type, String pattern) {
        return new Column(
                pattern,
                pattern,
                ColumnType.parse(type),
                /* required= */ false,
                null,
                null,
                null,
                null,
                null,
                new TimePattern(pattern));
    }

    private static final List<Column> PATTERNS =
            List.of(
                    patterned("date", "yyyyMMdd"),
                    patterned("date", "d.M.uuuu"),
                    patterned("date", "ddMMuuuu"),
                    patterned("date", "MM/dd/yy"),
                    patterned("date", "d-MMM-yyyy"),
                    patterned("timestamp", "d.M.yyyy H:m:s"),
                    patterned("timestamp", "dd.MM.yyyy HH:mm[:ss[.SSS]]"),
                    patterned("timestamp", "yyyyMMddHHmmssSSSSSS"),
                    patterned("timestamptz", "dd.MM.yyyy HH:mm"),
                    patterned("timestamptz", "dd.MM.yyyy HH:mm[X]"));

    @Provide
    Arbitrary<String> patterned() {
        return Arbitraries.of(
                        "1",
                        "01",
                        "31",
                        "29",
                        "02",
                        "2",
                        "2024",
                        "2023",
                        "0000",
                        "99999",
                        "10",
                        "24",
                        "60",
                        ".",
                        "/",
                        "-",
                        ":",
                        " ",
                        "Feb",
                        "Z",
                        "+01",
                        "000",
                        "123456",
                        "10.03.2024 02:30",
                        "3.11.2024 1:30:0",
                        "29.2.2024",
                        "20240229",
                        "-1",
                        "+")
                .list()
                .ofMinSize(1)
                .ofMaxSize(7)
                .map(parts -> String.join("", parts));
    }

    private static void agree(String value) {
        agree(EVERY_TYPE, value);
    }

    private static void agree(List<Column> columns, String value) {
        var fast = fast(columns, ZoneId.of("America/New_York"));
        var plain = plain(columns, ZoneId.of("America/New_York"));
        for (var column = 0; column < columns.size(); column++) {
            assertThat(outcome(fast, column, value))
                    .as("%s as %s", value, columns.get(column).name())
                    .isEqualTo(outcome(plain, column, value));
        }
    }

    private static Values fast(List<Column> columns, ZoneId zone) {
        return new FastValues(columns, sets(columns), zone, Words.STANDARD);
    }

    private static Values plain(List<Column> columns, ZoneId zone) {
        return new PlainValues(columns, sets(columns), zone, Words.STANDARD);
    }

    private static List<@Nullable LookupSet> sets(List<Column> columns) {
        return Reading.assertNoTrouble(() -> {
            var dataset = Dataset.of("values", Format.of(Format.Type.CSV), columns);
            return new Lookups(new Assets(Path.of("../assets"))).of(dataset);
        });
    }

    // what stands around a value has no say
    private static String outcome(Values values, int column, String value) {
        var outcome = outcome(values, column, "x", value, "x");
        for (var around : List.of("", "9.0123456789.01234567899999999999999")) {
            if (!outcome(values, column, around, value, around).equals(outcome)) {
                throw new AssertionError("%s between %s".formatted(value, around));
            }
        }
        return outcome;
    }

    private static String outcome(
            Values values, int column, String before, String value, String behind) {
        var bytes = (before + value + behind).getBytes(UTF_8);
        var from = before.length();
        var out = new CopyBuffer(16);
        RejectCode code = values.put(column, bytes, from, from + value.getBytes(UTF_8).length, out);
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
