-- The meeting before a shift: what was said and who was there, with the record of the shift it opens.
CREATE TABLE handover_meeting (
  handover BIGINT PRIMARY KEY,
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);

-- Who of those present has read it.
CREATE TABLE handover_read (
  handover BIGINT NOT NULL,
  person BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (handover, person)
);
