-- Who has been told of an outage: each account once, by what it was told first (src/rules/told.rs says what counts).
CREATE TABLE outages_reached (
  outage BIGINT NOT NULL,
  account BIGINT NOT NULL,
  -- message, greeting, machine, agent
  way TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (outage, account)
);
