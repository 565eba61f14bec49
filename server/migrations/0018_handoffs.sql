-- Conversations that a person is to take over, what people say in them, and what is thought of answers.

CREATE TABLE handoffs (
    id              TEXT PRIMARY KEY,
    workspace_id    TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    reason          TEXT NOT NULL, -- asked, failures, frustration, matter
    matter          TEXT NOT NULL, -- the word of the configuration, where that is the reason
    tier            BIGINT NOT NULL, -- as far as the asker could read, 4 for everything: who takes over reads as far
    group_names     TEXT NOT NULL,
    is_open         BIGINT NOT NULL,
    begun_ms        BIGINT NOT NULL,
    resolved_ms     BIGINT NOT NULL -- 0 while it is open
);
CREATE INDEX handoffs_by_age ON handoffs (workspace_id, is_open, id);
CREATE INDEX handoffs_by_conversation ON handoffs (conversation_id);
CREATE UNIQUE INDEX handoffs_open ON handoffs (conversation_id) WHERE is_open = 1;

CREATE TABLE replies (
    id              TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    after_turn      BIGINT NOT NULL, -- how many turns there were when it was said
    text            TEXT NOT NULL,
    said_ms         BIGINT NOT NULL
);
CREATE INDEX replies_by_conversation ON replies (conversation_id, id);

CREATE TABLE feedback (
    record_id    TEXT PRIMARY KEY REFERENCES answer_records (id) ON DELETE CASCADE,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    helpful      BIGINT NOT NULL,
    reason       TEXT NOT NULL, -- wrong, outdated, incomplete, unclear, other, or empty
    comment      TEXT NOT NULL,
    given_ms     BIGINT NOT NULL
);
CREATE INDEX feedback_by_age ON feedback (workspace_id, record_id);

-- As far as the asker could read, 4 for everything. Of what was recorded before, it is as if they could.
ALTER TABLE answer_records ADD COLUMN tier BIGINT NOT NULL DEFAULT 4;
ALTER TABLE answer_records ADD COLUMN group_names TEXT NOT NULL DEFAULT '';
