-- Tables of the projections. Codes, ids and times only: no personal text ever comes here.
-- Run by the owner at every provisioning, so every statement may be run again.

CREATE SCHEMA IF NOT EXISTS reporting;

-- Where each projection has got to. Changes in the transaction that writes the rows, and only from the offset that was expected.
CREATE TABLE IF NOT EXISTS reporting.progress (
    projection  text        NOT NULL,
    topic       text        NOT NULL,
    partition   integer     NOT NULL,
    next_offset bigint      NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, topic, partition)
);

-- The last seq that each projection has counted, per key and log partition: what comes again is dropped.
CREATE TABLE IF NOT EXISTS reporting.sequences (
    projection text    NOT NULL,
    topic      text    NOT NULL,
    partition  integer NOT NULL,
    key        text    NOT NULL,
    seq        bigint  NOT NULL,
    PRIMARY KEY (projection, topic, partition, key)
);

-- Log records that could not be read: the figures are incomplete while there are any.
CREATE TABLE IF NOT EXISTS reporting.parked (
    projection  text    NOT NULL,
    topic       text    NOT NULL,
    partition   integer NOT NULL,
    log_offset  bigint  NOT NULL,
    code        text    NOT NULL,
    PRIMARY KEY (projection, topic, partition, log_offset)
);

-- What happened in a case (事例の経過), one row per event and log; facts of no case stand under their own key.
CREATE TABLE IF NOT EXISTS reporting.timeline (
    case_id     text        NOT NULL,
    log         text        NOT NULL,
    partition   integer     NOT NULL,
    seq         bigint      NOT NULL,
    recorded_at timestamptz NOT NULL,
    event_id    text        NOT NULL,
    type        text        NOT NULL,
    title_ja    text        NOT NULL,
    plumbing    boolean     NOT NULL,
    agency      text        NOT NULL,
    recipient   text        NOT NULL,
    about       text        NOT NULL,
    outcome     text        NOT NULL,
    rule        text        NOT NULL,
    basis       text        NOT NULL,
    released    text[]      NOT NULL,
    withheld    text[]      NOT NULL,
    reasons     text[]      NOT NULL,
    PRIMARY KEY (case_id, log, partition, seq)
);

-- Counts of a month (延べ).
CREATE TABLE IF NOT EXISTS reporting.monthly (
    period    text   NOT NULL,
    metric    text   NOT NULL,
    dimension text   NOT NULL,
    value     bigint NOT NULL,
    PRIMARY KEY (period, metric, dimension)
);

-- Distinct cases of a month (実): the members themselves, since distinct counts cannot be added.
CREATE TABLE IF NOT EXISTS reporting.monthly_cases (
    period    text NOT NULL,
    metric    text NOT NULL,
    dimension text NOT NULL,
    case_id   text NOT NULL,
    PRIMARY KEY (period, metric, dimension, case_id)
);

CREATE OR REPLACE VIEW reporting.figures AS
    SELECT period, metric, dimension, value FROM reporting.monthly
    UNION ALL
    SELECT period, metric, dimension, count(*) FROM reporting.monthly_cases GROUP BY period, metric, dimension;
