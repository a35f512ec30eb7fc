-- The machine calls, too: the name under which it was asked to; `done` when it has tried, and people go on.
ALTER TABLE outages_call ADD COLUMN machine TEXT NOT NULL DEFAULT '';
ALTER TABLE outages_told ADD COLUMN machine TEXT NOT NULL DEFAULT '';
