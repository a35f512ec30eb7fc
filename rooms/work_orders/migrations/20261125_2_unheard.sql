-- What was sent to a unit that had nobody to hear it, until the unit takes it or another has it.
CREATE TABLE work_orders_unheard (
  work_order BIGINT PRIMARY KEY,
  unit BIGINT NOT NULL,
  -- Who heard it instead: `above`, `centre`, or `nobody`.
  hears TEXT NOT NULL,
  -- The people who were told, as JSON.
  told TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX work_orders_unheard_nobody ON work_orders_unheard (at, work_order) WHERE hears = 'nobody';
