-- Until when an open request for more time is to be answered; none where nobody has asked.
ALTER TABLE work_orders_order ADD COLUMN decide_by BIGINT;
CREATE INDEX work_orders_order_decide_by ON work_orders_order (due, id) WHERE open = 1 AND decide_by IS NOT NULL;
-- How many there are, counted from the index alone.
CREATE INDEX work_orders_order_asking ON work_orders_order (decide_by, open) WHERE open = 1 AND decide_by IS NOT NULL;
