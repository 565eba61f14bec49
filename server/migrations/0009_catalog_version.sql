-- Which state of a workspace is seen: raised in the transaction of whatever changes what is visible or how it is ranked, and
-- part of the key of every ranking that a process remembers.
ALTER TABLE workspaces ADD COLUMN catalog_version BIGINT NOT NULL DEFAULT 0;
