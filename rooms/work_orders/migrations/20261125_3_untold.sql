-- What a customer was to be told by a message that has failed for good, until it is seen to.
CREATE TABLE work_orders_untold (
  notice BIGINT PRIMARY KEY,
  work_order BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX work_orders_untold_at ON work_orders_untold (at, notice);
