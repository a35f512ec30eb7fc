-- What the clock begins and closes, whatever else is overdue before it.
CREATE INDEX outages_outage_moves ON outages_outage (due, id) WHERE closed_at IS NULL AND state IN ('published', 'restored');
-- What was published, by when it began: whole periods are counted.
CREATE INDEX outages_outage_told ON outages_outage (starts, id) WHERE published_at IS NOT NULL;
