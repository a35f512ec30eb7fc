-- Since when the next promise that breaks runs: how near it is to breaking follows from that. None until an order moves again.
ALTER TABLE work_orders_order ADD COLUMN due_since BIGINT;
