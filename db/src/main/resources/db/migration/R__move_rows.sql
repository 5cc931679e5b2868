-- Runs again whenever it changes; V2 has only the first wording.
-- Moves staged rows into their target and finds the rows that the target refuses, in one call: a round trip
-- for each bad row would make a file of bad rows take hours. Changes no state of the session and runs with
-- its caller's rights. Answers a row for each refused record, and one without a record for the whole.
--
-- Of the records of one key one wins: the latest under upsert, the first under skip-duplicates; one that is
-- refused gives way to the next. The fast way is one statement. When it is refused, the winners go in
-- slices that halve at each refusal and double at each success, so that the cost grows with the bad rows.
CREATE OR REPLACE FUNCTION sluice.move_rows(
    stage text, target_schema text, target_name text, columns text[], key text[], mode text,
    job integer, first_record bigint, last_record bigint,
    -- how many staged rows there are by the books
    expected bigint,
    -- jobs whose rows leave the target first
    replaced integer[],
    -- with more refused rows than these, or without `keep`, nothing is left in the target
    most_refused bigint, keep boolean)
RETURNS TABLE (
    record bigint, sql_state text, constraint_name text, column_name text, message text,
    loaded bigint, duplicate bigint, kept boolean)
LANGUAGE plpgsql AS $$
DECLARE
    page_size CONSTANT integer := 1000;
    staged   CONSTANT text := format('sluice_stage.%I s', stage);
    target   CONSTANT text := format('%I.%I', target_schema, target_name);
    mine     CONSTANT text := 's._job = $1 AND s._record BETWEEN $2 AND $3';
    listed   text;
    keyed    text;
    same_key text;
    latest   text := '';
    conflict text := '';
    choose   text;
    winners  text;
    insert   text;
    picked   text;
    sliced   text;
    slice_rows text;
    one_row  text;
    absent   text;
    page     bigint[];
    slice    bigint[];
    refused  bigint[] := '{}';
    careful  boolean := false;
    missing  boolean;
    moved    bigint := 0;
    counted  bigint;
    place    integer;
    reach    integer := page_size;
    family   bigint;
    decided  bigint := -1;
