-- Who there is, what they belong to, and what they hold. Of every secret only its hash stands here.

CREATE TABLE groups (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    created_ms   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

CREATE TABLE people (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    login        TEXT NOT NULL, -- lower case
    name         TEXT NOT NULL, -- as others see it
    role         TEXT NOT NULL, -- reader, editor, admin: what they may do
    tier         BIGINT NOT NULL, -- with their groups: what they may read
    state        TEXT NOT NULL, -- invited, active, suspended
    password     TEXT, -- argon2id, in its own notation; none for whoever has not chosen one or signs in elsewhere
    created_ms   BIGINT NOT NULL,
    updated_ms   BIGINT NOT NULL,
    UNIQUE (workspace_id, login)
);

CREATE TABLE memberships (
    person_id    TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    workspace_id TEXT NOT NULL,
    group_name   TEXT NOT NULL,
    PRIMARY KEY (person_id, group_name),
    FOREIGN KEY (workspace_id, group_name) REFERENCES groups (workspace_id, name) ON DELETE CASCADE
);
CREATE INDEX memberships_by_group ON memberships (workspace_id, group_name);

-- By what name another house knows a person.
CREATE TABLE identities (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    person_id    TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    created_ms   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, issuer, subject)
);

-- A person's stay in one browser.
CREATE TABLE sign_ins (
    id          TEXT PRIMARY KEY,
    person_id   TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    secret_hash TEXT NOT NULL UNIQUE,
    way         TEXT NOT NULL, -- password, link, oidc
    address     TEXT NOT NULL,
    agent       TEXT NOT NULL,
    created_ms  BIGINT NOT NULL,
    seen_ms     BIGINT NOT NULL
);
CREATE INDEX sign_ins_by_person ON sign_ins (person_id);

-- A link that works once.
CREATE TABLE links (
    secret_hash  TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    purpose      TEXT NOT NULL, -- first_admin, invitation, reset
    person_id    TEXT REFERENCES people (id) ON DELETE CASCADE, -- none for the first admin, who is not there yet
    ends_ms      BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id          TEXT PRIMARY KEY,
    person_id   TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    prefix      TEXT NOT NULL, -- its first letters, by which a person knows it again
    secret_hash TEXT NOT NULL UNIQUE,
    scopes      TEXT NOT NULL, -- joined by commas
    narrowed    BIGINT NOT NULL, -- whether it reads only what tier and groups admit, of what its owner reads
    tier        BIGINT NOT NULL,
    group_names TEXT NOT NULL,
    ends_ms     BIGINT NOT NULL, -- the last moment that there is, for a key without an end
    used_ms     BIGINT NOT NULL, -- 0 before its first use
    created_ms  BIGINT NOT NULL
);
CREATE INDEX api_keys_by_person ON api_keys (person_id);
