-- How many faults an area has had in the last minutes.
CREATE INDEX work_orders_order_area ON work_orders_order (area, accepted_at) WHERE area <> '' AND kind = 'fault';
