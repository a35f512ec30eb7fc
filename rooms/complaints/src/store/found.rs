//! Lists of cases, how many wait, and what figures are made of. Nobody finds what is about oneself or one's unit.

use std::collections::BTreeSet;

use anyhow::Context;
use db::{Db, Text};
use kernel::{GroupId, PersonId, Timestamp, UnitId, WorkOrderId};
use sqlx::Row as _;

use super::cases::case;
use crate::rules::Case;
use crate::rules::figures::{By, Tally};

/// Who looks.
#[derive(Clone, Debug)]
pub struct Looker {
    pub person: PersonId,
    /// The units this person belongs to, and those above them.
    pub upwards: BTreeSet<UnitId>,
    /// Only cases of agents of these groups; none: all cases.
    pub groups: Option<Vec<GroupId>>,
}

/// What is looked for; everything absent is any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only open ones, the next due first; otherwise all, the newest first.
    pub open: bool,
    pub stage: Option<String>,
    pub level: Option<String>,
    pub unit: Option<UnitId>,
    pub owner: Option<PersonId>,
    pub conclusion: Option<String>,
    pub cause: Option<String>,
    pub late: bool,
    pub due_before: Option<Timestamp>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// The place behind which the page begins: due or opened, and order.
    pub after: Option<(Timestamp, WorkOrderId)>,
}

// `$1` the units nobody of which may look, `$2` who looks.
macro_rules! visible {
    ($columns:expr, $where:literal, $after:expr) => {
        db::in_ids!(
            concat!(
                "SELECT ", $columns, " FROM complaints_case c WHERE ", $where,
                " AND ($3 = '' OR (c.group_id IS NOT NULL AND $3 LIKE '%,' || CAST(c.group_id AS TEXT) || ',%')) \
                 AND NOT EXISTS (SELECT 1 FROM complaints_involved i WHERE i.work_order = c.work_order \
                 AND (i.what = 'person' AND i.id = $2 OR i.what = 'unit' AND i.id IN "
            ),
            concat!("))", $after)
        )
    };
}
macro_rules! filters {
    ($order:literal) => {
        concat!(
            " AND ($4 = '' OR c.stage = $4) AND ($5 = '' OR c.level = $5) AND ($6 = 0 OR c.unit = $6) \
             AND ($7 = 0 OR c.owner = $7) AND ($8 = '' OR c.conclusion = $8) AND ($9 = '' OR c.cause = $9) \
             AND ($10 = 0 OR c.late = 1) AND ($11 = 0 OR c.due < $11) AND c.opened_at >= $12 AND c.opened_at < $13 AND ",
            $order
        )
    };
}
const OPEN: Text = visible!(
    "c.body, c.version",
    "c.open = 1",
    filters!("(c.due, c.work_order) > ($14, $15) ORDER BY c.due, c.work_order LIMIT $16")
);
const NEWEST: Text = visible!(
    "c.body, c.version",
    "1 = 1",
    filters!(
        "(c.opened_at, c.work_order) < ($14, $15) ORDER BY c.opened_at DESC, c.work_order DESC LIMIT $16"
    )
);

fn groups(looker: &Looker) -> String {
    let Some(groups) = &looker.groups else { return String::new() };
    let list: String = groups.iter().map(|group| format!("{},", group.get())).collect();
    format!(",{list}")
}

fn units(looker: &Looker) -> String {
    db::ids(looker.upwards.iter().map(|unit| unit.get()))
}

/// A page of them.
pub async fn find(db: &Db, looker: &Looker, filter: &Filter, limit: i64) -> anyhow::Result<Vec<Case>> {
    let text = if filter.open { OPEN } else { NEWEST }.of(db.kind());
    let first = if filter.open { (i64::MIN, i64::MIN) } else { (i64::MAX, i64::MAX) };
    let place = filter.after.map_or(first, |(at, order)| (at.as_micros(), order.get()));
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let query = sqlx::query(text)
        .bind(units(looker))
        .bind(looker.person.get())
        .bind(groups(looker))
        .bind(some(&filter.stage))
        .bind(some(&filter.level))
        .bind(filter.unit.map_or(0, UnitId::get))
        .bind(filter.owner.map_or(0, PersonId::get))
        .bind(some(&filter.conclusion))
        .bind(some(&filter.cause))
        .bind(i64::from(filter.late))
        .bind(filter.due_before.map_or(0, Timestamp::as_micros))
        .bind(filter.from.map_or(i64::MIN, Timestamp::as_micros))
        .bind(filter.to.map_or(i64::MAX, Timestamp::as_micros))
        .bind(place.0)
        .bind(place.1)
        .bind(limit);
    query.fetch_all(db.read()).await.context("looking for cases")?.iter().map(case).collect()
}

