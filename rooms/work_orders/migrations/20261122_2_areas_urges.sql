-- How many faults an area has had in the last minutes.
CREATE INDEX work_orders_order_area ON work_orders_order (area, accepted_at) WHERE area <> '' AND kind = 'fault';
-- What is urged and still open, of everybody and of one unit.
CREATE INDEX work_orders_order_urged_due ON work_orders_order (due, id) WHERE open = 1 AND urges > 0;
CREATE INDEX work_orders_order_unit_urged ON work_orders_order (unit, due, id) WHERE open = 1 AND urges > 0;
