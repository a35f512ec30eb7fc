//! What K19 to K21 are made of: contacts of a period, answered on the call, not needed again, repeated; and the records behind each.
//!
//! A contact is an incoming call with a completed record that somebody wanted something by. It comes again when the same
//! customer (of whom nobody knows who it was: the same number) calls about the same reason.

use anyhow::Context;
use db::{Db, Text};
use kernel::{CallId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use utoipa::ToSchema;

use super::records::record;
use crate::rules::Record;

/// Contacts about one reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Contacts {
    pub contacts: i64,
    /// Answered on the call, without an order or a call back.
    pub direct: i64,
    /// Not followed by another within seven days after it was closed.
    pub solved: i64,
    /// Preceded by another within seven days.
    pub repeated: i64,
}

impl std::iter::Sum for Contacts {
    fn sum<I: Iterator<Item = Contacts>>(all: I) -> Contacts {
        all.fold(Contacts::default(), |sum, one| Contacts {
            contacts: sum.contacts + one.contacts,
            direct: sum.direct + one.direct,
            solved: sum.solved + one.solved,
            repeated: sum.repeated + one.repeated,
        })
    }
}

/// Which records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Set {
    Contacts,
    Direct,
    Solved,
    Repeated,
}

macro_rules! counted {
    () => {
        "direction = 'in' AND state = 'complete' AND reason IS NOT NULL AND result IN ('answered', 'order', 'call_back')"
    };
}
macro_rules! contact {
    () => {
        concat!("at >= $2 AND at < $3 AND ", counted!())
    };
}
// Another contact of the same customer about the same reason: `$when` compares its time with this one's.
macro_rules! another {
    ($when:literal) => {
        concat!(
            "(customer IS NOT NULL AND EXISTS (SELECT 1 FROM interactions_record AS other WHERE \
             other.customer = interactions_record.customer AND ",
            $when,
            ") OR customer IS NULL AND SUBSTR(number, 1, 1) IN ('+', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9') \
             AND EXISTS (SELECT 1 FROM interactions_record AS other WHERE \
             other.number = interactions_record.number AND other.customer IS NULL AND ",
            $when,
            "))"
        )
    };
}
macro_rules! after {
    () => {
        another!(
            "other.at > interactions_record.at AND other.at <= interactions_record.completed_at + 604800000000 \
             AND other.call <> interactions_record.call AND other.direction = 'in' \
             AND other.reason = interactions_record.reason \
             AND COALESCE(other.result, '') NOT IN ('wrong_number', 'silent', 'nuisance')"
        )
    };
}
macro_rules! before {
    () => {
        another!(
            "other.at < interactions_record.at AND other.at >= interactions_record.at - 604800000000 \
             AND other.call <> interactions_record.call AND other.direction = 'in' \
             AND other.reason = interactions_record.reason \
             AND COALESCE(other.result, '') NOT IN ('wrong_number', 'silent', 'nuisance')"
        )
    };
}

pub(super) use {after, another, before, counted};

// From one reason to the next: of each only the period is walked, in an index that holds all that is counted.
const COUNTS: &str = "WITH RECURSIVE reasons (reason) AS (SELECT MIN(reason) FROM interactions_contact UNION ALL \
     SELECT (SELECT MIN(later.reason) FROM interactions_contact AS later WHERE later.reason > reasons.reason) \
     FROM reasons WHERE reasons.reason IS NOT NULL) \
     SELECT reasons.reason AS reason, COUNT(*) AS contacts, CAST(SUM(one.direct) AS BIGINT) AS direct, \
     CAST(SUM(one.solved) AS BIGINT) AS solved, CAST(SUM(one.repeated) AS BIGINT) AS repeated \
     FROM reasons JOIN interactions_contact AS one ON one.reason = reasons.reason AND one.at >= $1 AND one.at < $2 \
     GROUP BY reasons.reason ORDER BY reasons.reason";

/// The contacts of `[from, to)` by reason.
pub async fn counts(db: &Db, from: Timestamp, to: Timestamp) -> anyhow::Result<Vec<(String, Contacts)>> {
    let query = sqlx::query(COUNTS).bind(from.as_micros()).bind(to.as_micros());
    let rows = query.fetch_all(db.read()).await.context("counting contacts")?;
    let one = |row: &db::Row| {
        let counted = Contacts {
            contacts: row.try_get("contacts")?,
            direct: row.try_get("direct")?,
            solved: row.try_get("solved")?,
            repeated: row.try_get("repeated")?,
        };
        Ok((row.try_get("reason")?, counted))
    };
    rows.iter().map(one).collect()
}

