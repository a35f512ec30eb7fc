-- A matter that somebody above is to see at once, and how far it has come on the ladder. `body` is the whole of it as JSON.
CREATE TABLE escalations_escalation (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL,
  -- What it is about: `wo_…`, `ca_…`, `qu_…`, `pe_…`, `area:…`.
  matter TEXT NOT NULL,
  -- team_leader, floor_supervisor, department_head, duty_officer.
  rung TEXT NOT NULL,
  -- waiting, unheard, acknowledged, taken_over, stood_down, closed.
  state TEXT NOT NULL,
  -- 1 while somebody has to do something.
  open BIGINT NOT NULL,
  -- When it goes on by itself; none once somebody has acknowledged it.
  due BIGINT,
  begun_at BIGINT NOT NULL,
  begun_by BIGINT,
  -- Whom it concerns and who does not see it: of complaints about one of ours.
  concerns BIGINT,
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX escalations_escalation_number ON escalations_escalation (number);
CREATE UNIQUE INDEX escalations_escalation_matter ON escalations_escalation (matter) WHERE open = 1;
CREATE INDEX escalations_escalation_about ON escalations_escalation (matter, begun_at);
CREATE INDEX escalations_escalation_due ON escalations_escalation (due) WHERE due IS NOT NULL;
CREATE INDEX escalations_escalation_open ON escalations_escalation (begun_at, id) WHERE open = 1;
CREATE INDEX escalations_escalation_past ON escalations_escalation (begun_at, id) WHERE open = 0;

-- Whom it was shown to: who began it, and everybody on a step that it has reached.
CREATE TABLE escalations_person (
  escalation BIGINT NOT NULL,
  person BIGINT NOT NULL,
  -- As in the escalation itself.
  open BIGINT NOT NULL,
  PRIMARY KEY (escalation, person)
);
CREATE INDEX escalations_person_open ON escalations_person (person, escalation) WHERE open = 1;
CREATE INDEX escalations_person_past ON escalations_person (person, escalation) WHERE open = 0;

-- What a rule has found once: the same ground of the same matter begins nothing a second time.
CREATE TABLE escalations_fired (
  matter TEXT NOT NULL,
  ground TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (matter, ground)
);
CREATE INDEX escalations_fired_ground ON escalations_fired (ground, matter);

-- The ladder: whole versions, none changed or deleted.
CREATE TABLE escalations_config (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);
