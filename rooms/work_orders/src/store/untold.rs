//! Messages to customers that have failed for good, until somebody is to call instead.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{NoticeId, Timestamp, WorkOrderId};
use sqlx::Row as _;

const PUT: db::Text = db::from_rows!(
    "INSERT INTO work_orders_untold (notice, work_order, at) SELECT CAST(value ->> 0 AS BIGINT), \
     CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT) FROM ",
    " ON CONFLICT (notice) DO NOTHING"
);
const LEFT: &str = "SELECT notice, work_order FROM work_orders_untold ORDER BY at, notice LIMIT $1";
const SEEN_TO: &str = "DELETE FROM work_orders_untold WHERE notice = $1";

pub async fn put_all(tx: &mut Tx, untold: &[(NoticeId, WorkOrderId, Timestamp)]) -> anyhow::Result<()> {
    let row = |(notice, order, at): &(NoticeId, WorkOrderId, Timestamp)| {
        (notice.get(), order.get(), at.as_micros())
    };
    let rows = serde_json::to_string(&untold.iter().map(row).collect::<Vec<_>>())?;
    let put = sqlx::query(PUT.of(tx.db().kind())).bind(rows).execute(&mut **tx).await;
    put.context("keeping that customers were not told")?;
    Ok(())
}

/// The oldest of them.
pub async fn left(db: &Db, most: i64) -> anyhow::Result<Vec<(NoticeId, WorkOrderId)>> {
    let rows = sqlx::query(LEFT).bind(most).fetch_all(db.read()).await;
    let one = |row: &db::Row| Ok((NoticeId(row.try_get("notice")?), WorkOrderId(row.try_get("work_order")?)));
    rows.context("which customers were not told")?.iter().map(one).collect()
}

/// False when another node was faster.
pub async fn seen_to(tx: &mut Tx, notice: NoticeId) -> anyhow::Result<bool> {
    let gone = sqlx::query(SEEN_TO).bind(notice.get()).execute(&mut **tx).await;
    Ok(gone.context("seeing to a customer who was not told")?.rows_affected() > 0)
}
