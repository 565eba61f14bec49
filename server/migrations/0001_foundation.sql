-- The truth about documents, in the dialect that SQLite and Postgres both speak: TEXT ids (UUIDs), BIGINT
-- milliseconds and flags, BYTEA. Labels are stored as a tier rank and the group names sorted and joined by commas.

CREATE TABLE workspaces (
    id              TEXT PRIMARY KEY,
    name            TEXT NOT NULL UNIQUE,
    live_generation TEXT,
    created_ms      BIGINT NOT NULL
);

CREATE TABLE generations (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    embedder     TEXT NOT NULL,
    dimensions   BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL
);

CREATE TABLE documents (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    tier         BIGINT NOT NULL,
    group_names  TEXT NOT NULL,
    live_version TEXT NOT NULL, -- the one switch of visibility
    created_ms   BIGINT NOT NULL,
    updated_ms   BIGINT NOT NULL
);

-- Every place a document came from; exact copies under one label share a document.
CREATE TABLE origins (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    origin       TEXT NOT NULL,
    document_id  TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    original     TEXT NOT NULL,
    seen_ms      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, origin)
);
CREATE INDEX origins_by_document ON origins (document_id);

CREATE TABLE versions (
    id           TEXT PRIMARY KEY,
    document_id  TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    title        TEXT NOT NULL,
    language     TEXT,
    body         TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    problems     TEXT NOT NULL, -- JSON list of sentences
    created_ms   BIGINT NOT NULL
);
CREATE INDEX versions_by_document ON versions (document_id);
CREATE INDEX versions_by_content ON versions (content_hash);

-- The chunks of live versions. `body` is the version's body from start_byte to end_byte; it stands here again so that
-- a search reads fifty short rows and not fifty whole documents.
CREATE TABLE chunks (
    point_id    TEXT PRIMARY KEY,
    version_id  TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    ordinal     BIGINT NOT NULL,
    start_byte  BIGINT NOT NULL,
    end_byte    BIGINT NOT NULL,
    page        BIGINT,
    heading     TEXT NOT NULL,
    body        TEXT NOT NULL,
    vector_key  TEXT NOT NULL
);
CREATE INDEX chunks_by_version ON chunks (version_id, ordinal);
CREATE INDEX chunks_by_document ON chunks (document_id);

-- What a model made of a text, so that the same words are embedded once.
CREATE TABLE vectors (
    model      TEXT NOT NULL,
    vector_key TEXT NOT NULL,
    vector     BYTEA NOT NULL,
    PRIMARY KEY (model, vector_key)
);

CREATE TABLE jobs (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL,
    state        TEXT NOT NULL, -- open, queued, running, done
    lease_owner  TEXT NOT NULL,
    lease_until  BIGINT NOT NULL,
    fence        BIGINT NOT NULL, -- grows with every claim; a write with an older one changes nothing
    created_ms   BIGINT NOT NULL,
    updated_ms   BIGINT NOT NULL
);
CREATE INDEX jobs_by_state ON jobs (state, created_ms);

CREATE TABLE job_items (
    job_id      TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    ordinal     BIGINT NOT NULL,
    origin      TEXT NOT NULL,
    original    TEXT NOT NULL,
    tier        BIGINT NOT NULL,
    group_names TEXT NOT NULL,
    document_id TEXT NOT NULL, -- the ids this item gets if it becomes a new document: fixed now, so a replay is the same
    version_id  TEXT NOT NULL,
    state       TEXT NOT NULL, -- queued, indexed, unchanged, relabelled, duplicate, failed
    result_id   TEXT,
    chunks      BIGINT NOT NULL,
    reason      TEXT,
    PRIMARY KEY (job_id, ordinal)
);
CREATE INDEX job_items_by_state ON job_items (job_id, state);

-- What the index still has to be told. A row leaves once the index has flushed it.
CREATE TABLE outbox (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL, -- delete_version, relabel_document
    subject      TEXT NOT NULL,
    created_ms   BIGINT NOT NULL
);
CREATE INDEX outbox_by_age ON outbox (workspace_id, created_ms);

CREATE TABLE answer_records (
    id            TEXT PRIMARY KEY,
    workspace_id  TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    generation_id TEXT NOT NULL,
    asker         TEXT NOT NULL,
    question      TEXT NOT NULL,
    answer        TEXT NOT NULL,
    declined      BIGINT NOT NULL,
    mode          TEXT NOT NULL,
    model         TEXT NOT NULL,
    trace         TEXT NOT NULL, -- JSON: candidates with scores and why dropped, sources, citations
    took_ms       BIGINT NOT NULL,
    created_ms    BIGINT NOT NULL
);
CREATE INDEX answer_records_by_age ON answer_records (workspace_id, created_ms);
