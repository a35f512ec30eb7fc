-- Which elements an outage names, so that an element knows its outages.
CREATE TABLE outages_element (
  element BIGINT NOT NULL,
  outage BIGINT NOT NULL,
  PRIMARY KEY (element, outage)
);
CREATE INDEX outages_element_outage ON outages_element (outage);
-- Those that are there already: an id stands in the body as text, to the base of 32.
-- only sqlite
INSERT INTO outages_element (element, outage)
  WITH RECURSIVE digit(outage, rest, value) AS (
    SELECT o.id, SUBSTR(j.value, 4), CAST(0 AS BIGINT) FROM outages_outage o, json_each(o.body, '$.plan.area.elements') j
    UNION ALL
    SELECT outage, SUBSTR(rest, 2), value * 32 + INSTR('0123456789abcdefghjkmnpqrstvwxyz', SUBSTR(rest, 1, 1)) - 1
    FROM digit WHERE rest <> '')
  SELECT DISTINCT value, outage FROM digit WHERE rest = '';
-- only postgres
INSERT INTO outages_element (element, outage)
  WITH RECURSIVE digit(outage, rest, value) AS (
    SELECT o.id, SUBSTR(j.value, 4), CAST(0 AS BIGINT)
    FROM outages_outage o, json_array_elements_text(CAST(o.body AS json) -> 'plan' -> 'area' -> 'elements') j(value)
    UNION ALL
    SELECT outage, SUBSTR(rest, 2), value * 32 + STRPOS('0123456789abcdefghjkmnpqrstvwxyz', SUBSTR(rest, 1, 1)) - 1
    FROM digit WHERE rest <> '')
  SELECT DISTINCT value, outage FROM digit WHERE rest = '';
-- both
