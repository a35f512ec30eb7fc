-- The revision of the restoration that somebody was told who wished to be; 0 before. So a wish that is heard late is told, too, and
-- none is twice.
ALTER TABLE outages_wish ADD COLUMN told BIGINT NOT NULL DEFAULT 0;
CREATE INDEX outages_wish_told ON outages_wish (outage, told, at, phone);
