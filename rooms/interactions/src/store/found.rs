//! Records found: lists with filters, a caller's history, the reasons most used. The narrowest filter leads, so that each
//! search walks one index; the rest is checked row by row.

use std::collections::BTreeMap;

use anyhow::Context;
use db::{Db, Row};
use kernel::{CallId, GroupId, PersonId, Timestamp};
use sqlx::Row as _;

use super::records::{columns, record};
use crate::rules::{Outcome, Record, State};

/// Whose records somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// One's own, and those of the groups one leads.
    Some {
        own: PersonId,
        groups: Vec<GroupId>,
    },
}

impl Scope {
    pub fn holds(&self, record: &Record) -> bool {
        match self {
            Scope::All => true,
            Scope::Some { own, groups } => {
                record.agent == *own || record.group.is_some_and(|group| groups.contains(&group))
            }
        }
    }

    /// For the database: everything or not, whose own, and the groups as `,12,34,`.
    fn columns(&self) -> (i64, i64, String) {
        match self {
            Scope::All => (1, 0, String::new()),
            Scope::Some { own, groups } => {
                let list = groups.iter().map(|group| format!("{},", group.get())).collect::<String>();
                (0, own.get(), format!(",{list}"))
            }
        }
    }
}

/// What is looked for; everything absent is any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub agent: Option<PersonId>,
    pub reason: Option<String>,
    pub result: Option<Outcome>,
    pub state: Option<State>,
    pub overdue: bool,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// The last of the page before.
    pub before: Option<(Timestamp, CallId, PersonId)>,
}

/// `$1` is for the lead.
macro_rules! columns_found {
    ($lead:literal) => {
        concat!(
            "SELECT call, agent, group_id, direction, number, at, state, body, tree, edition, overdue_at, completed_at, \
             released_at, released_by, release_why, writer, seq, saved_at, version FROM interactions_record WHERE ",
            $lead,
            " AND ($2 = 1 OR agent = $3 OR (group_id IS NOT NULL AND $4 LIKE '%,' || CAST(group_id AS TEXT) || ',%')) \
             AND at >= $5 AND at < $6 \
             AND (at < $7 OR (at = $7 AND (call < $8 OR (call = $8 AND agent < $9)))) \
             AND ($10 = '' OR reason = $10) AND ($11 = '' OR result = $11) AND ($12 = '' OR state = $12) \
             AND ($13 = 0 OR (overdue_at IS NOT NULL AND state = 'draft')) \
             ORDER BY at DESC, call DESC, agent DESC LIMIT $14"
        )
    };
}

const BY_TIME: &str = columns_found!("$1 = 0");
const BY_AGENT: &str = columns_found!("agent = $1");
const BY_OVERDUE: &str = columns_found!("$1 = 0 AND overdue_at IS NOT NULL AND state = 'draft'");
const OF_CUSTOMER: &str = columns!("WHERE customer = $1 AND call <> $2 ORDER BY at DESC LIMIT $3");
const OF_NUMBER: &str = columns!("WHERE number = $1 AND call <> $2 ORDER BY at DESC LIMIT $3");
const USED_BY: &str = "SELECT reason, COUNT(*) AS times FROM (SELECT reason FROM interactions_record WHERE agent = $1 \
     ORDER BY at DESC LIMIT $2) AS lately WHERE reason IS NOT NULL GROUP BY reason";
const USED: &str = "SELECT reason, COUNT(*) AS times FROM (SELECT reason FROM interactions_record \
     ORDER BY at DESC LIMIT $1) AS lately WHERE reason IS NOT NULL GROUP BY reason";

/// The newest first, at most `limit`.
pub async fn find(db: &Db, filter: &Filter, scope: &Scope, limit: i64) -> anyhow::Result<Vec<Record>> {
    let (sql, lead) = match filter.agent {
        Some(agent) => (BY_AGENT, agent.get()),
        None if filter.overdue => (BY_OVERDUE, 0),
        None => match scope {
            Scope::Some { own, groups } if groups.is_empty() => (BY_AGENT, own.get()),
            _ => (BY_TIME, 0),
        },
    };
    let (all, own, groups) = scope.columns();
    let (at, call, agent) = filter.before.map_or((i64::MAX, i64::MAX, i64::MAX), |(at, call, agent)| {
        (at.as_micros(), call.get(), agent.get())
    });
    let rows = sqlx::query(sql)
        .bind(lead)
        .bind(all)
        .bind(own)
        .bind(groups)
        .bind(filter.from.map_or(i64::MIN, Timestamp::as_micros))
        .bind(filter.to.map_or(i64::MAX, Timestamp::as_micros))
        .bind(at)
        .bind(call)
        .bind(agent)
        .bind(filter.reason.as_deref().unwrap_or_default())
        .bind(filter.result.map_or("", Outcome::as_str))
        .bind(filter.state.map_or("", State::as_str))
        .bind(i64::from(filter.overdue))
        .bind(limit)
        .fetch_all(db.read())
        .await
        .context("searching the records")?;
    rows.iter().map(record).collect()
}

/// Earlier records of whoever is on this call: by customer where that is known, and by number.
pub async fn history(
    db: &Db,
    call: CallId,
    customer: Option<&str>,
    number: &str,
    limit: i64,
) -> anyhow::Result<Vec<Record>> {
    let mut found: BTreeMap<(Timestamp, CallId, PersonId), Record> = BTreeMap::new();
    let mut take = |rows: Vec<Row>| -> anyhow::Result<()> {
        for row in &rows {
            let record = record(row)?;
            found.insert((record.at, record.call, record.agent), record);
        }
        Ok(())
    };
    if let Some(customer) = customer {
        let rows = sqlx::query(OF_CUSTOMER).bind(customer).bind(call.get()).bind(limit);
        take(rows.fetch_all(db.read()).await.context("a customer's records")?)?;
    }
    if number.chars().any(|c| c.is_ascii_digit()) {
        let rows = sqlx::query(OF_NUMBER).bind(number).bind(call.get()).bind(limit);
        take(rows.fetch_all(db.read()).await.context("a number's records")?)?;
    }
    Ok(found.into_values().rev().take(usize::try_from(limit).unwrap_or(50)).collect())
}

/// The codes chosen most lately, most often first: by this agent, or by all.
pub async fn most_used(
    db: &Db,
    agent: Option<PersonId>,
    among: i64,
    most: usize,
) -> anyhow::Result<Vec<String>> {
    let rows = match agent {
        Some(agent) => sqlx::query(USED_BY).bind(agent.get()).bind(among).fetch_all(db.read()).await,
        None => sqlx::query(USED).bind(among).fetch_all(db.read()).await,
    };
    let mut counted: Vec<(i64, String)> = Vec::new();
    for row in rows.context("the reasons most used")? {
        counted.push((row.try_get("times")?, row.try_get("reason")?));
    }
    counted.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Ok(counted.into_iter().take(most).map(|(_, code)| code).collect())
}
