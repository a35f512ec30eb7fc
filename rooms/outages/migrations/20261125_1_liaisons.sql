-- Liaisons are a list in pages, by what they answer for.
CREATE INDEX outages_liaison_place ON outages_liaison (place, id);
