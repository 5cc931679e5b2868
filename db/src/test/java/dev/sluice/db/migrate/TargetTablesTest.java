package dev.sluice.db.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.db.Database;
import dev.sluice.db.StagingTable;
import dev.sluice.db.TableColumns;
import dev.sluice.db.TestingPostgres;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The danger: a table that takes rows other than the dataset says, or loses what it had.
class TargetTablesTest {
    private final Database database =
            new Database(TestingPostgres.as("postgres"), InstantSource.system());

    @BeforeEach
    void dropTheTable() throws SQLException {
        TestingPostgres.run("DROP TABLE IF EXISTS public.\"Odd \"\"name\", sluice_stage.odd");
    }

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void createsATableWithProvenanceUnderItsNameAsWritten() throws Exception {
        var applied = apply(table(List.of("id"), "id", "bigint", "name", "character varying(3)"));

        assertThat(applied.created()).isTrue();
        assertThat(columns())
                .containsExactly(
                        Map.entry("id", "bigint"),
                        Map.entry("name", "character varying(3)"),
                        Map.entry("_job", "integer"),
                        Map.entry("_record", "bigint"));
    }

    @Test
    void addsColumnsAndChangesNothingElse() throws Exception {
        apply(table(List.of(), "id", "bigint"));

        var applied = apply(table(List.of(), "id", "bigint", "added", "numeric(9,2)"));

        assertThat(applied).isEqualTo(new TargetTables.Applied(false, List.of("added")));
        assertThat(columns()).containsKeys("id", "_job", "_record", "added");
        assertThat(apply(table(List.of(), "id", "bigint")).addedColumns()).isEmpty();
    }

    @Test
    void refusesAColumnOfAnotherTypeAndChangesNothing() throws Exception {
        apply(table(List.of(), "id", "bigint"));

        assertThatThrownBy(() -> apply(table(List.of(), "added", "text", "id", "integer")))
                .isInstanceOf(TableMisfitException.class)
                .hasMessageContaining("column id")
                .hasMessageContaining("bigint")
                .hasMessageContaining("integer");
        assertThat(columns()).doesNotContainKey("added");
    }

    @Test
    void makesTheKeyUniqueOnce() throws Exception {
        var table = table(List.of("name", "id"), "id", "bigint", "name", "text");
        apply(table);
        apply(table);

        assertThat(
                        TestingPostgres.ask(
                                """
                                SELECT count(*) FROM pg_indexes WHERE tablename = 'Odd "name' AND indexdef LIKE '%UNIQUE%'
                                """))
                .isEqualTo("1");
    }

    @Test
    void refusesAKeyThatTheRowsAlreadyRepeat() throws Exception {
        apply(table(List.of(), "id", "bigint"));
        TestingPostgres.run("INSERT INTO public.\"Odd \"\"name\" (id) VALUES (1), (1)");

        assertThatThrownBy(() -> apply(table(List.of("id"), "id", "bigint")))
                .isInstanceOf(TableMisfitException.class)
                .hasMessageContaining("repeat the key (id)");
    }

    @Test
    void refusesAConstraintThatSpeaksOnlyAtCommit() throws Exception {
        apply(table(List.of(), "id", "bigint"));
        TestingPostgres.run(
                "ALTER TABLE public.\"Odd \"\"name\" ADD CONSTRAINT late UNIQUE (id) DEFERRABLE INITIALLY DEFERRED");

        assertThatThrownBy(() -> apply(table(List.of(), "id", "bigint")))
                .isInstanceOf(TableMisfitException.class)
                .hasMessageContaining("late");
    }

    @Test
    void letsTheLoaderInsertAndNotDelete() throws Exception {
        apply(table(List.of(), "id", "bigint"));

        assertThat(
                        TestingPostgres.ask(
                                """
                                SELECT has_table_privilege('sluice_loader', t, 'INSERT') || ' '
                                    || has_table_privilege('sluice_loader', t, 'DELETE')
                                FROM (VALUES ('public."Odd ""name"')) v (t)
                                """))
                .isEqualTo("true false");
    }

    @Test
    void makesAStagingTableWithTheColumnsOfTheDatasetAndGrantsByMode() throws Exception {
        apply(table(List.of("id"), "id", "bigint"));
        apply(table(List.of("id"), "id", "bigint", "added", "text"));
        var plain = table(List.of("id"), "id", "bigint", "added", "text");
        apply(
                new TargetTable(
                        plain.schema(),
                        plain.name(),
                        plain.columns(),
                        plain.key(),
                        /* provenance= */ true,
                        plain.staging(),
                        /* updates= */ true,
                        /* replaces= */ true));

        assertThat(staging()).containsOnlyKeys("id", "_job", "_record", "added");
        assertThat(
                        TestingPostgres.ask(
                                """
                                SELECT has_table_privilege('sluice_loader', 'public."Odd ""name"', 'UPDATE') || ' '
                                    || has_table_privilege('sluice_loader', 'public."Odd ""name"', 'DELETE') || ' '
                                    || has_table_privilege('sluice_loader', 'sluice_stage.odd', 'DELETE') || ' '
                                    || (SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%"Odd ""name"%(_job)')
                                """))
                .isEqualTo("true true true 1");
    }

    @Test
    void makesTheStagingTableAnewWhenATypeChangedUnlessRowsWaitInIt() throws Exception {
        apply(table(List.of(), "id", "bigint"));
        TestingPostgres.run("INSERT INTO sluice_stage.odd VALUES (1, -1, 1)");
        TestingPostgres.run("DROP TABLE public.\"Odd \"\"name\"");

        apply(table(List.of(), "id", "text"));

        assertThat(staging()).containsEntry("id", "text");
    }

    private Map<String, String> staging() throws SQLException {
        return database.inTransaction(c -> TableColumns.of(c, "sluice_stage", "odd"));
    }

    private TargetTables.Applied apply(TargetTable table)
            throws SQLException, TableMisfitException {
        return database.<TargetTables.Applied, TableMisfitException>inTransaction(
                c -> TargetTables.apply(c, table));
    }

    private Map<String, String> columns() throws SQLException {
        return database.inTransaction(c -> TableColumns.of(c, "public", "Odd \"name"));
    }

    private static TargetTable table(List<String> key, String... namesAndTypes) {
        var columns = new java.util.ArrayList<TargetTable.Column>();
        for (int i = 0; i < namesAndTypes.length; i += 2) {
            columns.add(new TargetTable.Column(namesAndTypes[i], namesAndTypes[i + 1]));
        }
        return new TargetTable(
                "public",
                "Odd \"name",
                columns,
                key,
                /* provenance= */ true,
                StagingTable.of("odd"),
                /* updates= */ false,
                /* replaces= */ false);
    }
}
