package dev.sluice.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.dataset.Mode;
import dev.sluice.dataset.OnReplace;
import dev.sluice.dataset.Table;
import java.io.IOException;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// The danger: a value is taken and means something else. Here the second opinion is the server's,
/// of the same text. It takes more than we do; what both take has to be the same value.
class ValuesAgainstPostgresTest {
    private final CopyServer server = CopyServer.ofAllProperties();

    /// @param type the column's
    /// @param read the type by which the server reads the text
    /// @param same how the stored `v` and the text `t` are compared
    private record Opinion(String type, String read, String same) {
        static Opinion printed(String type) {
            return new Opinion(type, type, "v::text = t::%s::text".formatted(type));
        }

        // By numeric, which knows all digits: the server rounds where we refuse, and 1e3 is no
        // integer for it.
        static Opinion number(String type) {
            return new Opinion(type, "numeric", "v = t::numeric");
        }
    }

    private static final List<Opinion> NUMBERS =
            Stream.concat(
                            Stream.of(
                                            "bigint",
                                            "integer",
                                            "smallint",
                                            "numeric(6,2)",
                                            "numeric(30,10)",
                                            "numeric(4,4)")
                                    .map(Opinion::number),
                            Stream.of("double precision", "real").map(Opinion::printed))
                    .toList();

    @Property(tries = 30)
    void storesTheServersNumbers(@ForAll("numbers") List<String> texts)
            throws SQLException, IOException {
        for (var opinion : NUMBERS) {
            agree(opinion, "UTC", texts);
        }
    }

    @Provide
    Arbitrary<List<String>> numbers() {
        var digits = Arbitraries.strings().numeric().ofMaxLength(25);
        var exponent = Arbitraries.integers().between(-330, 310).map(e -> "e" + e);
        var number =
                Combinators.combine(
                                Arbitraries.of("", "", "-", "+"),
                                Arbitraries.strings().withChars("0").ofMaxLength(3),
                                shortOrLong(digits),
                                Arbitraries.of("", ".", "."),
                                shortOrLong(digits),
                                Arbitraries.oneOf(Arbitraries.of("", "", "e1", "E+03"), exponent))
                        .as((sign, zeros, whole, point, rest, by) ->
                                sign + zeros + whole + point + rest + by);
        var doubles = Arbitraries.longs().map(bits -> "" + Double.longBitsToDouble(bits));
        var floats = Arbitraries.integers().map(bits -> "" + Float.intBitsToFloat(bits));
        return Texts.damaged(Arbitraries.oneOf(number, doubles, floats), "0123456789+-.eE nf_,x");
    }

    private static Arbitrary<String> shortOrLong(Arbitrary<String> digits) {
        return Arbitraries.oneOf(digits, digits.map(it -> it.substring(0, it.length() / 8)));
    }

    @Property(tries = 30)
    void storesTheServersDays(@ForAll("days") List<String> texts) throws SQLException, IOException {
        agree(Opinion.printed("date"), "UTC", texts);
    }

    @Provide
    Arbitrary<List<String>> days() {
        return Texts.damaged(day(), DAMAGE);
    }

    private static final String DAMAGE = "0123456789-:. TZz+";

    // 1582, 1600, 1900 and 2000 have their own Februaries, or had
    private static Arbitrary<String> day() {
        return Combinators.combine(
                        Arbitraries.oneOf(
                                Arbitraries.integers().between(1, 9999),
                                Arbitraries.of(1, 1582, 1600, 1900, 1970, 2000, 2024, 9999)),
                        Arbitraries.integers().between(1, 12),
                        Arbitraries.oneOf(
                                Arbitraries.integers().between(1, 31), Arbitraries.of(28, 29, 30)))
                .as("%04d-%02d-%02d"::formatted);
    }

    @Property(tries = 30)
    void storesTheServersTimes(@ForAll("times") List<String> texts)
            throws SQLException, IOException {
        agree(Opinion.printed("timestamp"), "UTC", texts);
        for (var zone : ZONES) {
            agree(MOMENT, zone, texts);
        }
    }

    // one with an odd offset, two whose clocks change, one that was not there one day
    private static final List<String> ZONES =
            List.of("UTC", "Asia/Kolkata", "America/New_York", "Europe/Berlin", "Pacific/Apia");

    // An hour that comes twice is the first one for us and may be the second one for the server:
    // of a text without a zone both are what the wall showed.
    private static final Opinion MOMENT =
            new Opinion(
                    "timestamptz",
                    "timestamptz",
                    """
                    v = t::timestamptz OR (t !~ '([zZ]|[+-]\\d\\d(:?\\d\\d)?)$'
                        AND v AT TIME ZONE current_setting('TimeZone') = t::timestamp)
                    """);

