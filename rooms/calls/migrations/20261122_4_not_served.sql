-- The list of those not served: one open row for each number, whatever happened how often. `place` is the call that keeps
-- the place in the queue of a call back; `call` and `queue` are 0 where there was none (refused for want of room).
ALTER TABLE calls_owed ADD COLUMN last_at BIGINT;
ALTER TABLE calls_owed ADD COLUMN times BIGINT NOT NULL DEFAULT 1;
ALTER TABLE calls_owed ADD COLUMN place BIGINT;
CREATE INDEX calls_owed_number ON calls_owed (number) WHERE done_at IS NULL;
CREATE INDEX calls_owed_call ON calls_owed (call);

-- Calls that were made to pay what is owed. `result` is absent while they go on.
CREATE TABLE calls_attempts (
  call BIGINT PRIMARY KEY,
  owed BIGINT NOT NULL,
  agent BIGINT NOT NULL,
  at BIGINT NOT NULL,
  result TEXT
);
CREATE INDEX calls_attempts_owed ON calls_attempts (owed, at);
