-- One customer who is to be asked: an order that came to be called back, at that instant. `body` is the task with its
-- attempts as JSON; what lists and figures look for stands in columns.
CREATE TABLE callbacks_task (
  work_order BIGINT NOT NULL,
  since BIGINT NOT NULL,
  kind TEXT NOT NULL,
  area TEXT NOT NULL,
  -- Who is judged; none where no unit had it.
  unit BIGINT,
  -- Who may not ask: the agent who accepted it, and whom it is about.
  accepted_by BIGINT,
  about BIGINT,
  -- 1 where not everybody may know who it was.
  hidden BIGINT NOT NULL,
  government BIGINT NOT NULL,
  -- open, asked, missed, withdrawn.
  state TEXT NOT NULL,
  -- 0 where nobody needed to be asked after all.
  required BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  reached BIGINT NOT NULL,
  -- Of those who were reached; not_rated where they would not say.
  satisfaction TEXT,
  -- What came of it: closed, reopened, supervised, explained, refused.
  ending TEXT,
  doubt BIGINT NOT NULL,
  due BIGINT NOT NULL,
  -- No attempt before this.
  not_before BIGINT NOT NULL,
  -- The hour the customer wished for.
  wish BIGINT,
  claimed_by BIGINT,
  claimed_until BIGINT,
  done_at BIGINT,
  body TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (work_order, since)
);
CREATE UNIQUE INDEX callbacks_task_open ON callbacks_task (work_order) WHERE state = 'open';
CREATE INDEX callbacks_task_due ON callbacks_task (due, work_order) WHERE state = 'open';
CREATE INDEX callbacks_task_since ON callbacks_task (since, work_order);
CREATE INDEX callbacks_task_unit ON callbacks_task (unit, since, work_order);
CREATE INDEX callbacks_task_doubt ON callbacks_task (since, work_order) WHERE doubt = 1;

-- Settings: whole versions, none changed or deleted.
CREATE TABLE callbacks_config (
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  who BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, version)
);