/// How many open cases stand where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub stage: String,
    pub count: i64,
    pub overdue: i64,
    pub grave: i64,
}

const STANDING: Text = visible!(
    "c.stage, COUNT(*) AS n, COUNT(*) FILTER (WHERE c.due < $4) AS overdue, \
     COUNT(*) FILTER (WHERE c.level IN ('major', 'special')) AS grave",
    "c.open = 1",
    " GROUP BY c.stage"
);

pub async fn standing(db: &Db, looker: &Looker, now: Timestamp) -> anyhow::Result<Vec<Standing>> {
    let query = sqlx::query(STANDING.of(db.kind())).bind(units(looker)).bind(looker.person.get());
    let rows = query.bind(groups(looker)).bind(now.as_micros()).fetch_all(db.read()).await;
    let one = |row: &db::Row| {
        Ok(Standing {
            stage: row.try_get("stage")?,
            count: row.try_get("n")?,
            overdue: row.try_get("overdue")?,
            grave: row.try_get("grave")?,
        })
    };
    rows.context("counting cases")?.iter().map(one).collect()
}

/// One group of cases as the database counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// A cause, a level, a unit's number, or the month; empty where there is none yet.
    pub key: String,
    pub tally: Tally,
}

macro_rules! groups {
    ($key:literal) => {
        visible!(
            concat!(
                $key,
                " AS key, COUNT(*) AS cases, COUNT(*) FILTER (WHERE c.open = 1) AS open, \
                 COUNT(*) FILTER (WHERE c.stage = 'closed') AS closed, \
                 COUNT(*) FILTER (WHERE c.conclusion IN ('substantiated', 'partly')) AS substantiated, \
                 COUNT(*) FILTER (WHERE c.conclusion IS NOT NULL) AS concluded, \
                 COUNT(*) FILTER (WHERE c.late = 1) AS late, \
                 COUNT(*) FILTER (WHERE c.level IN ('major', 'special')) AS grave"
            ),
            "c.opened_at >= $4 AND c.opened_at < $5 AND c.stage <> 'dropped'",
            concat!(" GROUP BY ", $key, " ORDER BY 1")
        )
    };
}
const BY_CAUSE: Text = groups!("COALESCE(c.cause, '')");
const BY_LEVEL: Text = groups!("c.level");
const BY_UNIT: Text = groups!("COALESCE(CAST(c.unit AS TEXT), '')");
const BY_SUBTYPE: Text = groups!("c.subtype");
const BY_MONTH: Text = groups!("c.month");

/// What was counted of the cases of a period.
pub async fn groups_of(
    db: &Db,
    looker: &Looker,
    (from, to): (Timestamp, Timestamp),
    by: By,
) -> anyhow::Result<Vec<Group>> {
    let text = match by {
        By::Cause => BY_CAUSE,
        By::Level => BY_LEVEL,
        By::Unit => BY_UNIT,
        By::Subtype => BY_SUBTYPE,
        By::Month => BY_MONTH,
    };
    let query = sqlx::query(text.of(db.kind())).bind(units(looker)).bind(looker.person.get());
    let query = query.bind(groups(looker)).bind(from.as_micros()).bind(to.as_micros());
    let rows = query.fetch_all(db.read()).await.context("counting cases")?;
    let group = |row: &db::Row| {
        Ok(Group {
            key: row.try_get("key")?,
            tally: Tally {
                cases: row.try_get("cases")?,
                open: row.try_get("open")?,
                closed: row.try_get("closed")?,
                substantiated: row.try_get("substantiated")?,
                concluded: row.try_get("concluded")?,
                late: row.try_get("late")?,
                grave: row.try_get("grave")?,
            },
        })
    };
    rows.iter().map(group).collect()
}
