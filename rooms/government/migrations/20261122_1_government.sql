-- A hotline of the city that sends us tickets, and whom we tell what became of them.
CREATE TABLE government_platform (
  id BIGINT PRIMARY KEY,
  -- What it calls itself in its requests.
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  -- Where it is told.
  url TEXT NOT NULL,
  -- Sealed; empty once removed. The one before is believed for a while after a new one was made.
  secret TEXT NOT NULL,
  old_secret TEXT NOT NULL,
  old_until BIGINT NOT NULL,
  -- `active`, `paused` or `removed`.
  state TEXT NOT NULL,
  -- Its categories and units in our words (JSON).
  mapping TEXT NOT NULL,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX government_platform_code ON government_platform (code) WHERE state <> 'removed';
CREATE INDEX government_platform_state ON government_platform (state, id);

-- Signed requests that were here: none is taken twice. Forgotten when their time is over.
CREATE TABLE government_nonce (
  platform BIGINT NOT NULL,
  nonce TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (platform, nonce)
);
CREATE INDEX government_nonce_at ON government_nonce (at);

-- A ticket of theirs, which is a work order of ours. What was said stands in the order, not here.
CREATE TABLE government_ticket (
  id BIGINT PRIMARY KEY,
  platform BIGINT NOT NULL,
  -- Theirs.
  number TEXT NOT NULL,
  work_order BIGINT NOT NULL,
  -- Ours.
  order_number TEXT NOT NULL,
  -- Where it stands towards them, and whether anything is owed.
  stage TEXT NOT NULL,
  open BIGINT NOT NULL,
  -- The next of their limits.
  due BIGINT,
  came_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  version BIGINT NOT NULL,
  -- The line of what they are told: how many wait, the last number, what went wrong, and who sends until when.
  waiting BIGINT NOT NULL,
  last_number BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  -- They have refused the head of the line: somebody has to look at it.
  refused BIGINT NOT NULL,
  detail TEXT NOT NULL,
  next_at BIGINT NOT NULL,
  lease_until BIGINT NOT NULL
);
CREATE UNIQUE INDEX government_ticket_number ON government_ticket (platform, number);
CREATE UNIQUE INDEX government_ticket_order ON government_ticket (work_order);
CREATE INDEX government_ticket_came ON government_ticket (came_at, id);
CREATE INDEX government_ticket_open ON government_ticket (came_at, id) WHERE open = 1;
CREATE INDEX government_ticket_line ON government_ticket (came_at, id) WHERE waiting > 0;
CREATE INDEX government_ticket_send ON government_ticket (next_at) WHERE waiting > 0 AND refused = 0;

-- What they are told of a ticket, as it is sent: the same bytes each time.
CREATE TABLE government_return (
  ticket BIGINT NOT NULL,
  -- Counted for each ticket, in the order in which they are told.
  number BIGINT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  -- `waiting`, `sent`, `refused` or `skipped`.
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  tried_at BIGINT,
  status BIGINT,
  took_ms BIGINT,
  error TEXT NOT NULL,
  PRIMARY KEY (ticket, number)
);
CREATE INDEX government_return_line ON government_return (ticket, number) WHERE state IN ('waiting', 'refused');

-- What they have said of a ticket: each once.
CREATE TABLE government_message (
  platform BIGINT NOT NULL,
  -- Theirs.
  message TEXT NOT NULL,
  ticket BIGINT NOT NULL,
  kind TEXT NOT NULL,
  -- Of what it said: the same name with other words is refused.
  hash TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (platform, message)
);
CREATE INDEX government_message_ticket ON government_message (ticket, at);
