-- The attempt for which the machine made a call.
ALTER TABLE calls_records ADD COLUMN attempt BIGINT;
CREATE UNIQUE INDEX calls_records_attempt ON calls_records (attempt) WHERE attempt IS NOT NULL;
