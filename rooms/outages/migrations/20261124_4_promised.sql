-- Who was promised to hear that supply is back, and whom no text message can tell: to be telephoned, with every attempt.
CREATE TABLE outages_promised (
  id BIGINT PRIMARY KEY,
  outage BIGINT NOT NULL,
  -- Of the restoration that he is told.
  revision BIGINT NOT NULL,
  phone TEXT NOT NULL,
  due BIGINT NOT NULL,
  -- open, reached, given_up, not_needed
  state TEXT NOT NULL,
  done_at BIGINT,
  body TEXT NOT NULL,
  -- The name under which the machine was asked to call; `done` when it has tried, and people go on.
  machine TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX outages_promised_once ON outages_promised (outage, revision, phone);
CREATE INDEX outages_promised_open ON outages_promised (due, id) WHERE state = 'open';

-- The revision of the restoration for which somebody who wished to be told is to be telephoned; 0 before. Told he is when he was reached.
ALTER TABLE outages_wish ADD COLUMN owed BIGINT NOT NULL DEFAULT 0;
