-- A deadline given to somebody: one step of one matter, with the clock of the unit and, mostly, of the customer.
CREATE TABLE promises_promise (
  id BIGINT PRIMARY KEY,
  -- Whose matter it is about, and its id and number there.
  room TEXT NOT NULL,
  subject TEXT NOT NULL,
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  step TEXT NOT NULL,
  -- The first, second … time that this step is owed.
  round BIGINT NOT NULL,
  -- The rule that set the limit, as reports name it; empty where a time was agreed.
  rule TEXT NOT NULL,
  -- Both clocks as the engine keeps them.
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX promises_promise_subject ON promises_promise (room, subject, step, round);

-- Each clock in columns: for the watcher, the lists and the reports.
CREATE TABLE promises_clock (
  promise BIGINT NOT NULL,
  -- `unit` or `customer`.
  clock TEXT NOT NULL,
  -- Who answers for it; the centre where there is none.
  unit BIGINT,
  since BIGINT NOT NULL,
  due BIGINT NOT NULL,
  -- `running`, `fulfilled` or `withdrawn`.
  state TEXT NOT NULL,
  -- By how many microseconds it was broken when it ended; 0 for kept and for running.
  late BIGINT NOT NULL,
  yellow BIGINT NOT NULL,
  orange BIGINT NOT NULL,
  red BIGINT NOT NULL,
  -- The last warning told.
  told TEXT,
  -- When the next one is to be told.
  warn_at BIGINT,
  PRIMARY KEY (promise, clock)
);
CREATE INDEX promises_clock_warn ON promises_clock (warn_at) WHERE warn_at IS NOT NULL;
CREATE INDEX promises_clock_running ON promises_clock (due, promise, clock) WHERE state = 'running';
CREATE INDEX promises_clock_unit ON promises_clock (unit, due, promise, clock) WHERE state = 'running';
CREATE INDEX promises_clock_broken ON promises_clock (due, promise, clock) WHERE late > 0;
CREATE INDEX promises_clock_due ON promises_clock (due);
