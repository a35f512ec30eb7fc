-- One row for each call that arrived. `state` holds the growing record until nothing more can come.
CREATE TABLE calls_records (
  id BIGINT PRIMARY KEY,
  arrived_at BIGINT NOT NULL,
  answered_at BIGINT,
  requested_at BIGINT,
  connected_at BIGINT,
  ended_at BIGINT,
  from_number TEXT NOT NULL,
  -- The caller's number backwards, for searching by its last digits.
  from_reversed TEXT NOT NULL,
  to_number TEXT NOT NULL,
  trunk BIGINT,
  queue BIGINT,
  agent BIGINT,
  urgent BIGINT NOT NULL,
  result TEXT,
  ended_by TEXT,
  cause TEXT,
  wait_ms BIGINT,
  talk_ms BIGINT NOT NULL,
  hold_ms BIGINT NOT NULL,
  after_ms BIGINT NOT NULL,
  rating BIGINT,
  recording BIGINT,
  announced BIGINT,
  interrupted BIGINT NOT NULL,
  state TEXT
);
CREATE INDEX calls_records_arrived ON calls_records (arrived_at, id);
CREATE INDEX calls_records_from ON calls_records (from_reversed, arrived_at);
CREATE INDEX calls_records_queue ON calls_records (queue, arrived_at, id);
CREATE INDEX calls_records_agent ON calls_records (agent, arrived_at, id);
CREATE INDEX calls_records_result ON calls_records (result, arrived_at, id);
CREATE INDEX calls_records_open ON calls_records (id) WHERE state IS NOT NULL;

CREATE TABLE calls_segments (
  call BIGINT NOT NULL,
  position BIGINT NOT NULL,
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  agent BIGINT,
  queue BIGINT,
  flow BIGINT,
  detail TEXT,
  PRIMARY KEY (call, position)
);
CREATE INDEX calls_segments_agent ON calls_segments (agent, at) WHERE agent IS NOT NULL;

-- Callers refused for want of room (遇忙).
CREATE TABLE calls_blocked (
  position BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  trunk BIGINT,
  from_number TEXT NOT NULL,
  to_number TEXT NOT NULL,
  why TEXT NOT NULL
);
CREATE INDEX calls_blocked_at ON calls_blocked (at);

-- Every state of every agent's desk, in order; a state lasts until the next of the same agent.
CREATE TABLE calls_desks (
  position BIGINT PRIMARY KEY,
  agent BIGINT NOT NULL,
  at BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  call BIGINT,
  ordered_by BIGINT
);
CREATE INDEX calls_desks_agent ON calls_desks (agent, at);
CREATE INDEX calls_desks_last ON calls_desks (agent, position);

-- Messages left and calls back asked for: what is owed to callers who were not served.
CREATE TABLE calls_owed (
  position BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  call BIGINT NOT NULL,
  queue BIGINT NOT NULL,
  number TEXT NOT NULL,
  recording BIGINT
);
CREATE INDEX calls_owed_at ON calls_owed (at);

-- How far into the log of facts the tables above have come.
CREATE TABLE calls_applied (one BIGINT PRIMARY KEY, position BIGINT NOT NULL);
INSERT INTO calls_applied (one, position) VALUES (1, 0);
