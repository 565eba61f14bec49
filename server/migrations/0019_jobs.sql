-- Jobs that can be watched, stopped and planned, and that stand aside after a fault. Their states: open (still taking items),
-- queued, running, and at their end done, cancelled or failed. An item may also end as cancelled, or as quarantined: it was in
-- hand each time that its job had a fault of its own.

ALTER TABLE jobs ADD COLUMN priority BIGINT NOT NULL DEFAULT 0; -- the higher goes first
ALTER TABLE jobs ADD COLUMN stop_asked BIGINT NOT NULL DEFAULT 0; -- 1 once somebody wants it stopped
ALTER TABLE jobs ADD COLUMN setbacks BIGINT NOT NULL DEFAULT 0; -- faults in a row, whosever they were
ALTER TABLE jobs ADD COLUMN faults BIGINT NOT NULL DEFAULT 0; -- its own: its process died, or something in it stopped the work
ALTER TABLE jobs ADD COLUMN is_blamed BIGINT NOT NULL DEFAULT 0; -- 1 from such a fault to the next claim, which sees what was in hand
ALTER TABLE jobs ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0; -- after a setback it waits until then
ALTER TABLE jobs ADD COLUMN checkpoint TEXT NOT NULL DEFAULT ''; -- where to go on, in the words of its kind
ALTER TABLE jobs ADD COLUMN note TEXT NOT NULL DEFAULT ''; -- why it waits, or how it ended: a sentence

ALTER TABLE job_items ADD COLUMN faults BIGINT NOT NULL DEFAULT 0; -- of its job, while it was in hand
ALTER TABLE job_items ADD COLUMN in_hand BIGINT NOT NULL DEFAULT 0; -- 1 while it is, as far as that is written down

-- How far a job is, stage by stage.
CREATE TABLE job_stages (
    job_id  TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    ordinal BIGINT NOT NULL,
    name    TEXT NOT NULL,
    done    BIGINT NOT NULL,
    total   BIGINT NOT NULL, -- 0 while it is not known
    PRIMARY KEY (job_id, ordinal)
);

-- What begins by itself. Those of the house are named after their kind, those of a source by its id.
CREATE TABLE schedules (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    source_id    TEXT REFERENCES sources (id) ON DELETE CASCADE,
    expression   TEXT NOT NULL, -- every 6 h, or the five fields of cron
    is_on        BIGINT NOT NULL,
    anchor_ms    BIGINT NOT NULL, -- from which "every" counts
    next_ms      BIGINT NOT NULL, -- 0 while nobody has worked it out
    last_ms      BIGINT NOT NULL, -- when it last began something; 0 for never
    last_job     TEXT, -- which may be gone
    PRIMARY KEY (workspace_id, name)
);
