-- What the customers of a master were told and those who follow it are still to hear, the newest only.
CREATE TABLE work_orders_passed (
  master BIGINT PRIMARY KEY,
  -- The master's step that it was said of.
  seq BIGINT NOT NULL,
  said TEXT NOT NULL,
  -- Followers up to this id have been told.
  told_to BIGINT NOT NULL
);
CREATE INDEX work_orders_order_following ON work_orders_order (master, id) WHERE state = 'merged';
