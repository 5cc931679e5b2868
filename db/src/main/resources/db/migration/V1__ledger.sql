-- The ledger: what was dropped, how it was cut, what became of every chunk and of every refused record.
-- Only statements that carry the right fence, in the right state, may write; see decisions/0003.

CREATE TABLE sluice.job (
    id               uuid PRIMARY KEY,
    number           integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant           text NOT NULL,
    dataset          text NOT NULL,
    state            text NOT NULL CHECK (state IN (
                         'AWAITING_UPLOAD', 'QUEUED', 'LOADING', 'SUCCEEDED', 'SUCCEEDED_WITH_REJECTS',
                         'FAILED', 'DUPLICATE', 'CANCELLED', 'EXPIRED')),
    road             text CHECK (road IN ('direct', 'staged')),
    dry_run          boolean NOT NULL DEFAULT false,
    label            text,
    -- the drop: one version of one object
    bucket           text NOT NULL,
    object_key       text NOT NULL,
    version_id       text,
    etag             text,
    content_mark     text,
    bytes            bigint,
    sequencer        text COLLATE "C",
    dropped_at       timestamptz NOT NULL,
    -- the plan: chunks are registered up to plan_byte; whoever holds plan_fence goes on from there
    layout           text,
    compression      text,
    planned          boolean NOT NULL DEFAULT false,
    plan_fence       integer NOT NULL DEFAULT 0,
    plan_lease_until timestamptz,
    plan_tries       integer NOT NULL DEFAULT 0,
    plan_byte        bigint,
    plan_line        bigint,
    plan_record      bigint,
    chunks           integer NOT NULL DEFAULT 0,
    chunks_left      integer NOT NULL DEFAULT 0 CHECK (chunks_left BETWEEN 0 AND chunks),
    bytes_done       bigint NOT NULL DEFAULT 0,
    -- the books
    rows_read        bigint NOT NULL DEFAULT 0,
    rows_loaded      bigint NOT NULL DEFAULT 0,
    rows_rejected    bigint NOT NULL DEFAULT 0,
    rows_duplicate   bigint NOT NULL DEFAULT 0,
    rows_discarded   bigint NOT NULL DEFAULT 0,
    duplicate_of     uuid REFERENCES sluice.job (id),
    error_code       text,
    error_message    text,
    started_at       timestamptz,
    finished_at      timestamptz,
    CONSTRAINT job_of_one_drop UNIQUE (bucket, object_key, version_id),
    CONSTRAINT job_books_balance CHECK (rows_read = rows_loaded + rows_rejected + rows_duplicate + rows_discarded),
    CONSTRAINT job_error_when_failed CHECK ((state = 'FAILED') = (error_code IS NOT NULL)),
    CONSTRAINT job_succeeds_complete CHECK (state NOT IN ('SUCCEEDED', 'SUCCEEDED_WITH_REJECTS') OR (planned AND chunks_left = 0))
);

-- Jobs of one key run one at a time: the database refuses a second one.
CREATE UNIQUE INDEX job_one_loading_per_key ON sluice.job (bucket, object_key) WHERE state = 'LOADING';
CREATE INDEX job_by_key ON sluice.job (bucket, object_key, number);
CREATE INDEX job_by_tenant ON sluice.job (tenant, number DESC);
CREATE INDEX job_unfinished ON sluice.job (number) WHERE state IN ('QUEUED', 'LOADING');

CREATE TABLE sluice.chunk (
    job_id         uuid NOT NULL REFERENCES sluice.job (id) ON DELETE CASCADE,
    number         integer NOT NULL,
    start_byte     bigint NOT NULL,
    end_byte       bigint NOT NULL,
    first_line     bigint NOT NULL,
    first_record   bigint NOT NULL,
    state          text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'LEASED', 'DONE')),
    fence          integer NOT NULL DEFAULT 0,
    lease_until    timestamptz,
    tries          integer NOT NULL DEFAULT 0,
    sent_at        timestamptz NOT NULL DEFAULT now(),
    sends          integer NOT NULL DEFAULT 1,
    last_error     text,
    rows_read      bigint NOT NULL DEFAULT 0,
    rows_loaded    bigint NOT NULL DEFAULT 0,
    rows_rejected  bigint NOT NULL DEFAULT 0,
    rows_duplicate bigint NOT NULL DEFAULT 0,
    rows_discarded bigint NOT NULL DEFAULT 0,
    finished_at    timestamptz,
    PRIMARY KEY (job_id, number),
    CONSTRAINT chunk_is_a_range CHECK (start_byte <= end_byte),
    CONSTRAINT chunk_lease_when_leased CHECK ((state = 'LEASED') = (lease_until IS NOT NULL)),
    CONSTRAINT chunk_books_balance CHECK (rows_read = rows_loaded + rows_rejected + rows_duplicate + rows_discarded)
);
CREATE INDEX chunk_unfinished ON sluice.chunk (sent_at) WHERE state <> 'DONE';

CREATE TABLE sluice.reject (
    job_id      uuid NOT NULL REFERENCES sluice.job (id) ON DELETE CASCADE,
    record      bigint NOT NULL,
    line        bigint NOT NULL,
    byte_offset bigint NOT NULL,
    column_name text,
    code        text NOT NULL,
    message     text NOT NULL,
    raw         text NOT NULL,
    PRIMARY KEY (job_id, record)
);

-- Where a scheduled walk stopped, so that each run does a bounded part of it.
CREATE TABLE sluice.walk (
    name     text PRIMARY KEY,
    position text,
    moved_at timestamptz NOT NULL DEFAULT now()
);

-- Roles. Their time limits stand here and not in a SET at run time, which would pin a proxy session.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['sluice_loader', 'sluice_clerk', 'sluice_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN
            EXECUTE format('GRANT rds_iam TO %I', name);
        END IF;
        EXECUTE format('ALTER ROLE %I SET lock_timeout = ''10s''', name);
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''60s''', name);
        EXECUTE format('GRANT USAGE ON SCHEMA sluice TO %I', name);
    END LOOP;
END
$$;
ALTER ROLE sluice_loader SET statement_timeout = '110s';
ALTER ROLE sluice_clerk SET statement_timeout = '8s';
ALTER ROLE sluice_reader SET statement_timeout = '8s';

GRANT SELECT, INSERT, UPDATE ON sluice.job, sluice.chunk, sluice.reject, sluice.walk TO sluice_loader;
GRANT SELECT, INSERT, UPDATE ON sluice.job TO sluice_clerk;
GRANT SELECT ON sluice.job, sluice.chunk, sluice.reject TO sluice_reader;