    @Provide
    Arbitrary<List<String>> times() {
        var two = Arbitraries.integers().between(0, 99).map("%02d"::formatted);
        var time =
                Combinators.combine(
                                Arbitraries.integers().between(0, 24),
                                Arbitraries.integers().between(0, 59),
                                Arbitraries.integers().between(0, 60))
                        .as("%02d:%02d:%02d"::formatted);
        var fraction = Arbitraries.strings().numeric().ofMaxLength(9).map(it -> "." + it);
        var zone =
                Combinators.combine(
                                Arbitraries.of("+0", "-0", "+1", "-1"),
                                Arbitraries.integers().between(0, 9),
                                Arbitraries.of("", ":", ""),
                                two)
                        .as((sign, hour, colon, minutes) -> sign + hour + colon + minutes);
        return Texts.damaged(
                Combinators.combine(
                                Arbitraries.oneOf(
                                        day(),
                                        Arbitraries.of("2024-03-10", "2024-11-03", "2011-12-30")),
                                Arbitraries.of(" ", "T"),
                                time,
                                Arbitraries.oneOf(Arbitraries.of(""), fraction),
                                Arbitraries.oneOf(Arbitraries.of("", "Z", "z", "+01"), zone))
                        .as((day, gap, at, rest, offset) -> day + gap + at + rest + offset),
                DAMAGE);
    }

    @Property(tries = 30)
    void storesTheServersWords(@ForAll("words") List<String> texts)
            throws SQLException, IOException {
        for (var type : List.of("boolean", "uuid", "double precision", "text", "varchar(3)")) {
            agree(Opinion.printed(type), "UTC", texts);
        }
    }

    @Provide
    Arbitrary<List<String>> words() {
        var words =
                Arbitraries.of(
                        "true",
                        "t",
                        "TRUE",
                        "1",
                        "false",
                        "F",
                        "0",
                        "yes",
                        "on",
                        "off",
                        "NaN",
                        "Infinity",
                        "-inf",
                        "null",
                        "\\N",
                        "\\.");
        var uuids =
                Combinators.combine(
                                Arbitraries.longs(),
                                Arbitraries.longs(),
                                Arbitraries.of(true, false))
                        .as((high, low, dashes) -> {
                            var uuid = new UUID(high, low).toString();
                            return dashes ? uuid : uuid.replace("-", "");
                        });
        return Texts.damaged(
                Arbitraries.oneOf(words, uuids, Arbitraries.strings().ofMaxLength(5)),
                "-{}aF \t\n\"");
    }

    @Property(tries = 30)
    void storesTheServersJson(@ForAll("json") List<String> texts) throws SQLException, IOException {
        agree(Opinion.printed("jsonb"), "UTC", texts);
    }

    @Provide
    Arbitrary<List<String>> json() {
        return Texts.damaged(Texts.json(), "{}[],:\"\\ue1.-+0 ");
    }

    private void agree(Opinion opinion, String zone, List<String> texts)
            throws SQLException, IOException {
        var column = Column.of("v", ColumnType.parse(opinion.type));
        var dataset =
                new Dataset(
                        "values",
                        new Table("public", "values"),
                        Format.of(Format.Type.CSV),
                        List.of(column),
                        List.of(),
                        Mode.APPEND,
                        OnReplace.APPEND,
                        OptionalLong.empty(),
                        OptionalDouble.empty(),
                        /* provenance= */ true,
                        ZoneId.of(zone));
        server.execute("SET TIME ZONE '%s'".formatted(zone));
        var copied =
                server.copy(
                        dataset,
                        texts.stream()
                                .map(CopyServer::quoted)
                                .collect(Collectors.joining("\n", "v\n", "\n")));
        assertThat(copied.rows() + copied.rejects().size()).isEqualTo(texts.size());
        // What the server refuses is not taken, but for a zero: it stays one by any exponent.
        var others =
                server.query(
                        """
                        SELECT format('%%s is stored as %%s', to_json(t), v)
                        FROM "values" JOIN unnest(?) WITH ORDINALITY AS told (t, n) ON n = _record
                        WHERE CASE WHEN pg_input_is_valid(t, '%s') THEN (%s) IS NOT TRUE
                            ELSE t !~ '^[-+]?[0.]+[eE][-+]?\\d+$' END
                        """
                                .formatted(opinion.read, opinion.same),
                        texts);
        assertThat(others).as(opinion.type + " in " + zone).isEmpty();
    }
}
