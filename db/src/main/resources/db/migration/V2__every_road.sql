-- The staged road, uploads and retries, limits on rejects, retention. Only adds, so that functions of the
-- version before can go on while a deploy is under way.

ALTER TABLE sluice.job
    -- grows with each retry; the fences of an attempt's chunks start above those of the attempts before
    ADD COLUMN attempt          integer NOT NULL DEFAULT 1,
    -- the limits this job was started with: the dataset's, tightened by the drop's metadata
    ADD COLUMN max_rejects      bigint CHECK (max_rejects >= 0),
    ADD COLUMN max_reject_ratio double precision CHECK (max_reject_ratio BETWEEN 0 AND 1),
    -- the version of the shared assets that the job began with; null where they have no versions
    ADD COLUMN assets_version   text,
    -- rows that wait in the staging table for the job's publish
    ADD COLUMN rows_staged      bigint NOT NULL DEFAULT 0,
    -- an upload that is awaited: until when its URL is good, and its multipart upload
    ADD COLUMN upload_until     timestamptz,
    ADD COLUMN upload_id        text,
    -- when the job's details were removed by retention; its mark stays, since marks never expire
    ADD COLUMN expunged_at      timestamptz,
    DROP CONSTRAINT job_books_balance,
    ADD CONSTRAINT job_books_balance CHECK (
        rows_read = rows_loaded + rows_rejected + rows_duplicate + rows_discarded + rows_staged),
    ADD CONSTRAINT job_ends_with_nothing_staged CHECK (rows_staged = 0 OR state = 'LOADING');

-- Chunk 0 is the publish of a staged job: leased, fenced and tried like any other. What it takes out of the
-- staging table stands in its books as rows_staged below zero, so that the job's books are the sum of all.
ALTER TABLE sluice.chunk
    ADD COLUMN rows_staged bigint NOT NULL DEFAULT 0,
    DROP CONSTRAINT chunk_books_balance,
    ADD CONSTRAINT chunk_books_balance CHECK (
        rows_read = rows_loaded + rows_rejected + rows_duplicate + rows_discarded + rows_staged);

-- One job per label of a tenant and dataset, for as long as that job may still load or has loaded.
CREATE UNIQUE INDEX job_of_one_label ON sluice.job (tenant, dataset, label)
    WHERE label IS NOT NULL AND NOT dry_run
      AND state IN ('AWAITING_UPLOAD', 'QUEUED', 'LOADING', 'SUCCEEDED', 'SUCCEEDED_WITH_REJECTS');
CREATE INDEX job_awaiting ON sluice.job (upload_until) WHERE state = 'AWAITING_UPLOAD';
CREATE INDEX job_to_expunge ON sluice.job (finished_at) WHERE finished_at IS NOT NULL AND expunged_at IS NULL;

-- Objects that were deleted: recorded for ops, obeyed by nobody.
CREATE TABLE sluice.removal (
    bucket     text NOT NULL,
    object_key text NOT NULL,
    version_id text NOT NULL,
    sequencer  text COLLATE "C",
    removed_at timestamptz NOT NULL,
    PRIMARY KEY (bucket, object_key, version_id)
);

-- Staging tables, one for each dataset, made by `dataset apply`.
CREATE SCHEMA IF NOT EXISTS sluice_stage;
GRANT USAGE ON SCHEMA sluice_stage TO sluice_loader;

GRANT DELETE ON sluice.chunk, sluice.reject TO sluice_loader;
GRANT SELECT, INSERT ON sluice.removal TO sluice_loader;
