-- Where documents come from by themselves: sites that are crawled.
CREATE TABLE sources (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    address      TEXT NOT NULL, -- the first of its start addresses, which names it
    tier         BIGINT NOT NULL,
    group_names  TEXT NOT NULL,
    plan         TEXT NOT NULL, -- JSON: scope, globs, limits, selectors
    furniture    TEXT NOT NULL, -- JSON list: hashes of the blocks that repeat across its pages
    round        BIGINT NOT NULL, -- counts the crawls
    round_open   BIGINT NOT NULL, -- whether the last one was never finished
    live_before  BIGINT NOT NULL, -- how many pages were there when it began
    plan_mark    TEXT NOT NULL, -- of the plan that the last finished round followed
    problems     TEXT NOT NULL, -- JSON list of sentences: of that round as a whole
    created_ms   BIGINT NOT NULL,
    updated_ms   BIGINT NOT NULL,
    UNIQUE (workspace_id, address)
);

-- The crawl ledger: every address that a source ever led to, and what became of it.
CREATE TABLE crawl_pages (
    source_id     TEXT NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    url           TEXT NOT NULL,
    round         BIGINT NOT NULL, -- of the verdict
    verdict       TEXT NOT NULL,
    detail        TEXT,
    live          BIGINT NOT NULL, -- whether a document of it is there for readers
    depth         BIGINT NOT NULL,
    via           TEXT NOT NULL,
    found_on      TEXT,
    etag          TEXT,
    last_modified TEXT,
    body_hash     TEXT,
    updated_ms    BIGINT NOT NULL,
    PRIMARY KEY (source_id, url)
);
CREATE INDEX crawl_pages_by_url ON crawl_pages (url);

ALTER TABLE jobs ADD COLUMN source_id TEXT REFERENCES sources (id) ON DELETE SET NULL;

ALTER TABLE versions ADD COLUMN kind TEXT; -- what its file is, for those read since this was noted
ALTER TABLE versions ADD COLUMN author TEXT;
ALTER TABLE versions ADD COLUMN dated TEXT;

-- Near-duplicates: texts that are alike have bands of their fingerprints in common.
ALTER TABLE documents ADD COLUMN near_of TEXT; -- the document that stands for it and its like, under the same label
CREATE INDEX documents_by_near_of ON documents (near_of);

CREATE TABLE document_bands (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    band        BIGINT NOT NULL,
    PRIMARY KEY (document_id, band)
);
CREATE INDEX document_bands_by_band ON document_bands (band);

-- Which documents the questions found, so that a person can see what a document is good for.
CREATE TABLE answer_documents (
    record_id   TEXT NOT NULL REFERENCES answer_records (id) ON DELETE CASCADE,
    document_id TEXT NOT NULL,
    cited       BIGINT NOT NULL,
    PRIMARY KEY (record_id, document_id)
);
CREATE INDEX answer_documents_by_document ON answer_documents (document_id);
