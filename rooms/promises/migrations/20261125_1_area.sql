-- Where what was promised is owed, as the matter says it; empty where it says none.
ALTER TABLE promises_clock ADD COLUMN area TEXT NOT NULL DEFAULT '';
-- What is or was due in one area, in the order of its lists.
CREATE INDEX promises_clock_area ON promises_clock (area, due, promise, clock);
