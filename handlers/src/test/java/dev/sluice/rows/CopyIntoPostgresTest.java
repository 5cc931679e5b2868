package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.dataset.Mode;
import dev.sluice.dataset.OnReplace;
import dev.sluice.dataset.Table;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The danger: PostgreSQL takes our bytes for something else than the file said. Each value of the
/// table goes through a real COPY and is read back as the server prints it.
class CopyIntoPostgresTest {
    private static CopyServer server;

    @BeforeAll
    static void start() throws IOException, SQLException {
        server = new CopyServer();
    }

    @AfterAll
    static void stop() throws IOException, SQLException {
        server.close();
    }

    static Stream<ValueCases.Group> groups() {
        return ValueCases.groups();
    }

    @ParameterizedTest
    @MethodSource("groups")
    void storesWhatTheFileSays(ValueCases.Group group) throws SQLException, IOException {
        var dataset =
                new Dataset(
                        "values",
                        new Table("public", "values"),
                        Format.of(Format.Type.CSV),
                        List.of(group.column()),
                        List.of(),
                        Mode.APPEND,
                        OnReplace.APPEND,
                        OptionalLong.empty(),
                        OptionalDouble.empty(),
                        /* provenance= */ true,
                        group.zone());
        var file = new StringBuilder("v\n");
        group.stored()
                .keySet()
                .forEach(value -> file.append(CopyServer.quoted(value)).append('\n'));
        assertThat(server.copy(dataset, file.toString()).rejects()).isEmpty();
        var printed = server.query("SELECT v::text FROM \"values\" ORDER BY _record");
        var expected = new ArrayList<>(group.stored().values());
        assertThat(printed).hasSameSizeAs(expected);
        for (var i = 0; i < expected.size(); i++) {
            // 1~: a number too long to be written out in the table
            if (expected.get(i).endsWith("~")) {
                assertThat(printed.get(i)).startsWith("1000");
            } else {
                assertThat(printed.get(i)).isEqualTo(expected.get(i));
            }
        }
        assertThat(server.query("SELECT DISTINCT _job::text FROM \"values\""))
                .containsExactly("42");
        assertThat(
                        server.query(
                                "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                                        + " WHERE attrelid = '\"values\"'::regclass AND attname = 'v'"))
                .containsExactly(group.column().type().catalogName());
    }

    @Test
    void keepsNaughtyStringsAsTheyAre() throws SQLException, IOException {
        var strings = new ArrayList<String>();
        for (var item :
                JSON.std.listFrom(new String(Corpus.bytes("naughty-strings.json"), UTF_8))) {
            strings.add((String) item);
        }
        var file = new StringBuilder("v\n");
        strings.forEach(value -> file.append(CopyServer.quoted(value)).append('\n'));
        var dataset = Reading.texts(Format.of(Format.Type.CSV), "v");
        assertThat(server.copy(dataset, file.toString()).rejects()).isEmpty();
        assertThat(server.query("SELECT v FROM texts ORDER BY _record")).isEqualTo(strings);
    }

    @Test
    void tellsNullFromEmptyText() throws SQLException, IOException {
        var dataset = Reading.texts(Format.of(Format.Type.CSV), "v", "w");
        server.copy(dataset, "v,w\n,\"\"\n");
        assertThat(server.query("SELECT (v IS NULL)::text || (w = '')::text FROM texts"))
                .containsExactly("truetrue");
    }

    @ParameterizedTest
    @MethodSource("floats")
    void roundsFloatsAsTheServerDoes(String type, String value) throws SQLException, IOException {
        var column = Column.of("v", ColumnType.parse(type));
        var dataset = Dataset.of("floats", Format.of(Format.Type.CSV), List.of(column));
        server.copy(dataset, "v\n" + value + "\n");
        assertThat(server.query("SELECT (v = '%s'::%s)::text FROM floats".formatted(value, type)))
                .containsExactly("true");
    }

    static Stream<Arguments> floats() {
        return Stream.of("real", "double precision")
                .flatMap(type ->
                        Stream.of(
                                        "1e23",
                                        "9007199254740993",
                                        "2.2250738585072011e-38",
                                        "1.00000017881393432617187499",
                                        "1.00000017881393432617187500",
                                        "1.00000017881393432617187501",
                                        "16777217",
                                        "8.5e-3",
                                        "123456.789e-10",
                                        "0.30000000000000004")
                                .map(value -> Arguments.of(type, value)));
    }
}
