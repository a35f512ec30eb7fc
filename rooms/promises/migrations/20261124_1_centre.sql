-- only postgres
-- What runs and no unit answers for, the next due first: SQLite walks the index of units in order, PostgreSQL would sort.
CREATE INDEX promises_clock_centre ON promises_clock (due, promise, clock) WHERE state = 'running' AND unit IS NULL;
-- both
