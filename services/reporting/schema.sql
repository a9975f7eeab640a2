-- What is the same for every generation of the projections' tables. Codes, ids and times only: no personal text ever comes here.
-- Run by the owner at every provisioning, so every statement may be run again.
-- The tables themselves are made by the projector, one schema for each generation (services/reporting/generations.py).

-- What was made before there were generations goes: every row follows from the logs, and is read again from their beginning.
DO $$ BEGIN
    IF EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'reporting' AND table_name = 'progress' AND column_name = 'projection') THEN
        DROP SCHEMA reporting CASCADE;
    END IF;
END $$;

CREATE SCHEMA IF NOT EXISTS reporting;
GRANT USAGE, CREATE ON SCHEMA reporting TO tsunagu_projector;

-- Every generation (世代) of a projection's tables: which code made it, and what it is for now.
CREATE TABLE IF NOT EXISTS reporting.generations (
    projection text        NOT NULL,
    generation integer     NOT NULL,
    version    integer     NOT NULL,
    definition text        NOT NULL,
    state      text        NOT NULL,
    fed        boolean     NOT NULL DEFAULT false, -- moves with the unit 'live'
    run        integer     NOT NULL DEFAULT 0,     -- the rebuild that made it; its unit is 'rebuild:<run>' until it is fed
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, generation)
);

-- Rebuilds (再構築), phase by phase, for whoever wants to know how long the next one takes.
CREATE TABLE IF NOT EXISTS reporting.rebuilds (
    run         integer     NOT NULL,
    phase       text        NOT NULL, -- LOADING, INDEXING, CATCHING_UP, VERIFYING, SWITCHED, BACK, CANCELLED
    projections text[]      NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    events      bigint      NOT NULL DEFAULT 0,
    bytes       bigint      NOT NULL DEFAULT 0,
    predicted_at timestamptz,         -- when it was to end, as predicted after its first tenth
    note        text        NOT NULL DEFAULT '', -- what differs, or why a difference was accepted
    alike       boolean,               -- with CATCHING_UP: whether the rebuild had counted what the live reader had, when it joined it
    spent       jsonb,                 -- with LOADING: records and seconds of reading and of writing, by the topic of each log
    PRIMARY KEY (run, phase)
);
ALTER TABLE reporting.rebuilds ADD COLUMN IF NOT EXISTS alike boolean;
ALTER TABLE reporting.rebuilds ADD COLUMN IF NOT EXISTS spent jsonb;

-- How far a rebuild loads before it makes indexes: the positions of 'live' when it began.
CREATE TABLE IF NOT EXISTS reporting.rebuild_targets (
    run       integer NOT NULL,
    topic     text    NOT NULL,
    partition integer NOT NULL,
    target    bigint  NOT NULL,
    PRIMARY KEY (run, topic, partition)
);

-- Where each reader has got to. Changes in the transaction that writes the rows, and only from the offset that was expected.
-- The unit 'live' moves all generations that are fed together; one that is being rebuilt moves by itself.
CREATE TABLE IF NOT EXISTS reporting.progress (
    unit        text        NOT NULL,
    topic       text        NOT NULL,
    partition   integer     NOT NULL,
    next_offset bigint      NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (unit, topic, partition)
);

-- The last seq that each reader has counted, per key and log partition: what comes again is dropped.
CREATE TABLE IF NOT EXISTS reporting.sequences (
    unit      text    NOT NULL,
    topic     text    NOT NULL,
    partition integer NOT NULL,
    key       text    NOT NULL,
    seq       bigint  NOT NULL,
    PRIMARY KEY (unit, topic, partition, key)
);

-- Log records that a generation does not hold (保留): what could not be applied, and what came after it in the same case.
CREATE TABLE IF NOT EXISTS reporting.parked (
    projection text        NOT NULL,
    generation integer     NOT NULL,
    topic      text        NOT NULL,
    partition  integer     NOT NULL,
    log_offset bigint      NOT NULL,
    key        text        NOT NULL, -- '' where the record cannot be read
    code       text        NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, generation, topic, partition, log_offset)
);
CREATE INDEX IF NOT EXISTS parked_by_key ON reporting.parked (projection, generation, key);

-- What is incomplete while something is parked: a case, or everything where the record could not even be read.
CREATE OR REPLACE VIEW reporting.incomplete AS
    SELECT DISTINCT parked.projection, parked.key FROM reporting.parked
    JOIN reporting.generations USING (projection, generation) WHERE generations.state = 'LIVE';

-- What the API's account may know beside the rows of the resources: how far the logs are read, and whether something is missing.
GRANT USAGE ON SCHEMA reporting TO tsunagu_api;
GRANT SELECT ON reporting.progress, reporting.generations TO tsunagu_api;
-- Who looks on sees how far they are, and nothing of what they hold.
GRANT USAGE ON SCHEMA reporting TO tsunagu_observer;
GRANT SELECT ON reporting.progress TO tsunagu_observer;

CREATE OR REPLACE FUNCTION reporting.is_incomplete(projection text, key text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT EXISTS (SELECT FROM reporting.incomplete AS found WHERE found.projection = $1 AND ($2 = '' OR found.key IN ('', $2))) $$;

-- The agency of this transaction, none where it is registered no more; the cases in which it takes part, and the events that were given to it
-- (projection parts). For row security (services/reporting/walls.py); who asks sees no more of parts than it may.
SET check_function_bodies = off;
CREATE OR REPLACE FUNCTION reporting.is_ended(agency text) RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT EXISTS (SELECT FROM reporting.registrations AS found WHERE found.agency = $1 AND found.ended) $$;
CREATE OR REPLACE FUNCTION reporting.own_agency() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT own.agency FROM (SELECT nullif(current_setting('tsunagu.agency', true), '')) AS own (agency) WHERE NOT reporting.is_ended(own.agency) $$;
CREATE OR REPLACE FUNCTION reporting.own_cases() RETURNS SETOF text LANGUAGE sql STABLE
    AS $$ SELECT case_id FROM reporting.parts WHERE agency = (SELECT reporting.own_agency()) $$;
CREATE OR REPLACE FUNCTION reporting.own_events() RETURNS SETOF text LANGUAGE sql STABLE
    AS $$ SELECT event_id FROM reporting.released WHERE agency = (SELECT reporting.own_agency()) $$;
RESET check_function_bodies;
