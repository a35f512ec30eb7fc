-- What the committee does about one complaint or report: the case beside the order. `body` is the case as it stands, as
-- JSON; what lists look for stands in columns.
CREATE TABLE complaints_case (
  work_order BIGINT PRIMARY KEY,
  opened_at BIGINT NOT NULL,
  -- In which month it was opened, by the centre's clock: 2026-11.
  month TEXT NOT NULL,
  kind TEXT NOT NULL,
  subtype TEXT NOT NULL,
  stage TEXT NOT NULL,
  -- 1 while the committee owes something.
  open BIGINT NOT NULL,
  level TEXT NOT NULL,
  -- The group of the agent it is about, for whoever leads that.
  group_id BIGINT,
  -- Who handles it for us; none while nobody does.
  unit BIGINT,
  owner BIGINT,
  conclusion TEXT,
  cause TEXT,
  -- Until when the next thing is owed.
  due BIGINT,
  closed_at BIGINT,
  -- 1 where something was done after it was due.
  late BIGINT NOT NULL,
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX complaints_case_due ON complaints_case (due, work_order) WHERE open = 1;
CREATE INDEX complaints_case_opened ON complaints_case (opened_at, work_order);
CREATE INDEX complaints_case_group ON complaints_case (group_id, opened_at, work_order) WHERE group_id IS NOT NULL;

-- Whom a case is about, and which units: they never see it.
CREATE TABLE complaints_involved (
  work_order BIGINT NOT NULL,
  -- 'person' or 'unit'.
  what TEXT NOT NULL,
  id BIGINT NOT NULL,
  PRIMARY KEY (work_order, what, id)
);

-- Every step of every case, never changed: the case is its opening and these steps.
CREATE TABLE complaints_step (
  work_order BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  verb TEXT NOT NULL,
  from_stage TEXT NOT NULL,
  to_stage TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (work_order, seq)
);

-- 疑点: what looks hidden or forged, or deserves praise for not being hidden; with the evidence, once for each key.
CREATE TABLE complaints_finding (
  id BIGINT PRIMARY KEY,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- open, confirmed, dismissed.
  state TEXT NOT NULL,
  person BIGINT,
  unit BIGINT,
  work_order BIGINT,
  call BIGINT,
  -- In which month it was done: 2026-11.
  month TEXT NOT NULL,
  found_at BIGINT NOT NULL,
  decided_at BIGINT,
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX complaints_finding_key ON complaints_finding (key);
CREATE INDEX complaints_finding_found ON complaints_finding (found_at, id);
CREATE INDEX complaints_finding_state ON complaints_finding (state, found_at, id);
CREATE INDEX complaints_finding_person ON complaints_finding (person, found_at, id) WHERE person IS NOT NULL;
CREATE INDEX complaints_finding_order ON complaints_finding (work_order, found_at) WHERE work_order IS NOT NULL;

-- Orders that something was done to: they are looked at once more, soon.
CREATE TABLE complaints_to_check (
  work_order BIGINT PRIMARY KEY,
  at BIGINT NOT NULL
);
CREATE INDEX complaints_to_check_at ON complaints_to_check (at, work_order);

-- How far each finder has come: the place behind which it goes on.
CREATE TABLE complaints_place (
  finder TEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  id BIGINT NOT NULL
);

-- Settings: whole versions, none changed or deleted.
CREATE TABLE complaints_config (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);
