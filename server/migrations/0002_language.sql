-- The language of the keyword index belongs to a generation as its model does: with another one the same words are other
-- terms. Libraries made before it was recorded are taken to have kept the default.
ALTER TABLE generations ADD COLUMN language TEXT NOT NULL DEFAULT 'english';
