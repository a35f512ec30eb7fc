-- When the next grade of supervision follows, because the unit has not answered the last one until then.
ALTER TABLE work_orders_order ADD COLUMN climbs_at BIGINT;
CREATE INDEX work_orders_order_climbs ON work_orders_order (climbs_at) WHERE climbs_at IS NOT NULL;
