-- Every passage that is shown says where its document came from: the index alone answers that.
DROP INDEX origins_by_document;
CREATE INDEX origins_by_document ON origins (document_id, origin);

-- Taking a document out settles what still waits for its origins.
CREATE INDEX job_items_by_origin ON job_items (origin);
