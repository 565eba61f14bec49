-- Several builds of the index beside each other: one is built while another answers, and former ones are kept to go back to.
-- Which one is live stands in workspaces.live_generation, and nowhere else.

ALTER TABLE generations ADD COLUMN recipe TEXT NOT NULL DEFAULT ''; -- JSON; of those that are older than it, what is configured
ALTER TABLE generations ADD COLUMN cut BIGINT NOT NULL DEFAULT 0; -- whose chunks it holds: their ordinals begin at cut * 2^20
ALTER TABLE generations ADD COLUMN state TEXT NOT NULL DEFAULT 'ready'; -- building, ready, discarded
ALTER TABLE generations ADD COLUMN is_promoted BIGINT NOT NULL DEFAULT 0; -- 1: it goes live by itself once it was found good enough
ALTER TABLE generations ADD COLUMN verdict TEXT NOT NULL DEFAULT ''; -- JSON: how it compared with the live one
ALTER TABLE generations ADD COLUMN live_ms BIGINT NOT NULL DEFAULT 0; -- when it last went live
ALTER TABLE generations ADD COLUMN receipt TEXT NOT NULL DEFAULT ''; -- JSON: what was found gone when it was discarded

UPDATE generations SET live_ms = created_ms;

-- Where its pages begin, as JSON: [[page, byte], ...]. Of versions that are older than this column the chunks tell, roughly.
ALTER TABLE versions ADD COLUMN pages TEXT NOT NULL DEFAULT '';