BEGIN
    SELECT string_agg(format('%I', c), ', ' ORDER BY i), string_agg(format('s.%I', c), ', ' ORDER BY i) INTO listed, picked
    FROM unnest(columns) WITH ORDINALITY AS u (c, i);
    SELECT string_agg(format('s.%I', c), ', ' ORDER BY i), string_agg(format('t.%1$I = s.%1$I', c), ' AND ')
    INTO keyed, same_key FROM unnest(key) WITH ORDINALITY AS u (c, i);

    CASE mode
        WHEN 'append' THEN
            keyed := 's._record';
        WHEN 'upsert' THEN
            latest := 'DESC';
            SELECT format('ON CONFLICT (%s) DO UPDATE SET %s', (SELECT string_agg(format('%I', k), ', ') FROM unnest(key) k),
                          string_agg(format('%1$I = excluded.%1$I', c), ', '))
            INTO conflict FROM unnest(columns) c WHERE c <> ALL (key) OR key @> columns;
        WHEN 'skip-duplicates' THEN
            SELECT format('ON CONFLICT (%s) DO NOTHING', string_agg(format('%I', k), ', ')) INTO conflict FROM unnest(key) k;
    END CASE;
    -- Put together and not formatted: a name may hold a percent sign.
    choose := CASE WHEN mode = 'append' THEN 'SELECT ' ELSE 'SELECT DISTINCT ON (' || keyed || ') ' END;
    winners := ' FROM ' || staged || ' WHERE ' || mine
        || CASE WHEN mode = 'append' THEN '' ELSE ' ORDER BY ' || keyed || ', s._record ' || latest END;
    insert := 'INSERT INTO ' || target || ' (' || listed || ') ';
    -- By its index, row for row: without statistics the planner would read the whole table for each slice.
    sliced := ' FROM unnest($2) AS r (n) CROSS JOIN LATERAL (SELECT * FROM ' || staged
        || ' WHERE s._job = $1 AND s._record = r.n OFFSET 0) s';
    slice_rows := 'SELECT ' || picked || sliced;
    one_row := 'SELECT ' || listed || ' FROM ' || staged || ' WHERE s._job = $1 AND s._record = $2';
    -- whether staged rows are there whose key is not in the target
    absent := ' NOT EXISTS (SELECT FROM ' || target || ' t WHERE ' || coalesce(same_key, 'true') || '))';

    BEGIN
        IF cardinality(replaced) > 0 THEN
            EXECUTE format('DELETE FROM %s WHERE _job = ANY ($1)', target) USING replaced;
        END IF;

        BEGIN
            EXECUTE insert || choose || listed || winners || ' ' || conflict USING job, first_record, last_record;
            GET DIAGNOSTICS moved = ROW_COUNT;
            IF moved <> expected THEN
                IF mode = 'skip-duplicates' THEN
                    EXECUTE 'SELECT EXISTS (SELECT FROM ' || staged || ' WHERE ' || mine || ' AND' || absent INTO missing USING job, first_record, last_record;
                ELSE
                    EXECUTE 'SELECT count(*) FROM (' || choose || 's._record' || winners || ') w'
                    INTO counted USING job, first_record, last_record;
                    missing := moved <> counted;
                END IF;
                IF missing THEN
                    RAISE EXCEPTION 'rows went in that are not there' USING ERRCODE = 'SL002';
                END IF;
            END IF;
        EXCEPTION
            WHEN data_exception OR integrity_constraint_violation OR raise_exception OR program_limit_exceeded
                    OR cardinality_violation THEN
                careful := true;
                moved := 0;
        END;

        IF careful THEN
            FOR page IN EXECUTE
                    'SELECT array_agg(p._record ORDER BY p.n) FROM (
                         SELECT s._record, row_number() OVER (ORDER BY ' || keyed || ') AS n
                         FROM (' || choose || 's.*' || winners || ') s) p
                     GROUP BY (p.n - 1) / ' || page_size || ' ORDER BY (p.n - 1) / ' || page_size
                    USING job, first_record, last_record LOOP
                place := 1;
                WHILE place <= cardinality(page) LOOP
                    slice := page[place : place + reach - 1];
                    BEGIN
                        EXECUTE insert || slice_rows || ' ' || conflict USING job, slice;
                        GET DIAGNOSTICS counted = ROW_COUNT;
                        IF counted <> cardinality(slice) THEN
                            missing := true;
                            IF mode = 'skip-duplicates' THEN
                                EXECUTE 'SELECT EXISTS (SELECT' || sliced || ' WHERE' || absent INTO missing USING job, slice;
                            END IF;
                            IF missing THEN
                                RAISE EXCEPTION 'rows went in that are not there' USING ERRCODE = 'SL002';
                            END IF;
                        END IF;
                        moved := moved + counted;
                        place := place + cardinality(slice);
                        reach := least(reach * 2, page_size);
                    EXCEPTION
                        WHEN data_exception OR integrity_constraint_violation OR raise_exception
                                OR program_limit_exceeded OR cardinality_violation THEN
                            IF cardinality(slice) = 1 THEN
                                GET STACKED DIAGNOSTICS sql_state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                                    constraint_name = CONSTRAINT_NAME, column_name = COLUMN_NAME;
                                record := slice[1];
                                refused := refused || record;
                                place := place + 1;
                                RETURN NEXT;
                            END IF;
                            reach := greatest(cardinality(slice) / 2, 1);
                    END;
                END LOOP;
            END LOOP;

            -- Records that a refused one had stood before, family by family.
            IF mode <> 'append' AND cardinality(refused) > 0 THEN
                -- One pass and one sort, whatever the planner thinks of a table without statistics: as a join
                -- it read the refused rows again for each staged one.
                FOR record, family IN EXECUTE
                        'SELECT _record, family FROM (
                             SELECT s._record, s._record = ANY ($4) AS is_refused,
                                    dense_rank() OVER (ORDER BY ' || keyed || ') AS family,
                                    bool_or(s._record = ANY ($4)) OVER (PARTITION BY ' || keyed || ') AS has_refused
                             FROM ' || staged || ' WHERE ' || mine || ') f
                         WHERE has_refused AND NOT is_refused ORDER BY 2, 1 ' || latest
                        USING job, first_record, last_record, refused LOOP
                    CONTINUE WHEN family = decided;
                    BEGIN
                        EXECUTE insert || one_row || ' ' || conflict USING job, record;
                        GET DIAGNOSTICS counted = ROW_COUNT;
                        IF counted = 0 THEN
                            missing := true;
                            IF mode = 'skip-duplicates' THEN
                                EXECUTE 'SELECT EXISTS (SELECT' || sliced || ' WHERE' || absent INTO missing USING job, ARRAY[record];
                            END IF;
                            IF missing THEN
                                RAISE EXCEPTION 'rows went in that are not there' USING ERRCODE = 'SL002';
                            END IF;
                        END IF;
                        moved := moved + counted;
                        decided := family;
                    EXCEPTION
                        WHEN data_exception OR integrity_constraint_violation OR raise_exception
                                OR program_limit_exceeded OR cardinality_violation THEN
                            GET STACKED DIAGNOSTICS sql_state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                                constraint_name = CONSTRAINT_NAME, column_name = COLUMN_NAME;
                            refused := refused || record;
                            RETURN NEXT;
                    END;
                END LOOP;
            END IF;
        END IF;

        kept := keep AND coalesce(cardinality(refused) <= most_refused, true);
        IF NOT kept THEN
            RAISE EXCEPTION 'undone' USING ERRCODE = 'SL001';
        END IF;
    EXCEPTION
        -- Takes back what was moved; the variables stand.
        WHEN SQLSTATE 'SL001' THEN NULL;
    END;

    EXECUTE format('DELETE FROM %s WHERE %s', staged, mine) USING job, first_record, last_record;
    GET DIAGNOSTICS counted = ROW_COUNT;
    IF counted <> expected THEN
        RAISE EXCEPTION 'the staging table had % rows of the job, not %', counted, expected USING ERRCODE = 'SL003';
    END IF;
    record := NULL;
    sql_state := NULL;
    constraint_name := NULL;
    column_name := NULL;
    message := NULL;
    loaded := moved;
    duplicate := expected - moved - cardinality(refused);
    RETURN NEXT;
END
$$;
