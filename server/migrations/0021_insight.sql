-- What language models took for answers, so that it can be summed up by the day; 0 where nothing was said, and for answers of
-- before this was noted.
ALTER TABLE answer_records ADD COLUMN input_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE answer_records ADD COLUMN output_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE answer_records ADD COLUMN cost_micros BIGINT NOT NULL DEFAULT 0;

-- All that a sum over answers is made of: without it every record would be read, and each holds kilobytes of trace.
CREATE INDEX answer_records_by_day ON answer_records
    (workspace_id, created_ms, tier, group_names, declined, mode, took_ms, input_tokens, output_tokens, cost_micros);
