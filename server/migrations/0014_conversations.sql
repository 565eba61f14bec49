-- What was asked and answered, so that a question can lean on what was said before, and what each answer rests on, so
-- that it is shown no longer than that is readable.

CREATE TABLE conversations (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    owner        TEXT NOT NULL, -- person ID, key ID, operator, or visitor HASH of the secret that the visitor holds
    person_id    TEXT REFERENCES people (id) ON DELETE CASCADE, -- whose account it is, if anybody's
    turns        BIGINT NOT NULL, -- how many there are: the last ordinal
    created_ms   BIGINT NOT NULL,
    used_ms      BIGINT NOT NULL,
    ends_ms      BIGINT NOT NULL -- from then on it is as absent as if it had never been
);
CREATE INDEX conversations_by_owner ON conversations (workspace_id, owner, id);
CREATE INDEX conversations_by_person ON conversations (person_id);
CREATE INDEX conversations_by_end ON conversations (ends_ms);

CREATE TABLE turns (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    ordinal         BIGINT NOT NULL,
    question        TEXT NOT NULL, -- as it was typed
    asked_as        TEXT, -- what was searched for, if that is something else
    answer          TEXT NOT NULL,
    declined        BIGINT NOT NULL,
    record_id       TEXT, -- the answer record, which may be gone
    clearance       TEXT NOT NULL, -- under which it was answered; a note, never what decides
    simulated       BIGINT NOT NULL, -- whether that was of eyes other than the owner's
    asked_ms        BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, ordinal)
);

-- What a turn rests on. It outlives the documents: that one is gone is what has to be known.
CREATE TABLE turn_passages (
    conversation_id TEXT NOT NULL,
    turn            BIGINT NOT NULL,
    ordinal         BIGINT NOT NULL,
    part            TEXT NOT NULL, -- cited: quoted; named: words of it stand in the answer; carried: in asked_as
    document_id     TEXT NOT NULL,
    version_id      TEXT NOT NULL,
    point_id        TEXT NOT NULL,
    n               BIGINT NOT NULL, -- the alias in the answer; this and what follows: 0 or empty where nothing is quoted
    quote           TEXT NOT NULL,
    start_byte      BIGINT NOT NULL,
    end_byte        BIGINT NOT NULL,
    page            BIGINT NOT NULL,
    heading         TEXT NOT NULL,
    PRIMARY KEY (conversation_id, turn, ordinal),
    FOREIGN KEY (conversation_id, turn) REFERENCES turns (conversation_id, ordinal) ON DELETE CASCADE
);
