-- In a storm: callers who asked for a person and heard first how long that takes and what they can do instead.
CREATE TABLE calls_held_back (
  call BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  queue BIGINT NOT NULL,
  waiting BIGINT NOT NULL,
  wait_s BIGINT
);
CREATE INDEX calls_held_back_at ON calls_held_back (at);

-- In a storm: who wanted a break and had none.
CREATE TABLE calls_breaks_refused (
  position BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  agent BIGINT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX calls_breaks_refused_at ON calls_breaks_refused (at);
