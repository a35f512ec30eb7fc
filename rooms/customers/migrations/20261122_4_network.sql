-- What supplies whom: a substation, its lines, their transformers; a pressure station, its sections, their risers.
CREATE TABLE customers_element (
  id BIGINT PRIMARY KEY,
  -- `substation`, `line`, `transformer`, `pressure_station`, `section`, `riser`.
  kind TEXT NOT NULL,
  -- As it is painted on it and stands in the utility's sheets.
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  -- What supplies it.
  parent BIGINT
);
CREATE UNIQUE INDEX customers_element_code ON customers_element (code);
CREATE INDEX customers_element_name ON customers_element (name);
CREATE INDEX customers_element_parent ON customers_element (parent);
-- What a service point hangs below, where that is known.
ALTER TABLE customers_point ADD COLUMN element BIGINT;
CREATE INDEX customers_point_element ON customers_point (element, account);
-- Outages are of streets and districts, too.
CREATE INDEX customers_premises_road ON customers_premises (road);
CREATE INDEX customers_premises_area ON customers_premises (area);
-- What is found by its beginning is compared by its bytes, as SQLite does by itself.
-- only postgres
ALTER TABLE customers_premises ALTER COLUMN road TYPE TEXT COLLATE "C";
ALTER TABLE customers_element ALTER COLUMN code TYPE TEXT COLLATE "C", ALTER COLUMN name TYPE TEXT COLLATE "C";
-- both
