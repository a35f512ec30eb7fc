-- Where those live who are affected: by what callers choose a place from a menu. Made anew with who is affected.
CREATE TABLE outages_place (
  outage BIGINT NOT NULL,
  district TEXT NOT NULL,
  -- The community, or the road where there is none.
  place TEXT NOT NULL,
  accounts BIGINT NOT NULL,
  PRIMARY KEY (outage, district, place)
);
-- A leader speaks what callers hear into his telephone: one row for each call that he asked for.
CREATE TABLE outages_voice (
  attempt BIGINT PRIMARY KEY,
  outage BIGINT NOT NULL,
  who BIGINT NOT NULL,
  at BIGINT NOT NULL,
  -- What callers heard when it was asked for: another one later makes it worthless.
  revision BIGINT NOT NULL,
  -- `ringing`, `recorded` (heard back, neither kept nor spoken again yet), `hung_up`, `kept`, `short`, `silent`, `long`, `lost`,
  -- `not_reached`, `nothing`.
  state TEXT NOT NULL,
  call BIGINT,
  recording BIGINT,
  -- As the exchange plays it.
  clip TEXT,
  seconds BIGINT
);
CREATE INDEX outages_voice_outage ON outages_voice (outage, at);
CREATE INDEX outages_voice_open ON outages_voice (at);
