-- How long the steps of an answer took, in milliseconds: six numbers with spaces between them, in the order of the store's STAGES.
-- Empty where nothing was searched, and for answers of before this was noted.
ALTER TABLE answer_records ADD COLUMN stages TEXT NOT NULL DEFAULT '';
-- How likely what was found was to answer, in thousandths; -1 for the same.
ALTER TABLE answer_records ADD COLUMN confidence BIGINT NOT NULL DEFAULT -1;

-- As before, all that a sum over answers is made of, these two among it.
DROP INDEX answer_records_by_day;
CREATE INDEX answer_records_by_day ON answer_records
    (workspace_id, created_ms, tier, group_names, declined, mode, took_ms, input_tokens, output_tokens, cost_micros, stages,
     confidence);

-- A list of documents begins with the newest, and a large library is not put in order for each page.
CREATE INDEX documents_by_update ON documents (workspace_id, updated_ms, id);
-- Nor gone through to learn which labels there are.
CREATE INDEX documents_by_label ON documents (workspace_id, tier, group_names);
