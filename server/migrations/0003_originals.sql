-- Removing a document asks whether anything else still names its original; without these that reads every row.
CREATE INDEX origins_by_original ON origins (original);
CREATE INDEX job_items_by_original ON job_items (original);
