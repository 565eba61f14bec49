-- The mean length of a passage in terms, as it was when the index was built anew: the keyword weights in the index hold it.
-- NULL where it was never measured, which stands for the encoder's default.
ALTER TABLE generations ADD COLUMN average_terms DOUBLE PRECISION;
