-- Until when an open request for more time is to be answered; none where nobody has asked. The index has all that the count
-- needs: otherwise SQLite counts by another one, and looks each open order up in the table.
ALTER TABLE work_orders_order ADD COLUMN decide_by BIGINT;
CREATE INDEX work_orders_order_decide_by ON work_orders_order (due, id, decide_by, open) WHERE open = 1 AND decide_by IS NOT NULL;
