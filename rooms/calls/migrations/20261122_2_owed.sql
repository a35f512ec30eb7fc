-- Who calls back, how often nobody was reached, and how it came out.
ALTER TABLE calls_owed ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls_owed ADD COLUMN taken_by BIGINT;
ALTER TABLE calls_owed ADD COLUMN done_at BIGINT;
ALTER TABLE calls_owed ADD COLUMN done_by BIGINT;
ALTER TABLE calls_owed ADD COLUMN note TEXT;
ALTER TABLE calls_owed ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX calls_owed_open ON calls_owed (position) WHERE done_at IS NULL;
