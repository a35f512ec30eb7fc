-- What supervisors set: the tree of reasons, the phrases, the settings. Each change is a whole new version; none is changed
-- or deleted, so that a record of last year reads as it was written.
CREATE TABLE interactions_config (
  -- `reasons`, `phrases` or `settings`.
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);

-- What an agent writes down about a call: one row for each call and agent. `body` is the draft or the latest edition as JSON;
-- what lists look for stands in columns beside it.
CREATE TABLE interactions_record (
  call BIGINT NOT NULL,
  agent BIGINT NOT NULL,
  -- The agent's group when the call came.
  group_id BIGINT,
  -- `in` or `out`, and the other side's number; empty until the call is known.
  direction TEXT NOT NULL,
  number TEXT NOT NULL,
  at BIGINT NOT NULL,
  -- `draft` or `complete`.
  state TEXT NOT NULL,
  reason TEXT,
  result TEXT,
  customer TEXT,
  body TEXT NOT NULL,
  -- The version of the tree by which it was completed; 0 for a draft.
  tree BIGINT NOT NULL,
  -- How often it has been completed and amended.
  edition BIGINT NOT NULL,
  -- Since when the agent has moved on without completing it.
  overdue_at BIGINT,
  completed_at BIGINT,
  released_at BIGINT,
  released_by BIGINT,
  release_why TEXT,
  -- The page that wrote the draft last, and its count: how a repeated save is told from a second writer.
  writer TEXT NOT NULL,
  seq BIGINT NOT NULL,
  saved_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (call, agent)
);
CREATE INDEX interactions_record_at ON interactions_record (at, call, agent);
CREATE INDEX interactions_record_agent ON interactions_record (agent, at, call);
CREATE INDEX interactions_record_reason ON interactions_record (reason, at, call) WHERE reason IS NOT NULL;
CREATE INDEX interactions_record_customer ON interactions_record (customer, at) WHERE customer IS NOT NULL;
CREATE INDEX interactions_record_number ON interactions_record (number, at);
CREATE INDEX interactions_record_draft ON interactions_record (agent, at) WHERE state = 'draft';
CREATE INDEX interactions_record_overdue ON interactions_record (at, call) WHERE overdue_at IS NOT NULL AND state = 'draft';

-- Every edition of a completed record as it stood, with who wrote it and why.
CREATE TABLE interactions_edition (
  call BIGINT NOT NULL,
  agent BIGINT NOT NULL,
  edition BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT NOT NULL,
  why TEXT NOT NULL,
  tree BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (call, agent, edition)
);

-- How far the agents' desks have been followed.
CREATE TABLE interactions_heard (one BIGINT PRIMARY KEY, position BIGINT NOT NULL);
