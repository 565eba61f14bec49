-- Signing in with another house: whoever is on their way there and back. Only the hash of what their browser holds.

CREATE TABLE errands (
    secret_hash  TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    ends_ms      BIGINT NOT NULL
);
CREATE INDEX errands_by_end ON errands (ends_ms);

-- One house knows a person by one name: an address that another has now must not open the account of whoever had it.
CREATE UNIQUE INDEX identities_by_person ON identities (person_id, issuer);
