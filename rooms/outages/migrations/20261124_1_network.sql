-- The network is another below an outage: who is affected is computed again then. A row until that is done.
CREATE TABLE outages_recount (
  outage BIGINT PRIMARY KEY,
  first_at BIGINT NOT NULL,
  -- A little after the last change, so that a sheet of thousands is one computing; never long after the first.
  due BIGINT NOT NULL,
  who BIGINT NOT NULL,
  why TEXT NOT NULL
);
CREATE INDEX outages_recount_due ON outages_recount (due, outage);

-- Whom the network's change brought in and took out, by the revision that says so.
CREATE TABLE outages_moved (
  outage BIGINT NOT NULL,
  -- `joined` or `left`.
  way TEXT NOT NULL,
  rank BIGINT NOT NULL,
  account BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  party BIGINT NOT NULL,
  class TEXT NOT NULL,
  -- Is told by a wave of their own; all others are still to come in one that is under way.
  told BIGINT NOT NULL,
  PRIMARY KEY (outage, way, rank, account, revision)
);
