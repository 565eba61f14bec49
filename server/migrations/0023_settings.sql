-- What admins set in the app, where the file says nothing: the name of the house, its colour, its greeting, who answers sound like.
CREATE TABLE settings (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    value        TEXT NOT NULL,
    changed_ms   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);
