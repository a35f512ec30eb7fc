-- A flow, its draft and which of its versions callers hear.
CREATE TABLE ivr_flows_flows (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  draft TEXT NOT NULL,
  revision BIGINT NOT NULL,
  live BIGINT,
  live_at BIGINT,
  live_by TEXT
);
CREATE TABLE ivr_flows_versions (
  flow BIGINT NOT NULL,
  version BIGINT NOT NULL,
  source TEXT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  who_name TEXT,
  note TEXT,
  PRIMARY KEY (flow, version)
);
-- Called numbers.
CREATE TABLE ivr_flows_numbers (
  number TEXT PRIMARY KEY,
  flow BIGINT NOT NULL
);
-- Uploaded prompts as A-law WAV; the files that are played are written from here.
CREATE TABLE ivr_flows_prompts (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  text TEXT,
  duration_ms BIGINT NOT NULL,
  hash TEXT NOT NULL,
  audio {blob} NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT
);
