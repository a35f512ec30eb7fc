-- Queues, trunks and dial rules are read whole at start and after each change; `body` is the JSON of the rule's noun.
CREATE TABLE calls_queues (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE TABLE calls_trunks (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE TABLE calls_dial_rules (
  prefix TEXT PRIMARY KEY,
  trunk BIGINT
);
CREATE TABLE calls_settings (
  one BIGINT PRIMARY KEY,
  body TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);
