-- A row of calls that the machine makes for one purpose. `body` holds how: flow, hours, attempts, pace.
CREATE TABLE campaigns_campaign (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  purpose TEXT NOT NULL,
  -- draft, approved, running, paused, finished, stopped.
  state TEXT NOT NULL,
  -- Of one that another room keeps and puts people into: its name there.
  standing TEXT,
  body TEXT NOT NULL,
  created_by BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX campaigns_campaign_standing ON campaigns_campaign (standing) WHERE standing IS NOT NULL;
CREATE INDEX campaigns_campaign_created ON campaigns_campaign (created_at, id);
CREATE INDEX campaigns_campaign_running ON campaigns_campaign (id) WHERE state = 'running';

-- Somebody who is to be called.
CREATE TABLE campaigns_target (
  id BIGINT PRIMARY KEY,
  campaign BIGINT NOT NULL,
  -- Whoever is put in again under the same name is called once.
  once TEXT NOT NULL,
  number TEXT NOT NULL,
  -- What it is about, for whoever put it in; empty where it is nothing.
  about TEXT NOT NULL,
  -- What the flow can say, as JSON.
  known TEXT NOT NULL,
  -- waiting, calling, done.
  state TEXT NOT NULL,
  -- Of the last attempt; of who is done, what came of it.
  outcome TEXT,
  tries BIGINT NOT NULL,
  -- No attempt before this.
  due_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX campaigns_target_once ON campaigns_target (campaign, once);
CREATE INDEX campaigns_target_due ON campaigns_target (campaign, due_at, id) WHERE state = 'waiting';
CREATE INDEX campaigns_target_progress ON campaigns_target (campaign, state, outcome, id);
CREATE INDEX campaigns_target_page ON campaigns_target (campaign, id);

-- One attempt to reach somebody: written before the exchange is asked, so that after a death each is accounted for.
CREATE TABLE campaigns_attempt (
  id BIGINT PRIMARY KEY,
  campaign BIGINT NOT NULL,
  target BIGINT NOT NULL,
  -- The process that made it.
  run BIGINT NOT NULL,
  at BIGINT NOT NULL,
  call BIGINT,
  -- None while it is being made.
  outcome TEXT,
  -- What was pressed: JSON.
  keys TEXT NOT NULL,
  ended_at BIGINT
);
CREATE UNIQUE INDEX campaigns_attempt_one ON campaigns_attempt (target) WHERE outcome IS NULL;
CREATE INDEX campaigns_attempt_target ON campaigns_attempt (target, id);
CREATE INDEX campaigns_attempt_made ON campaigns_attempt (campaign, ended_at, outcome);
CREATE INDEX campaigns_attempt_open ON campaigns_attempt (run, campaign) WHERE outcome IS NULL;

-- Settings: whole versions, none changed or deleted.
CREATE TABLE campaigns_config (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);
