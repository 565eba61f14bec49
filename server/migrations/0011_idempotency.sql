-- What was asked for with an Idempotency-Key, so that asking again does nothing again and is told the same. For a day.
CREATE TABLE idempotency (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    asker        TEXT NOT NULL, -- a person, or the operator: nobody meets the keys of others
    key_hash     TEXT NOT NULL, -- of the key and the route
    claim        TEXT NOT NULL, -- of the request that runs, so that only it may write its end
    body_hash    TEXT NOT NULL, -- of the request's body; empty while it runs
    status       BIGINT NOT NULL, -- of the reply; 0 while it runs
    reply        TEXT NOT NULL, -- its body
    created_ms   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, asker, key_hash)
);
CREATE INDEX idempotency_by_age ON idempotency (created_ms);

-- Who handed in what a job brings: they see how it goes, even when nothing of it is theirs to read any more.
ALTER TABLE jobs ADD COLUMN begun_by TEXT NOT NULL DEFAULT ''; -- a person; empty for the operator and the house
CREATE INDEX jobs_by_age ON jobs (workspace_id, created_ms, id);
