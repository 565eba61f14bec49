-- What happened to a job, in the server's words: a line for each event, of milliseconds, a word and perhaps a reason.
ALTER TABLE jobs ADD COLUMN log TEXT NOT NULL DEFAULT '';
