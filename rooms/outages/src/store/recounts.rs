//! Outages below which the network is another, until it is known who is affected now.

use anyhow::Context;
use db::{Db, Text, Tx};
use kernel::{ElementId, OutageId, PersonId, Timestamp};
use sqlx::Row as _;

/// A sheet comes in batches: what follows within this time is computed with it.
const SETTLE_US: i64 = 3_000_000;
/// However many follow, nobody waits longer.
const LONGEST_US: i64 = 30_000_000;

/// An outage that is to be computed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recount {
    pub outage: OutageId,
    pub due: Timestamp,
    /// Who changed the network last, and why.
    pub who: PersonId,
    pub why: String,
}

macro_rules! ask {
    ($list:literal) => {
        concat!(
            "INSERT INTO outages_recount (outage, first_at, due, who, why) \
             WITH RECURSIVE up(id) AS (SELECT CAST(value AS BIGINT) FROM ",
            $list,
            " UNION SELECT e.parent FROM up CROSS JOIN customers_element e WHERE e.id = up.id AND e.parent IS NOT NULL) \
             SELECT DISTINCT o.id, CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS TEXT) \
             FROM up CROSS JOIN outages_element n CROSS JOIN outages_outage o \
             WHERE n.element = up.id AND o.id = n.outage AND o.closed_at IS NULL AND o.state <> 'restored' \
             ON CONFLICT (outage) DO UPDATE SET who = excluded.who, \
             due = CASE WHEN excluded.due < outages_recount.first_at + $6 THEN excluded.due \
             ELSE outages_recount.first_at + $6 END, \
             why = CASE WHEN excluded.why = '' THEN outages_recount.why ELSE excluded.why END"
        )
    };
}
const ASK: Text =
    Text { sqlite: ask!("json_each($1)"), postgres: ask!("json_array_elements_text(CAST($1 AS json))") };
const DUE: &str =
    "SELECT outage, due, who, why FROM outages_recount WHERE due <= $1 ORDER BY due, outage LIMIT $2";
const TAKE: &str = "DELETE FROM outages_recount WHERE outage = $1 AND due = $2";
const WAITS: &str = "SELECT 1 AS one FROM outages_recount WHERE outage = $1";

/// Something changed at these elements: open outages that name one of them, or one above, are computed again.
pub async fn ask(
    tx: &mut Tx,
    touched: &[ElementId],
    (who, why): (PersonId, &str),
    now: Timestamp,
) -> anyhow::Result<u64> {
    let text = ASK.of(tx.db().kind());
    let now = now.as_micros();
    let ask = sqlx::query(text).bind(db::ids(touched.iter().map(|id| id.get()))).bind(now);
    let ask = ask.bind(now + SETTLE_US).bind(who.get()).bind(why).bind(LONGEST_US);
    Ok(ask.execute(&mut **tx).await.context("which outages the network's change concerns")?.rows_affected())
}

/// Those whose time has come.
pub async fn due(db: &Db, now: Timestamp, limit: i64) -> anyhow::Result<Vec<Recount>> {
    let rows = sqlx::query(DUE).bind(now.as_micros()).bind(limit).fetch_all(db.read()).await;
    let one = |row: &db::Row| {
        Ok(Recount {
            outage: OutageId(row.try_get("outage")?),
            due: Timestamp::from_micros(row.try_get("due")?),
            who: PersonId(row.try_get("who")?),
            why: row.try_get("why")?,
        })
    };
    rows.context("which outages are to be computed again")?.iter().map(one).collect()
}

/// It is done in this change. False when the network has changed again meanwhile: then it is done later.
pub async fn take(tx: &mut Tx, recount: &Recount) -> anyhow::Result<bool> {
    let take = sqlx::query(TAKE).bind(recount.outage.get()).bind(recount.due.as_micros());
    Ok(take.execute(&mut **tx).await.context("taking an outage to compute again")?.rows_affected() > 0)
}

/// Who is affected is about to be computed again.
pub async fn waits(db: &Db, outage: OutageId) -> anyhow::Result<bool> {
    let row = sqlx::query(WAITS).bind(outage.get()).fetch_optional(db.read()).await;
    Ok(row.context("whether an outage is computed again")?.is_some())
}
