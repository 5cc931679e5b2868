package dev.sluice.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.dataset.Mode;
import dev.sluice.dataset.OnReplace;
import dev.sluice.dataset.Table;
import dev.sluice.job.Position;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
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
import org.postgresql.PGConnection;

/// The danger: PostgreSQL takes our bytes for something else than the file said. Each value of the
/// table goes through a real COPY and is read back as the server prints it.
class CopyIntoPostgresTest {
    private static EmbeddedPostgres postgres;
    private static Connection connection;

    @BeforeAll
    static void start() throws IOException, SQLException {
        postgres = EmbeddedPostgres.start();
        connection = postgres.getPostgresDatabase().getConnection();
        execute("SET TIME ZONE 'UTC'");
    }

    @AfterAll
    static void stop() throws IOException, SQLException {
        connection.close();
        postgres.close();
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
        group.stored().keySet().forEach(value -> file.append(quoted(value)).append('\n'));
        var copied = copyInto(dataset, file.toString());
        assertThat(copied).isEqualTo(group.stored().size());
        var printed = query("SELECT v::text FROM \"values\" ORDER BY _record");
        var expected = new ArrayList<>(group.stored().values());
        for (var i = 0; i < expected.size(); i++) {
            // 1~: a number too long to be written out in the table
            if (expected.get(i).endsWith("~")) {
                assertThat(printed.get(i)).startsWith("1000");
            } else {
                assertThat(printed.get(i)).isEqualTo(expected.get(i));
            }
        }
        assertThat(query("SELECT DISTINCT _job::text FROM \"values\"")).containsExactly("42");
        assertThat(
                        query(
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
        strings.forEach(value -> file.append(quoted(value)).append('\n'));
        var dataset = Reading.texts(Format.of(Format.Type.CSV), "v");
        assertThat(copyInto(dataset, file.toString())).isEqualTo(strings.size());
        assertThat(query("SELECT v FROM texts ORDER BY _record")).isEqualTo(strings);
    }

    @Test
    void tellsNullFromEmptyText() throws SQLException, IOException {
        var dataset = Reading.texts(Format.of(Format.Type.CSV), "v", "w");
        copyInto(dataset, "v,w\n,\"\"\n");
        assertThat(query("SELECT (v IS NULL)::text || (w = '')::text FROM texts"))
                .containsExactly("truetrue");
    }

    @ParameterizedTest
    @MethodSource("floats")
    void roundsFloatsAsTheServerDoes(String type, String value) throws SQLException, IOException {
        var column = Column.of("v", ColumnType.parse(type));
        var dataset = Dataset.of("floats", Format.of(Format.Type.CSV), List.of(column));
        copyInto(dataset, "v\n" + value + "\n");
        assertThat(query("SELECT (v = '%s'::%s)::text FROM floats".formatted(value, type)))
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

    private static long copyInto(Dataset dataset, String file) throws SQLException, IOException {
        execute("DROP TABLE IF EXISTS " + dataset.table().quoted());
        var columns = new StringBuilder();
        dataset.columns()
                .forEach(column ->
                        columns.append(column.quoted())
                                .append(' ')
                                .append(column.type().sql())
                                .append(", "));
        execute(
                "CREATE TABLE %s (%s _job integer, _record bigint)"
                        .formatted(dataset.table().quoted(), columns));
        var in = new ByteArrayInputStream(file.getBytes(UTF_8));
        var header = Header.read(in, dataset, Limits.DEFAULT);
        var lookups = new Lookups(new Assets(Path.of("../assets")));
        var reader =
                RowReader.open(
                        in, header.next(), dataset, header.layout(), lookups, 42, Limits.DEFAULT);
        var batch = new RowBatch();
        long copied = 0;
        while (reader.next(batch)) {
            assertThat(batch.rejects()).isEmpty();
            // in two runs, as after a refusal
            var half = batch.rows() / 2;
            copied += copy(dataset, batch, 0, half) + copy(dataset, batch, half, batch.rows());
        }
        assertThat(reader.position()).isNotEqualTo(Position.START);
        return copied;
    }

    private static long copy(Dataset dataset, RowBatch batch, int from, int to)
            throws SQLException {
        var api = connection.unwrap(PGConnection.class).getCopyAPI();
        var copy = api.copyIn(RowReader.copySql(dataset, dataset.table()));
        batch.copy(from, to, copy::writeToCopy);
        return copy.endCopy();
    }

    private static void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> query(String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var values = new ArrayList<String>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    private static String quoted(String value) {
        return '"' + value.replace("\"", "\"\"") + '"';
    }
}
