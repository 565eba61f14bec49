-- What was taken out of the library, and that it was looked for afterwards and not found.

CREATE TABLE receipts (
    document_id  TEXT PRIMARY KEY, -- no other document ever gets it
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    tier         BIGINT NOT NULL, -- who read it reads its receipt
    group_names  TEXT NOT NULL,
    why          TEXT NOT NULL, -- removed: somebody did; vanished: no place led to it any more; expired: it was kept long enough
    erased       TEXT NOT NULL, -- JSON: how much left with it
    traces       TEXT NOT NULL, -- JSON: what to look for, words of its text among it; empty once it was found gone
    found        TEXT NOT NULL, -- JSON: what the last look found; empty before the first
    removed_ms   BIGINT NOT NULL,
    proven_ms    BIGINT NOT NULL -- when it was found gone; 0 until then
);
CREATE INDEX receipts_by_age ON receipts (workspace_id, removed_ms, document_id);
CREATE INDEX receipts_open ON receipts (workspace_id, proven_ms);

-- What leaves with a document is looked for by these.
CREATE INDEX chunks_by_vector ON chunks (vector_key);
CREATE INDEX vectors_by_key ON vectors (vector_key);
CREATE INDEX turn_passages_by_document ON turn_passages (document_id);
CREATE INDEX summary_passages_by_document ON summary_passages (document_id);
