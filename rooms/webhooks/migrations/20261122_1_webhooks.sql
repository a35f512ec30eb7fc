-- Who outside is told what happens, and how it goes.
CREATE TABLE webhooks_subscription (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  -- Sealed; empty once removed.
  secret TEXT NOT NULL,
  -- `active`, `paused` or `removed`.
  state TEXT NOT NULL,
  -- Why it is paused: `by_hand`, `failing`, `gone`, `no_secret`; and what was heard last when it went wrong.
  why TEXT NOT NULL,
  detail TEXT NOT NULL,
  -- In a row.
  failures BIGINT NOT NULL,
  -- Deliveries that wait, and events that were not kept because too many did.
  waiting BIGINT NOT NULL,
  dropped BIGINT NOT NULL,
  -- The number of the last delivery, and the last place in the line.
  last_number BIGINT NOT NULL,
  last_place BIGINT NOT NULL,
  -- Not before, and who sends has it until; never NULL, so that one index serves.
  next_at BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX webhooks_subscription_due ON webhooks_subscription (next_at) WHERE state = 'active' AND waiting > 0;
CREATE INDEX webhooks_subscription_state ON webhooks_subscription (state, id);

-- Which events it wants.
CREATE TABLE webhooks_wanted (
  kind TEXT NOT NULL,
  subscription BIGINT NOT NULL,
  PRIMARY KEY (kind, subscription)
);
CREATE INDEX webhooks_wanted_subscription ON webhooks_wanted (subscription);

-- One event for one of them, as it is sent: the same bytes each time.
CREATE TABLE webhooks_delivery (
  subscription BIGINT NOT NULL,
  -- Counted for each subscription; with it, the name under which it is sent.
  number BIGINT NOT NULL,
  -- The place in the line; a later one when it is sent again.
  place BIGINT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  -- `waiting`, `sent`, `skipped`, `expired`, or `failed` for a trial.
  state TEXT NOT NULL,
  -- In this turn.
  attempts BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  -- When it began to wait.
  queued_at BIGINT NOT NULL,
  tried_at BIGINT,
  -- What came of the last try.
  status BIGINT,
  took_ms BIGINT,
  error TEXT NOT NULL,
  PRIMARY KEY (subscription, number)
);
CREATE INDEX webhooks_delivery_line ON webhooks_delivery (subscription, place) WHERE state = 'waiting';
CREATE INDEX webhooks_delivery_state ON webhooks_delivery (subscription, state, number);
CREATE INDEX webhooks_delivery_created ON webhooks_delivery (subscription, created_at);
CREATE INDEX webhooks_delivery_old ON webhooks_delivery (created_at);
