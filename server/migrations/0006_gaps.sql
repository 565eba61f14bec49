-- What stands between the chunk before and this one: with it neighbours are joined to the byte from their own rows,
-- without reading the whole document. NULL for what was cut before this was noted, and where there is too much of it.
ALTER TABLE chunks ADD COLUMN gap TEXT;
