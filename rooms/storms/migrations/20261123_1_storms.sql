-- One row for each storm. `open` is 1 while it goes on, and absent afterwards: at most one goes on.
CREATE TABLE storms_storm (
  id BIGINT PRIMARY KEY,
  open BIGINT UNIQUE,
  began_at BIGINT NOT NULL,
  -- Absent: by the thresholds.
  began_by BIGINT,
  began_why TEXT NOT NULL,
  -- When it is expected to be over; told to whoever has no break.
  until_at BIGINT NOT NULL,
  -- Since when calm, so that its end is proposed.
  calm_at BIGINT,
  ended_at BIGINT,
  ended_by BIGINT,
  ended_why TEXT,
  -- The figures as they were when everything in it was settled, as JSON.
  report TEXT,
  version BIGINT NOT NULL
);
CREATE INDEX storms_storm_began ON storms_storm (began_at, id);
CREATE INDEX storms_storm_unsettled ON storms_storm (ended_at) WHERE report IS NULL AND ended_at IS NOT NULL;

-- What the thresholds have seen, so that a restart does not begin to count anew.
CREATE TABLE storms_watch (
  one BIGINT PRIMARY KEY,
  loud_since BIGINT,
  calm_since BIGINT,
  -- 0 after somebody has ended a storm by hand, until it has been calm.
  armed BIGINT NOT NULL
);
INSERT INTO storms_watch (one, armed) VALUES (1, 1);

-- One row each minute: what the thresholds look at, for charts and for the peak of a storm.
CREATE TABLE storms_minute (
  at BIGINT PRIMARY KEY,
  arrived BIGINT NOT NULL,
  normal BIGINT NOT NULL,
  waiting BIGINT NOT NULL,
  longest_s BIGINT NOT NULL,
  lines_percent BIGINT NOT NULL,
  abandoned_percent BIGINT NOT NULL
);

CREATE TABLE storms_config (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);
