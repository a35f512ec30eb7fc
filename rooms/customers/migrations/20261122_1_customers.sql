-- The party: a person or an organisation. Never deleted: archived, or merged into another.
CREATE TABLE customers_party (
  id BIGINT PRIMARY KEY,
  -- `person` or `organisation`.
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  -- `wangfang`, `wf`: what is typed when no input method is at hand.
  pinyin TEXT NOT NULL,
  initials TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  -- Both or none; the reason is a sentence.
  archived_at BIGINT,
  archived_why TEXT,
  -- Where this record went when it was found to be the same customer.
  merged_into BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX customers_party_name ON customers_party (name, id);
CREATE INDEX customers_party_pinyin ON customers_party (pinyin, id);
CREATE INDEX customers_party_initials ON customers_party (initials, id);
CREATE INDEX customers_party_merged ON customers_party (merged_into);

-- Where something is supplied. Several accounts may share one.
CREATE TABLE customers_premises (
  id BIGINT PRIMARY KEY,
  -- The whole address as it is written; equal texts are the same premises.
  text TEXT NOT NULL,
  area TEXT NOT NULL,
  road TEXT NOT NULL,
  community TEXT NOT NULL,
  building TEXT NOT NULL,
  unit TEXT NOT NULL,
  room TEXT NOT NULL
);
CREATE UNIQUE INDEX customers_premises_text ON customers_premises (text);
CREATE INDEX customers_premises_community ON customers_premises (community, building, unit);

-- 户号: a customer's connection to one utility.
CREATE TABLE customers_account (
  id BIGINT PRIMARY KEY,
  party BIGINT NOT NULL,
  premises BIGINT NOT NULL,
  number TEXT NOT NULL,
  -- For finding by the last digits.
  reversed TEXT NOT NULL,
  -- `gas`, `power`, `cable`.
  utility TEXT NOT NULL,
  -- `residential`, `commercial`, `industrial`, `cng`.
  class TEXT NOT NULL,
  opened_year BIGINT,
  closed_at BIGINT
);
CREATE UNIQUE INDEX customers_account_number ON customers_account (number);
CREATE INDEX customers_account_reversed ON customers_account (reversed);
CREATE INDEX customers_account_party ON customers_account (party);
CREATE INDEX customers_account_class ON customers_account (class, party);
CREATE INDEX customers_account_premises ON customers_account (premises);

-- The service point: the spot of an account at which a meter hangs.
CREATE TABLE customers_point (
  id BIGINT PRIMARY KEY,
  account BIGINT NOT NULL,
  -- Such as kitchen or boiler house; mostly empty.
  place TEXT NOT NULL
);
CREATE INDEX customers_point_account ON customers_point (account);

CREATE TABLE customers_meter (
  id BIGINT PRIMARY KEY,
  point BIGINT NOT NULL,
  number TEXT NOT NULL,
  reversed TEXT NOT NULL,
  -- As the utility calls it: `IC卡表 G2.5`.
  kind TEXT NOT NULL,
  installed_year BIGINT,
  -- A meter that was replaced stays.
  removed_at BIGINT
);
CREATE INDEX customers_meter_point ON customers_meter (point);
CREATE INDEX customers_meter_number ON customers_meter (number);
CREATE INDEX customers_meter_reversed ON customers_meter (reversed);

CREATE TABLE customers_contact (
  id BIGINT PRIMARY KEY,
  party BIGINT NOT NULL,
  -- In normal form (kernel::PhoneNumber).
  number TEXT NOT NULL,
  reversed TEXT NOT NULL,
  -- Whose it is, such as daughter; mostly empty.
  label TEXT NOT NULL,
  preferred BIGINT NOT NULL,
  -- `entered`, `imported`, `learnt` from a call.
  source TEXT NOT NULL,
  -- When somebody last made sure, who, and on which call.
  verified_at BIGINT,
  verified_by BIGINT,
  verified_call BIGINT
);
CREATE UNIQUE INDEX customers_contact_number ON customers_contact (number, party);
CREATE INDEX customers_contact_reversed ON customers_contact (reversed);
CREATE INDEX customers_contact_party ON customers_contact (party);

CREATE TABLE customers_flag (
  party BIGINT NOT NULL,
  -- `important`, `elderly`, `life_support`, `danger`.
  flag TEXT NOT NULL,
  reason TEXT NOT NULL,
  since BIGINT NOT NULL,
  set_by BIGINT,
  PRIMARY KEY (party, flag)
);
CREATE INDEX customers_flag_flag ON customers_flag (flag, party);

CREATE TABLE customers_note (
  id BIGINT PRIMARY KEY,
  party BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  text TEXT NOT NULL
);
CREATE INDEX customers_note_party ON customers_note (party, id);

-- What a customer was before each change: the journal says what was done, this holds the values and may be deleted.
CREATE TABLE customers_past (
  id BIGINT PRIMARY KEY,
  party BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  -- The journal's word for the change.
  kind TEXT NOT NULL,
  before TEXT NOT NULL
);
CREATE INDEX customers_past_party ON customers_past (party, id);

-- Merges and splits, so that they can be undone: what went from one record to the other.
CREATE TABLE customers_move (
  id BIGINT PRIMARY KEY,
  -- `merge` or `split`.
  kind TEXT NOT NULL,
  source BIGINT NOT NULL,
  target BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  moved TEXT NOT NULL,
  undone_at BIGINT
);
CREATE INDEX customers_move_source ON customers_move (source);
CREATE INDEX customers_move_target ON customers_move (target);

-- Whose call it was, as the agent confirmed it.
CREATE TABLE customers_call (
  call BIGINT PRIMARY KEY,
  party BIGINT NOT NULL,
  number TEXT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT NOT NULL
);
CREATE INDEX customers_call_party ON customers_call (party, at);
CREATE INDEX customers_party_archived ON customers_party (archived_at);
-- What is found by its beginning is compared by its bytes, as SQLite does by itself.
-- only postgres
ALTER TABLE customers_party ALTER COLUMN name TYPE TEXT COLLATE "C", ALTER COLUMN pinyin TYPE TEXT COLLATE "C", ALTER COLUMN initials TYPE TEXT COLLATE "C";
ALTER TABLE customers_account ALTER COLUMN number TYPE TEXT COLLATE "C", ALTER COLUMN reversed TYPE TEXT COLLATE "C";
ALTER TABLE customers_meter ALTER COLUMN number TYPE TEXT COLLATE "C", ALTER COLUMN reversed TYPE TEXT COLLATE "C";
ALTER TABLE customers_contact ALTER COLUMN number TYPE TEXT COLLATE "C", ALTER COLUMN reversed TYPE TEXT COLLATE "C";
-- both
