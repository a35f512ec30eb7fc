-- One matter with an owner and a deadline. `body` is the order as it stands, as JSON; what lists look for stands in columns.
CREATE TABLE work_orders_order (
  id BIGINT PRIMARY KEY,
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  subtype TEXT NOT NULL,
  state TEXT NOT NULL,
  -- 1 while somebody owes something.
  open BIGINT NOT NULL,
  -- Who has it: the unit, and who of it works on it; the centre where there is none.
  unit BIGINT,
  handler BIGINT,
  accepted_by BIGINT,
  accepted_at BIGINT NOT NULL,
  -- 0 open, 1 confidential, 2 anonymous.
  privacy BIGINT NOT NULL,
  -- Danger, urgent, or a complaint that is more than ordinary.
  important BIGINT NOT NULL,
  urges BIGINT NOT NULL,
  returns BIGINT NOT NULL,
  reopened BIGINT NOT NULL,
  -- Open supervisions; and 1 when there ever was one.
  supervised BIGINT NOT NULL,
  pressed BIGINT NOT NULL,
  master BIGINT,
  customer TEXT,
  -- Digits only; and the address as it is compared. Empty for whom nobody may know.
  phone TEXT NOT NULL,
  address TEXT NOT NULL,
  area TEXT NOT NULL,
  call BIGINT,
  about BIGINT,
  -- The next instant at which a promise breaks, and of which step.
  due BIGINT,
  due_step TEXT,
  -- What the customer was promised first: since when, until when.
  promised_since BIGINT,
  promised BIGINT,
  -- 1 when that was kept, 0 when it was broken; none while it runs.
  kept BIGINT,
  dispatched_at BIGINT,
  closed_at BIGINT,
  satisfaction TEXT,
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX work_orders_order_number ON work_orders_order (number);
CREATE INDEX work_orders_order_newest ON work_orders_order (accepted_at, id);
CREATE INDEX work_orders_order_due ON work_orders_order (due, id) WHERE open = 1;
CREATE INDEX work_orders_order_unit_due ON work_orders_order (unit, due, id) WHERE open = 1;
CREATE INDEX work_orders_order_unit ON work_orders_order (unit, accepted_at, id);
CREATE INDEX work_orders_order_state ON work_orders_order (state, due, id) WHERE open = 1;
CREATE INDEX work_orders_order_accepted_by ON work_orders_order (accepted_by, accepted_at, id);
CREATE INDEX work_orders_order_customer ON work_orders_order (customer, accepted_at) WHERE customer IS NOT NULL;
CREATE INDEX work_orders_order_phone ON work_orders_order (phone, accepted_at) WHERE phone <> '';
CREATE INDEX work_orders_order_address ON work_orders_order (address, accepted_at) WHERE address <> '';
CREATE INDEX work_orders_order_master ON work_orders_order (master) WHERE master IS NOT NULL;
CREATE INDEX work_orders_order_merged ON work_orders_order (id) WHERE state = 'merged';
CREATE INDEX work_orders_order_call ON work_orders_order (call) WHERE call IS NOT NULL;
CREATE INDEX work_orders_order_about ON work_orders_order (about, accepted_at) WHERE about IS NOT NULL;
CREATE INDEX work_orders_order_unpressed ON work_orders_order (promised) WHERE open = 1 AND pressed = 0;
CREATE INDEX work_orders_order_closed ON work_orders_order (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX work_orders_order_handler ON work_orders_order (handler, accepted_at, id) WHERE handler IS NOT NULL;
-- Behind the numbers of figures: few of many.
CREATE INDEX work_orders_order_urged ON work_orders_order (accepted_at, id) WHERE urges > 0;
CREATE INDEX work_orders_order_supervised ON work_orders_order (accepted_at, id) WHERE supervised > 0;
CREATE INDEX work_orders_order_returned ON work_orders_order (accepted_at, id) WHERE returns > 0;
CREATE INDEX work_orders_order_late ON work_orders_order (accepted_at, id) WHERE kept = 0;
CREATE INDEX work_orders_order_reopened ON work_orders_order (accepted_at, id) WHERE reopened > 0;
CREATE INDEX work_orders_order_important ON work_orders_order (accepted_at, id) WHERE important = 1 AND open = 1;

-- Every step of every order, never changed: who did what when, from which state to which. The order as it stands is its
-- acceptance and these steps.
CREATE TABLE work_orders_step (
  work_order BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  verb TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  unit BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (work_order, seq)
);
CREATE INDEX work_orders_step_who ON work_orders_step (who, at) WHERE who IS NOT NULL;

-- What was asked for under a key of the browser's own, so that asking twice files once.
CREATE TABLE work_orders_asked (
  person BIGINT NOT NULL,
  token TEXT NOT NULL,
  work_order BIGINT NOT NULL,
  -- Which order and what was said, hashed: the same key for something else is refused.
  what TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (person, token)
);
CREATE INDEX work_orders_asked_at ON work_orders_asked (at);

-- Sub-types, limits, settings: whole versions, none changed or deleted.
CREATE TABLE work_orders_config (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);
