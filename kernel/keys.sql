-- The key store: one wrapped key per person and retention class. Destroying a key empties it and leaves a tombstone.
CREATE TABLE IF NOT EXISTS person_key (
    key_id       text        PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{32}$'),
    person       text        NOT NULL,
    retention    text        NOT NULL,
    wrapped      bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS person_key_living ON person_key (person, retention) WHERE destroyed_at IS NULL;
-- Facts that have ordered a destruction and are carried out: one that is told again destroys nothing more.
CREATE TABLE IF NOT EXISTS destruction (
    fact         text        PRIMARY KEY,
    destroyed_at timestamptz NOT NULL DEFAULT now()
);
