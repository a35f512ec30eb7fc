-- Of one unit, what was kept: most promises are.
CREATE INDEX promises_clock_kept ON promises_clock (unit, due, promise, clock) WHERE state = 'fulfilled' AND late = 0;
