package dev.sluice.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The danger: a function that can do more to the database than its duty needs.
class RolesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    sluice_reader | DELETE FROM sluice.job
                    sluice_reader | UPDATE sluice.job SET state = 'QUEUED'
                    sluice_reader | SELECT * FROM sluice.walk
                    sluice_clerk  | SELECT * FROM sluice.reject
                    sluice_clerk  | UPDATE sluice.chunk SET state = 'DONE'
                    sluice_loader | DELETE FROM sluice.job
                    sluice_loader | TRUNCATE sluice.chunk
                    sluice_loader | CREATE TABLE sluice.mine (id integer)
                    sluice_loader | CREATE TABLE public.mine (id integer)
                    sluice_loader | DROP TABLE sluice.job
                    """)
    void refusesWhatIsNotARolesDuty(String role, String sql) {
        assertThatThrownBy(() -> runAs(role, sql))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }

    @Test
    void boundsEveryWaitOfARoleWithoutASetAtRunTime() throws SQLException {
        try (var connection = TestingPostgres.as("sluice_loader").dataSource().getConnection();
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                """
                                SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings
                                WHERE name IN ('lock_timeout', 'statement_timeout',
                                    'idle_in_transaction_session_timeout', 'application_name')
                                """)) {
            row.next();
            assertThat(row.getString(1))
                    .isEqualTo(
                            "application_name=test idle_in_transaction_session_timeout=60000"
                                    + " lock_timeout=10000 statement_timeout=110000");
        }
    }

    private static void runAs(String role, String sql) throws SQLException {
        try (var connection = TestingPostgres.as(role).dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
