-- The same page may come from two sources whose readers differ: each has a document of its own then, and an origin that
-- leads to it.
ALTER TABLE crawl_pages ADD COLUMN origin TEXT NOT NULL DEFAULT '';
UPDATE crawl_pages SET origin = url;
CREATE INDEX crawl_pages_by_origin ON crawl_pages (origin);