macro_rules! behind {
    ($which:expr) => {
        db::in_texts!(
            "SELECT call, agent, group_id, direction, number, at, state, body, tree, edition, overdue_at, completed_at, \
             released_at, released_by, release_why, writer, seq, saved_at, version FROM interactions_record \
             WHERE ($4 = 0 OR reason IN ",
            concat!(
                ") AND ",
                contact!(),
                " AND (at < $5 OR (at = $5 AND (call < $6 OR (call = $6 AND agent < $7)))) AND ",
                $which,
                " ORDER BY at DESC, call DESC, agent DESC LIMIT $8"
            )
        )
    };
}

impl Set {
    fn text(self) -> Text {
        match self {
            Set::Contacts => behind!("1 = 1"),
            Set::Direct => behind!("result = 'answered'"),
            Set::Solved => behind!(concat!("NOT ", after!())),
            Set::Repeated => behind!(before!()),
        }
    }
}

/// Which of them.
#[derive(Clone, Debug)]
pub struct Behind {
    pub set: Set,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Only about these reasons.
    pub reasons: Option<Vec<String>>,
    /// The last of the page before.
    pub before: Option<(Timestamp, CallId, PersonId)>,
}

/// The records behind a figure, the newest first.
pub async fn behind(db: &Db, asked: &Behind, limit: i64) -> anyhow::Result<Vec<Record>> {
    let (at, call, agent) = asked.before.map_or((i64::MAX, i64::MAX, i64::MAX), |(at, call, agent)| {
        (at.as_micros(), call.get(), agent.get())
    });
    let reasons = serde_json::to_string(asked.reasons.as_deref().unwrap_or_default())?;
    let query = sqlx::query(asked.set.text().of(db.kind()))
        .bind(reasons)
        .bind(asked.from.as_micros())
        .bind(asked.to.as_micros())
        .bind(i64::from(asked.reasons.is_some()))
        .bind(at)
        .bind(call)
        .bind(agent)
        .bind(limit);
    let rows = query.fetch_all(db.read()).await.context("the records behind a figure")?;
    rows.iter().map(record).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use db::testdb::on_both;

    use super::*;

    // What the table is to say, from the records themselves.
    const BY_RECORDS: &str = concat!(
        "SELECT reason, COUNT(DISTINCT call) AS contacts, \
         COUNT(DISTINCT call) FILTER (WHERE result = 'answered') AS direct, \
         COUNT(DISTINCT call) FILTER (WHERE again = 0) AS solved, \
         COUNT(DISTINCT call) FILTER (WHERE repeated = 1) AS repeated FROM (SELECT call, reason, result, CASE WHEN ",
        after!(),
        " THEN 1 ELSE 0 END AS again, CASE WHEN ",
        before!(),
        " THEN 1 ELSE 0 END AS repeated FROM interactions_record WHERE $1 = $1 AND ",
        contact!(),
        ") AS contact GROUP BY reason"
    );

    /// By the records themselves.
    pub async fn by_records(db: &Db, from: Timestamp, to: Timestamp) -> Vec<(String, Contacts)> {
        let query = sqlx::query(BY_RECORDS).bind("").bind(from.as_micros()).bind(to.as_micros());
        let rows = query.fetch_all(db.read()).await.expect("counted");
        let one = |row: &db::Row| {
            let number = |name: &str| row.try_get::<i64, _>(name).expect("a number");
            let counted = Contacts {
                contacts: number("contacts"),
                direct: number("direct"),
                solved: number("solved"),
                repeated: number("repeated"),
            };
            (row.try_get("reason").expect("a reason"), counted)
        };
        rows.iter().map(one).collect()
    }

    async fn plan(db: &Db, text: &str) -> Vec<String> {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
        let query = sqlx::query(explain).bind(0_i64).bind(1_i64).bind(2_i64);
        let rows = query.fetch_all(db.read()).await.expect("a plan");
        rows.iter().map(|row| row.try_get("detail").expect("a detail")).collect()
    }

    #[test]
    fn contacts_are_counted_from_an_index_and_each_looks_only_at_its_own_customer_and_reason() {
        on_both(&[crate::MIGRATIONS], async |db| {
            if db.kind() != db::Kind::Sqlite {
                return;
            }
            let counted = plan(&db, COUNTS).await;
            let walked =
                "SEARCH one USING COVERING INDEX interactions_contact_counted (reason=? AND at>? AND at<?)";
            assert!(counted.iter().any(|detail| detail == walked), "{counted:?}");
            let details = plan(&db, BY_RECORDS).await;
            let other = details.iter().filter(|detail| detail.starts_with("SEARCH other"));
            let other: Vec<&String> = other.collect();
            assert_eq!(other.len(), 4, "{details:?}");
            for lookup in other {
                let own = lookup.contains("_again_customer (customer=? AND reason=? AND at>? AND at<?)")
                    || lookup.contains("_again_number (number=? AND reason=? AND at>? AND at<?)");
                assert!(own, "{lookup}");
            }
        });
    }
}
