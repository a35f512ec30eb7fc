-- What is needed to keep a promised place in a queue over a restart: its t2, when it was promised, and whether an agent is
-- rung for it at this moment (whom, and since when).
ALTER TABLE calls_owed ADD COLUMN place_since BIGINT;
ALTER TABLE calls_owed ADD COLUMN place_at BIGINT;
ALTER TABLE calls_owed ADD COLUMN place_urgent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls_owed ADD COLUMN offered_to BIGINT;
ALTER TABLE calls_owed ADD COLUMN offered_at BIGINT;
CREATE INDEX calls_owed_place ON calls_owed (place) WHERE place IS NOT NULL;
