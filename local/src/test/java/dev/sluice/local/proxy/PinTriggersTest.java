package dev.sluice.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The danger: a statement that pins in AWS goes unseen here, or one that does not stops a build.
final class PinTriggersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET search_path TO x",
                "set local statement_timeout = 1",
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
                " -- first\n/* a /* nested */ note */ SET TIME ZONE 'UTC'",
                "close all; unlisten *; RESET ALL",
                "DISCARD ALL",
                "PREPARE p AS SELECT 1",
                "EXECUTE p",
                "DEALLOCATE p",
                "DECLARE c CURSOR FOR SELECT 1",
                "LISTEN jobs",
                "LOAD 'auto_explain'",
                "CREATE TEMP TABLE t (a int)",
                "CREATE TEMPORARY SEQUENCE s",
                "CREATE OR REPLACE TEMP VIEW v AS SELECT 1",
                "SELECT 1 INTO TEMP t",
                "SELECT nextval('s')",
                "INSERT INTO t VALUES (setval ('s', 1))",
                "SELECT \"nextval\"('s')",
                "SELECT pg_catalog.set_config('a.b', 'c', true)",
                "SELECT pg_advisory_lock(1)",
                "SELECT pg_try_advisory_xact_lock(1)",
                "SELECT 'it''s'; SET a.b = 'c'",
                "SELECT E'a\\'b'; SET a.b = 'c'",
                "SELECT $x$ ' $x$; SET a.b = 'c'",
                "SELECT $1; SET a.b = 'c'",
                "SELECT 1::int4; SET a.b = 'c'",
            })
    void seesWhatPins(String text) {
        assertThat(PinTriggers.in(text)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";;",
                "BEGIN ISOLATION LEVEL REPEATABLE READ",
                "UPDATE t SET a = 1",
                "ALTER ROLE r SET lock_timeout = '1s'",
                "SAVEPOINT s",
                "SHOW search_path",
                "SELECT 'SET a; nextval(''s'')'",
                "SELECT 1 -- ; SET a = 1\n, 2",
                "SELECT /* ; SET a = 1 */ 1",
                "DO $do$ BEGIN PERFORM 1; SET LOCAL a.b = 'c'; END $do$",
                "SELECT $$;SET a$$, $1, $2",
                "SELECT \"set\", nextval FROM \"temp\"",
                "CREATE TABLE temps (temp int)",
                "COPY t FROM STDIN (FORMAT binary)",
                "CREATE TRIGGER t BEFORE INSERT ON x EXECUTE FUNCTION f()",
                "INSERT INTO t SELECT pg_advisory FROM u",
            })
    void letsPassWhatDoesNot(String text) {
        assertThat(PinTriggers.in(text)).isEmpty();
    }
}
