-- One interruption of supply: the body is the whole thing with its revisions as JSON; columns are what lists, the watcher and
-- the telephone look for.
CREATE TABLE outages_outage (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL,
  utility TEXT NOT NULL,
  class TEXT NOT NULL,
  state TEXT NOT NULL,
  area TEXT NOT NULL,
  starts BIGINT NOT NULL,
  -- The estimate in force; none while nobody knows.
  ends BIGINT,
  -- What must happen next, by when; none once it is closed or cancelled.
  due BIGINT,
  published_at BIGINT,
  closed_at BIGINT,
  -- Callers hear of it from and until then; none while its greeting is not approved.
  speaks_from BIGINT,
  speaks_until BIGINT,
  affected BIGINT NOT NULL,
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX outages_outage_number ON outages_outage (number);
CREATE INDEX outages_outage_open ON outages_outage (due, id) WHERE closed_at IS NULL;
CREATE INDEX outages_outage_speaks ON outages_outage (speaks_until);
CREATE INDEX outages_outage_starts ON outages_outage (starts, id);

-- Numbers of a day are given out one by one.
CREATE TABLE outages_count (
  day TEXT PRIMARY KEY,
  last BIGINT NOT NULL
);

-- Who is affected, computed from the service points; made anew when the area changes.
CREATE TABLE outages_affected (
  outage BIGINT NOT NULL,
  -- 1 important, 2 life support, 3 elderly, 4 everybody else.
  rank BIGINT NOT NULL,
  account BIGINT NOT NULL,
  party BIGINT NOT NULL,
  class TEXT NOT NULL,
  PRIMARY KEY (outage, rank, account)
);
CREATE INDEX outages_affected_account ON outages_affected (account, outage);

-- Who puts it up in the community (供电信息员).
CREATE TABLE outages_liaison (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  -- Community or company.
  place TEXT NOT NULL,
  -- Elements and communities covered, as JSON.
  body TEXT NOT NULL,
  valid_until BIGINT,
  retired_at BIGINT,
  version BIGINT NOT NULL
);

-- What a liaison was told, and whether the telephone has it: a row for each message.
CREATE TABLE outages_told (
  id BIGINT PRIMARY KEY,
  outage BIGINT NOT NULL,
  liaison BIGINT NOT NULL,
  -- published, day_before, started, changed, restored, cancelled
  moment TEXT NOT NULL,
  revision BIGINT NOT NULL,
  at BIGINT NOT NULL,
  -- The message; none where it could not be sent, and `why`.
  notice TEXT,
  why TEXT NOT NULL,
  -- queued, delivered, failed, called
  state TEXT NOT NULL,
  -- Without a receipt by then somebody calls.
  call_at BIGINT,
  called_by BIGINT,
  called_at BIGINT
);
CREATE UNIQUE INDEX outages_told_once ON outages_told (outage, moment, revision, liaison);
CREATE INDEX outages_told_notice ON outages_told (notice);
CREATE INDEX outages_told_call ON outages_told (call_at) WHERE call_at IS NOT NULL;

-- Text messages to everybody affected, sent a batch at a time: how far it has come.
CREATE TABLE outages_wave (
  outage BIGINT NOT NULL,
  moment TEXT NOT NULL,
  revision BIGINT NOT NULL,
  rank BIGINT NOT NULL,
  account BIGINT NOT NULL,
  sent BIGINT NOT NULL,
  refused BIGINT NOT NULL,
  done_at BIGINT,
  PRIMARY KEY (outage, moment, revision)
);
CREATE INDEX outages_wave_open ON outages_wave (outage) WHERE done_at IS NULL;

-- Important customers who are to be telephoned, with every attempt.
CREATE TABLE outages_call (
  outage BIGINT NOT NULL,
  party BIGINT NOT NULL,
  -- Days before: 7 or 1; 0 for what is told at once.
  days BIGINT NOT NULL,
  due BIGINT NOT NULL,
  late BIGINT NOT NULL,
  -- open, reached, given_up, not_needed
  state TEXT NOT NULL,
  done_at BIGINT,
  body TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (outage, party, days)
);
CREATE INDEX outages_call_open ON outages_call (due, outage, party) WHERE state = 'open';

-- Who wants to hear when supply is back.
CREATE TABLE outages_wish (
  outage BIGINT NOT NULL,
  phone TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (outage, phone)
);

-- Coming outages of callers: whether the agent has told of them (K33).
CREATE TABLE outages_mention (
  call BIGINT NOT NULL,
  outage BIGINT NOT NULL,
  agent BIGINT NOT NULL,
  at BIGINT NOT NULL,
  -- told, known, not_applicable; none: nobody said.
  answer TEXT,
  PRIMARY KEY (call, outage)
);
CREATE INDEX outages_mention_at ON outages_mention (at);

-- Settings: whole versions, none changed or deleted.
CREATE TABLE outages_config (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);
