//! Outages by the elements they name.

use anyhow::Context;
use db::Db;
use kernel::ElementId;
use sqlx::Row as _;

use super::outages::outage;
use crate::rules::Outage;

const FOUND: &str = "WITH RECURSIVE up(id, parent, depth) AS (SELECT e.id, e.parent, 0 FROM customers_element e WHERE e.id = $1 \
     UNION ALL SELECT e.id, e.parent, up.depth + 1 FROM up JOIN customers_element e ON e.id = up.parent WHERE up.depth < 30), \
     below(id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT e.id FROM below CROSS JOIN customers_element e \
     WHERE e.parent = below.id), \
     named(outage, whole) AS (SELECT n.outage, 1 FROM up CROSS JOIN outages_element n WHERE n.element = up.id UNION ALL \
     SELECT n.outage, 0 FROM below CROSS JOIN outages_element n WHERE n.element = below.id) \
     SELECT o.body, o.version, x.whole FROM (SELECT outage, MAX(whole) AS whole FROM named GROUP BY outage) AS x \
     JOIN outages_outage o ON o.id = x.outage ORDER BY o.starts DESC, o.id DESC LIMIT 50";

/// The last fifty, the newest first, and whether all is off that it supplies.
pub async fn outages(db: &Db, element: ElementId) -> anyhow::Result<Vec<(Outage, bool)>> {
    let rows = sqlx::query(FOUND).bind(element.get()).fetch_all(db.read()).await;
    let one = |row: &db::Row| Ok((outage(row)?, row.try_get::<i64, _>("whole")? == 1));
    rows.context("outages of an element")?.iter().map(one).collect()
}
