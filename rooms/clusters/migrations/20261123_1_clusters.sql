-- A sign that supply may be off somewhere: one row for each call or order, whatever becomes known of it later.
CREATE TABLE clusters_signal (
  -- `call:123`, `order:456`
  source TEXT PRIMARY KEY,
  -- Of its last change: the finder reads them in this order.
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  -- `nothing`, `no_supply`, `other`
  says TEXT NOT NULL,
  -- 0 a call came, 1 a key was pressed, 2 somebody wrote it down.
  rank BIGINT NOT NULL,
  -- Until it is known where it is: the caller's number, the customer's record, the address as it was written.
  number TEXT NOT NULL,
  party BIGINT,
  address TEXT NOT NULL,
  resolved BIGINT NOT NULL,
  -- Who is counted once, and the places that supply him, as JSON.
  household BIGINT NOT NULL,
  paths TEXT NOT NULL,
  -- 1 when an outage or a decision accounts for it.
  explained BIGINT NOT NULL,
  outage BIGINT
);
CREATE UNIQUE INDEX clusters_signal_seq ON clusters_signal (seq);
CREATE INDEX clusters_signal_at ON clusters_signal (at);
CREATE INDEX clusters_signal_unresolved ON clusters_signal (seq) WHERE resolved = 0;
CREATE INDEX clusters_signal_outage ON clusters_signal (outage) WHERE outage IS NOT NULL;

-- Places that signals came from, with how much hangs below them; counted anew after a day.
CREATE TABLE clusters_place (
  key TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  parent TEXT,
  customers BIGINT NOT NULL,
  children BIGINT NOT NULL,
  leaves BIGINT NOT NULL,
  counted_at BIGINT NOT NULL
);

CREATE TABLE clusters_proposal (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL,
  -- `proposed`, `confirmed`, `dismissed`, `expired`, `merged`
  state TEXT NOT NULL,
  proposed_at BIGINT NOT NULL,
  outage BIGINT,
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX clusters_proposal_number ON clusters_proposal (number);
CREATE INDEX clusters_proposal_open ON clusters_proposal (id) WHERE state = 'proposed';
CREATE INDEX clusters_proposal_past ON clusters_proposal (proposed_at, id);

CREATE TABLE clusters_evidence (
  proposal BIGINT NOT NULL,
  source TEXT NOT NULL,
  household BIGINT NOT NULL,
  PRIMARY KEY (proposal, source)
);
CREATE INDEX clusters_evidence_source ON clusters_evidence (source);

-- How far signals are numbered and looked at; `epoch` grows when somebody decides, so that the finder is put together anew.
CREATE TABLE clusters_head (one BIGINT PRIMARY KEY, seq BIGINT NOT NULL, taken BIGINT NOT NULL, epoch BIGINT NOT NULL);
INSERT INTO clusters_head (one, seq, taken, epoch) VALUES (1, 0, 0, 0);

-- Settings: whole versions, none changed or deleted.
CREATE TABLE clusters_config (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);
