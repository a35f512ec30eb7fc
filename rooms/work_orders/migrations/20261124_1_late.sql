-- From when on a promise to the customer is broken: the earliest of all that run or were not kept. What stood open before is 0
-- until its promises have been read (`jobs::press`).
ALTER TABLE work_orders_order ADD COLUMN late_from BIGINT;
UPDATE work_orders_order SET late_from = 0 WHERE open = 1;
DROP INDEX work_orders_order_unpressed;
CREATE INDEX work_orders_order_unpressed ON work_orders_order (late_from) WHERE open = 1 AND pressed = 0;
CREATE INDEX work_orders_order_unread ON work_orders_order (id) WHERE late_from = 0;
