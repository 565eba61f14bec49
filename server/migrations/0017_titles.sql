-- What a conversation is called, where its owner called it something, and what was said long ago in it, shortened.

ALTER TABLE conversations ADD COLUMN title TEXT NOT NULL DEFAULT ''; -- the owner's own words; empty: as its first question begins

-- The turns that a question no longer leans on word for word.
CREATE TABLE summaries (
    conversation_id TEXT PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    turns           BIGINT NOT NULL, -- it holds the turns up to this one
    summary         TEXT NOT NULL,
    made_ms         BIGINT NOT NULL
);

-- What a summary rests on: where one of these documents is hidden or gone, the summary is as if it had never been made.
CREATE TABLE summary_passages (
    conversation_id TEXT NOT NULL REFERENCES summaries (conversation_id) ON DELETE CASCADE,
    document_id     TEXT NOT NULL,
    version_id      TEXT NOT NULL,
    point_id        TEXT NOT NULL,
    PRIMARY KEY (conversation_id, document_id)
);
