package dev.sluice.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.db.Move.Moved;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The danger: a good row lost beside a bad one, a refused record that hides a good one of its key,
/// a count that is not the database's.
class MoveTest {
    private static final int JOB = 7;

    private final Database database = TestingPostgres.loader();
    private final List<Integer> replaced = new ArrayList<>();
    private @Nullable Long mostRefused;
    private boolean keep = true;

    @BeforeEach
    void makeTables() throws SQLException {
        TestingPostgres.run(
                """
                DROP TABLE IF EXISTS public.moved, sluice_stage.moved;
                CREATE TABLE public.moved (id bigint, "%s $1" text, name text CHECK (name <> 'bad'), _job integer, _record bigint);
                CREATE UNIQUE INDEX ON public.moved (id);
                CREATE TABLE sluice_stage.moved (id bigint, "%s $1" text, name text, _job integer, _record bigint);
                CREATE INDEX ON sluice_stage.moved (_job, _record);
                GRANT SELECT, INSERT, UPDATE, DELETE ON public.moved, sluice_stage.moved TO sluice_loader;
                """);
    }

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void appendsAndNamesEachRefusedRowWithStateAndConstraint() throws SQLException {
        stage("1 a", "2 bad", "3 c", "1 again", "4 d");

        var moved = move("append");

        assertThat(moved).returns(3L, Moved::loaded).returns(0L, Moved::duplicate);
        assertThat(moved.refused())
                .extracting(Refusal::record, Refusal::sqlState, Refusal::constraint)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(2L, "23514", "moved_name_check"),
                        org.assertj.core.groups.Tuple.tuple(4L, "23505", "moved_id_idx"));
        assertThat(target()).isEqualTo("1a 3c 4d");
        assertThat(TestingPostgres.ask("SELECT count(*) FROM sluice_stage.moved")).isEqualTo("0");
    }

    @Test
    void letsTheLatestRecordOfAKeyWinUnderUpsert() throws SQLException {
        TestingPostgres.run(
                "INSERT INTO public.moved (id, name, _job, _record) VALUES (1, 'old', 1, 1), (9, 'stays', 1, 2)");
        stage("1 a", "2 b", "1 c", "2 d", "3 e");

        assertThat(move("upsert")).isEqualTo(new Moved(3, 2, true, List.of()));
        assertThat(target()).isEqualTo("1c 2d 3e 9stays");
    }

    @Test
    void doesNotLetARefusedRecordHideAnEarlierGoodOne() throws SQLException {
        stage("1 a", "1 b", "1 bad", "1 bad", "2 bad", "3 x", "4 bad", "4 bad", "4 y");

        var moved = move("upsert");

        assertThat(moved).returns(3L, Moved::loaded).returns(3L, Moved::duplicate);
        assertThat(moved.refused())
                .extracting(Refusal::record)
                .containsExactlyInAnyOrder(3L, 4L, 5L);
        assertThat(target()).isEqualTo("1b 3x 4y");
    }

    @Test
    void keepsTheFirstRecordOfAKeyUnderSkipDuplicatesAndWhatWasThere() throws SQLException {
        TestingPostgres.run(
                "INSERT INTO public.moved (id, name, _job, _record) VALUES (1, 'old', 1, 1)");
        stage("1 a", "2 bad", "2 b", "2 c", "3 x", "3 y");

        var moved = move("skip-duplicates");

        assertThat(moved).returns(2L, Moved::loaded).returns(3L, Moved::duplicate);
        assertThat(moved.refused()).extracting(Refusal::record).containsExactly(2L);
        assertThat(target()).isEqualTo("1old 2b 3x");
    }

    @Test
    void takesOutTheRowsOfTheFormerVersionFirst() throws SQLException {
        TestingPostgres.run(
                "INSERT INTO public.moved (id, name, _job, _record) VALUES (1, 'former', 3, 1), (2, 'former', 3, 2), (9, 'other', 4, 1)");
        stage("1 new", "5 new");
        replaced.add(3);

        assertThat(move("append")).isEqualTo(new Moved(2, 0, true, List.of()));
        assertThat(target()).isEqualTo("1new 5new 9other");
    }

    @Test
    void leavesNothingOfADryRunAndTellsAllTheSame() throws SQLException {
        TestingPostgres.run(
                "INSERT INTO public.moved (id, name, _job, _record) VALUES (1, 'former', 3, 1)");
        stage("1 new", "2 bad", "3 c");
        replaced.add(3);
        keep = false;

        var moved = move("append");

        assertThat(moved).returns(2L, Moved::loaded).returns(false, Moved::kept);
        assertThat(moved.refused()).extracting(Refusal::record).containsExactly(2L);
        assertThat(target()).isEqualTo("1former");
        assertThat(TestingPostgres.ask("SELECT count(*) FROM sluice_stage.moved")).isEqualTo("0");
    }

    @Test
    void leavesNothingWhenMoreIsRefusedThanMayBe() throws SQLException {
        stage("1 a", "2 bad", "3 bad");
        mostRefused = 1L;

        assertThat(move("append")).returns(false, Moved::kept).returns(1L, Moved::loaded);
        assertThat(target()).isEqualTo("null");
    }

    @Test
    void endsSoonWhenEveryRowIsRefusedAndWhenEveryOtherOneIs() throws SQLException {
        for (var mode : List.of("append", "upsert", "skip-duplicates")) {
            TestingPostgres.run(
                    "INSERT INTO sluice_stage.moved (id, name, _job, _record) SELECT i %% 500, 'bad', %d, i FROM generate_series(1, 3000) i"
                            .formatted(JOB));
            assertThat(move(mode, 3000).refused()).hasSize(3000);
        }
        TestingPostgres.run(
                "INSERT INTO sluice_stage.moved (id, name, _job, _record) SELECT i, CASE WHEN i %% 2 = 0 THEN 'bad' ELSE 'good' END, %d, i FROM generate_series(1, 3000) i"
                        .formatted(JOB));
        assertThat(move("upsert", 3000).loaded()).isEqualTo(1500);
    }

    @Test
    void raisesWhenRowsVanishInSilenceInEveryMode() throws SQLException {
        TestingPostgres.run(
                """
                CREATE OR REPLACE FUNCTION public.moved_drop() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RETURN CASE WHEN NEW.id = 2 THEN NULL ELSE NEW END; END $$;
                CREATE TRIGGER silent BEFORE INSERT ON public.moved FOR EACH ROW EXECUTE FUNCTION public.moved_drop();
                """);
        for (var mode : List.of("append", "upsert", "skip-duplicates")) {
            for (var beside : List.of("3 c", "3 bad")) {
                TestingPostgres.run("TRUNCATE sluice_stage.moved");
                stage("1 a", "2 b", beside);
                assertThatThrownBy(() -> move(mode))
                        .asInstanceOf(InstanceOfAssertFactories.type(SQLException.class))
                        .matches(Move::isSilentLoss);
            }
        }
    }

    @Test
    void raisesWhenTheStagedRowsAreNotWhatTheBooksSay() throws SQLException {
        stage("1 a", "2 b");

        assertThatThrownBy(() -> move("upsert", 3))
                .asInstanceOf(InstanceOfAssertFactories.type(SQLException.class))
                .matches(Move::isNotStaged);
    }

    private void stage(String... rows) throws SQLException {
        for (int i = 0; i < rows.length; i++) {
            var row = rows[i].split(" ", -1);
            TestingPostgres.run(
                    "INSERT INTO sluice_stage.moved (id, name, _job, _record) VALUES (%s, '%s', %d, %d)"
                            .formatted(row[0], row[1], JOB, i + 1));
        }
    }

    private Moved move(String mode) throws SQLException {
        return move(
                mode,
                Long.parseLong(TestingPostgres.ask("SELECT count(*) FROM sluice_stage.moved")));
    }

    private Moved move(String mode, long expected) throws SQLException {
        return database.inTransaction(
                new Move(
                                StagingTable.of("moved"),
                                "public",
                                "moved",
                                List.of("id", "name", "%s $1", "_job", "_record"),
                                mode.equals("append") ? List.of() : List.of("id"),
                                mode,
                                JOB,
                                1,
                                Long.MAX_VALUE,
                                expected,
                                replaced,
                                mostRefused,
                                keep)
                        ::run);
    }

    private static String target() throws SQLException {
        return TestingPostgres.ask(
                "SELECT string_agg(id || name, ' ' ORDER BY id) FROM public.moved");
    }
}
