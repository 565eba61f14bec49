-- What evaluations came to, so that two runs can be set side by side.
CREATE TABLE evaluations (
    id            TEXT PRIMARY KEY,
    workspace_id  TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    generation_id TEXT, -- that questions were answered from at the time, where there was one
    set_name      TEXT NOT NULL,
    kind          TEXT NOT NULL, -- retrieval, answers, conversations
    mode          TEXT NOT NULL, -- dense, sparse, hybrid, full; empty where there is only one way
    settings      TEXT NOT NULL, -- JSON: models, language, weights, program, the questions
    measures      TEXT NOT NULL, -- JSON: the numbers, and those of each question
    created_ms    BIGINT NOT NULL
);
CREATE INDEX evaluations_by_set ON evaluations (workspace_id, set_name, kind, mode, created_ms);
