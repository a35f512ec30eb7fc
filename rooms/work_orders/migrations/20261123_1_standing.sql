-- Where all open orders stand, counted from the index alone: otherwise each of them is looked up in the table. SQLite looks for
-- `open` in the row, too, unless it stands here.
CREATE INDEX work_orders_order_standing ON work_orders_order (state, unit, due, important, urges, accepted_at, open) WHERE open = 1;
-- How many a team has open, and how many are open that no team has.
CREATE INDEX work_orders_order_team ON work_orders_order (kind, accepted_by, due, open) WHERE open = 1;
