-- Elements are changed, moved and taken out of service by people: with a version, and a reason when they go.
ALTER TABLE customers_element ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE customers_element ADD COLUMN retired_at BIGINT;
ALTER TABLE customers_element ADD COLUMN retired_why TEXT;
-- What hangs below one is shown a page at a time, in the order of the codes.
DROP INDEX customers_element_parent;
CREATE INDEX customers_element_parent ON customers_element (parent, code);
-- Names of communities and roads repeat in every district: who lives there is read from the index alone, district and all.
-- only postgres
ALTER TABLE customers_premises ALTER COLUMN area TYPE TEXT COLLATE "C";
-- both
DROP INDEX customers_premises_community;
DROP INDEX customers_premises_road;
DROP INDEX customers_premises_area;
CREATE INDEX customers_premises_community ON customers_premises (community, area, building, road, id);
CREATE INDEX customers_premises_road ON customers_premises (road, area, building, id);
CREATE INDEX customers_premises_area ON customers_premises (area, id);
DROP INDEX customers_account_premises;
CREATE INDEX customers_account_premises ON customers_account (premises, utility, closed_at, id, party, class);
