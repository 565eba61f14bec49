-- What was done, by whom: only ever added to. Each row's hash covers the row and the hash before it, so that a row that is
-- altered, taken out or moved is found; the head says how long the chain is, so that a cut tail is.
CREATE TABLE audit_heads (
    workspace_id TEXT PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    number       BIGINT NOT NULL, -- of the last row, 0 before the first
    hash         TEXT NOT NULL
);

CREATE TABLE audit (
    workspace_id  TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    number        BIGINT NOT NULL, -- from 1, without gaps
    at_ms         BIGINT NOT NULL,
    actor         TEXT NOT NULL, -- visitor, person, key ID, operator, house
    person_id     TEXT NOT NULL, -- whose account it was; '' for none. Outlives the person
    what          TEXT NOT NULL,
    object_kind   TEXT NOT NULL, -- '' for none
    object_id     TEXT NOT NULL,
    detail        TEXT NOT NULL, -- a small JSON object
    address       TEXT NOT NULL,
    request_id    TEXT NOT NULL,
    previous_hash TEXT NOT NULL, -- of the row before, '' for the first
    hash          TEXT NOT NULL,
    PRIMARY KEY (workspace_id, number)
);
CREATE INDEX audit_by_object ON audit (workspace_id, what, object_id, at_ms);

-- What the search for leaks came to, run by run.
CREATE TABLE canary_runs (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    at_ms        BIGINT NOT NULL,
    probes       BIGINT NOT NULL,
    leaks        BIGINT NOT NULL,
    remarks      TEXT NOT NULL -- where, as a JSON array of sentences
);
CREATE INDEX canary_runs_by_time ON canary_runs (workspace_id, at_ms);
