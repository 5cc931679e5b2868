package dev.sluice.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataset.Column;
import dev.sluice.dataset.ColumnType;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.Format;
import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// The danger: both readers of JSON Lines stand on one library, and what it misreads neither of
/// them sees. The server has its own: what it finds in the same line has to be what is stored.
class MembersAgainstPostgresTest {
    private static final Dataset DATASET =
            Dataset.of(
                    "members",
                    Format.of(Format.Type.JSONL),
                    List.of(
                            Column.of("a", ColumnType.parse("text")),
                            Column.of("j", ColumnType.parse("jsonb"))));

    private final CopyServer server = CopyServer.ofAllProperties();

    @Property(tries = 60)
    void storesWhatTheServerFinds(@ForAll("lines") List<String> lines)
            throws SQLException, IOException {
        var copied = server.copy(DATASET, String.join("\n", lines));
        assertThat(copied.rows() + copied.rejects().size()).isEqualTo(lines.size());
        // What is no jsonb because of a member that nobody asked for can't be taken apart there.
        var others =
                server.query(
                        """
                        SELECT format('%s is stored as %s and %s', to_json(t), a, j)
                        FROM members JOIN unnest(?) WITH ORDINALITY AS told (t, n) ON n = _record
                        WHERE CASE WHEN NOT pg_input_is_valid(t, 'json') THEN true
                            WHEN NOT pg_input_is_valid(t, 'jsonb') THEN false
                            ELSE a IS DISTINCT FROM t::json ->> 'a'
                                OR j IS DISTINCT FROM nullif((t::json -> 'j')::jsonb, 'null') END
                        """,
                        lines);
        assertThat(others).isEmpty();
    }

    @Property(tries = 60)
    void callsNothingBrokenThatIsAnObjectForTheServer(@ForAll("lines") List<String> lines)
            throws SQLException, IOException {
        var broken =
                server.copy(DATASET, String.join("\n", lines)).rejects().stream()
                        .filter(it -> it.code() == RejectCode.INVALID_RECORD && it.column() == null)
                        .map(Reject::record)
                        .map(String::valueOf)
                        .toList();
        var whole =
                server.query(
                        """
                        SELECT t FROM unnest(?) WITH ORDINALITY AS told (t, n)
                        WHERE n::text = ANY (?) AND CASE WHEN pg_input_is_valid(t, 'json')
                            THEN json_typeof(t::json) = 'object' ELSE false END
                        """,
                        lines,
                        broken);
        assertThat(whole).isEmpty();
    }

    @Provide
    Arbitrary<List<String>> lines() {
        var names = Arbitraries.of("a", "j", "\\u0061", "x", "A", "é");
        var member =
                Combinators.combine(names, Texts.json())
                        .as((name, value) -> "\"%s\" :%s".formatted(name, value));
        var line = member.list().ofMaxSize(4).map(it -> "{" + String.join(", ", it) + " }");
        return Texts.damaged(line, "{}[],:\"\\ue1.-+0 aj")
                .filter(lines -> lines.stream().noneMatch(String::isBlank));
    }
}
