//! What became of the orders of a period, by unit, kind or area: the counts that K22, K24 and K25 are made of.

use anyhow::Context;
use db::Db;
use kernel::{Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// By what the counts are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Unit,
    Kind,
    Area,
}

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Counts of one unit, kind or area; those void or merged into others do not count.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
        pub struct Counts { $($(#[$doc])* pub $name: i64,)* }

        impl std::iter::Sum for Counts {
            fn sum<I: Iterator<Item = Counts>>(all: I) -> Counts {
                all.fold(Counts::default(), |sum, one| Counts { $($name: sum.$name + one.$name,)* })
            }
        }
    };
}

counts! {
    /// Accepted in the period; the next six are of these.
    accepted,
    /// Answered on the call.
    answered,
    dispatched,
    returned,
    urged,
    reopened,
    supervised,
    /// Closed in the period with the promise to the customer kept.
    on_time,
    /// And with it broken.
    late,
    /// Open at the end of the period although overdue.
    overdue,
}

macro_rules! accepted {
    ($key:literal) => {
        concat!(
            "SELECT ",
            $key,
            " AS key, COUNT(*) AS accepted, \
             CAST(COUNT(*) FILTER (WHERE state = 'closed' AND dispatched_at IS NULL) AS BIGINT) AS answered, \
             CAST(COUNT(*) FILTER (WHERE dispatched_at IS NOT NULL) AS BIGINT) AS dispatched, \
             CAST(COUNT(*) FILTER (WHERE returns > 0) AS BIGINT) AS returned, \
             CAST(COUNT(*) FILTER (WHERE urges > 0) AS BIGINT) AS urged, \
             CAST(COUNT(*) FILTER (WHERE reopened > 0) AS BIGINT) AS reopened, \
             CAST(COUNT(*) FILTER (WHERE supervised > 0) AS BIGINT) AS supervised \
             FROM work_orders_order WHERE accepted_at >= $1 AND accepted_at < $2 AND state NOT IN ('void', 'merged') \
             GROUP BY ",
            $key
        )
    };
}
macro_rules! closed {
    ($key:literal) => {
        concat!(
            "SELECT ",
            $key,
            " AS key, CAST(COUNT(*) FILTER (WHERE kept = 1) AS BIGINT) AS on_time, \
             CAST(COUNT(*) FILTER (WHERE kept = 0) AS BIGINT) AS late FROM work_orders_order \
             WHERE closed_at IS NOT NULL AND closed_at >= $1 AND closed_at < $2 AND dispatched_at IS NOT NULL GROUP BY ",
            $key
        )
    };
}
// Those open now, and those that were open then and are closed since.
macro_rules! overdue {
    ($key:literal) => {
        concat!(
            "SELECT key, CAST(SUM(n) AS BIGINT) AS overdue FROM (SELECT ",
            $key,
            " AS key, COUNT(*) AS n FROM work_orders_order WHERE open = 1 AND accepted_at < $1 AND promised < $1 AND (kept IS NULL OR kept = 0) GROUP BY ",
            $key,
            " UNION ALL SELECT ",
            $key,
            " AS key, COUNT(*) AS n FROM work_orders_order WHERE closed_at IS NOT NULL AND closed_at >= $1 \
             AND accepted_at < $1 AND promised < $1 AND (kept IS NULL OR kept = 0) AND dispatched_at IS NOT NULL GROUP BY ",
            $key,
            ") late GROUP BY key"
        )
    };
}

struct Texts {
    accepted: &'static str,
    closed: &'static str,
    overdue: &'static str,
}

macro_rules! texts {
    ($key:literal) => {
        Texts { accepted: accepted!($key), closed: closed!($key), overdue: overdue!($key) }
    };
}

const UNIT: Texts = texts!("CAST(COALESCE(unit, 0) AS TEXT)");
const KIND: Texts = texts!("kind");
const AREA: Texts = texts!("area");

/// The counts of `[from, to)`, as of `now` where that is earlier than the end, with a unit's id, a kind, an area; none where
/// there is none.
pub async fn counts(
    db: &Db,
    by: By,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
) -> anyhow::Result<Vec<(Option<String>, Counts)>> {
    let texts = match by {
        By::Unit => UNIT,
        By::Kind => KIND,
        By::Area => AREA,
    };
    let mut found: BTreeMap<String, Counts> = BTreeMap::new();
    let period = |text: &'static str| sqlx::query(text).bind(from.as_micros()).bind(to.as_micros());
    for row in period(texts.accepted).fetch_all(db.read()).await.context("counting what was accepted")? {
        let counts = entry(&mut found, &row)?;
        counts.accepted = row.try_get("accepted")?;
        counts.answered = row.try_get("answered")?;
        counts.dispatched = row.try_get("dispatched")?;
        counts.returned = row.try_get("returned")?;
        counts.urged = row.try_get("urged")?;
        counts.reopened = row.try_get("reopened")?;
        counts.supervised = row.try_get("supervised")?;
    }
    for row in period(texts.closed).fetch_all(db.read()).await.context("counting what was closed")? {
        let counts = entry(&mut found, &row)?;
        (counts.on_time, counts.late) = (row.try_get("on_time")?, row.try_get("late")?);
    }
    let end = to.min(now).as_micros();
    let late = sqlx::query(texts.overdue).bind(end).fetch_all(db.read()).await;
    for row in late.context("counting what is overdue")? {
        entry(&mut found, &row)?.overdue = row.try_get("overdue")?;
    }
    let key = |key: String| match by {
        By::Unit => key.parse().ok().filter(|id| *id != 0).map(|id| UnitId(id).to_string()),
        By::Kind | By::Area => Some(key).filter(|key| !key.is_empty()),
    };
    Ok(found.into_iter().map(|(name, counts)| (key(name), counts)).collect())
}

fn entry<'a>(found: &'a mut BTreeMap<String, Counts>, row: &db::Row) -> anyhow::Result<&'a mut Counts> {
    Ok(found.entry(row.try_get("key")?).or_default())
}
