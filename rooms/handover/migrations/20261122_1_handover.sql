-- One handover: what the shift that ends leaves to the next. `body` is the record as JSON.
CREATE TABLE handover_record (
  id BIGINT PRIMARY KEY,
  -- When the shift began and ended; one record for each end.
  begins BIGINT NOT NULL,
  ends BIGINT NOT NULL,
  -- draft, signed_out, verified, signed_in.
  state TEXT NOT NULL,
  -- When it was told that nobody has signed.
  alarmed_at BIGINT,
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX handover_record_ends ON handover_record (ends);
CREATE INDEX handover_record_open ON handover_record (ends) WHERE state <> 'signed_in';

-- What is handed over one by one, and what the incoming leader says of it.
CREATE TABLE handover_item (
  handover BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  -- What it is about: `wo_…` or `owed_…`.
  about TEXT NOT NULL,
  -- Whom it concerns and who does not see it, of complaints about one of ours.
  concerns BIGINT,
  -- none, accepted, queried, answered.
  verdict TEXT NOT NULL,
  body TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (handover, seq)
);
CREATE UNIQUE INDEX handover_item_about ON handover_item (handover, about);

-- The leader's log: lines it writes itself, and lines by hand. Never changed.
CREATE TABLE handover_line (
  id BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  -- accepted, closed, urge, supervise, ordered, bulletin_written, missed, note …
  what TEXT NOT NULL,
  important BIGINT NOT NULL,
  who BIGINT,
  -- Who does not see it: it is about this person.
  concerns BIGINT,
  -- Where it was found: `journal`, `desks`, and its place there; `hand` for what somebody wrote.
  source TEXT NOT NULL,
  place BIGINT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX handover_line_at ON handover_line (at, id);
CREATE INDEX handover_line_important ON handover_line (at, id) WHERE important = 1;
CREATE UNIQUE INDEX handover_line_source ON handover_line (source, place) WHERE source <> 'hand';

-- How far the log has followed what it writes itself from.
CREATE TABLE handover_followed (
  source TEXT PRIMARY KEY,
  place BIGINT NOT NULL
);

-- Settings: whole versions, none changed or deleted.
CREATE TABLE handover_config (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);
