//! Findings: kept once for each key, ruled upon once.

use anyhow::Context;
use db::{Db, Text, Tx};
use kernel::{CallId, FindingId, PersonId, Timestamp, UnitId, WorkOrderId};
use promises::rules::word;
use sqlx::{AnyConnection, Row as _};

use super::found::Looker;
use crate::rules::finding::{Finding, Found, State};

const ADD: &str = "INSERT INTO complaints_finding (id, key, kind, state, person, unit, work_order, call, month, found_at, body, \
     version) VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10, 1) ON CONFLICT (key) DO NOTHING";
const SAVE: &str = "UPDATE complaints_finding SET state = $1, decided_at = $2, body = $3, version = version + 1 \
     WHERE id = $4 AND version = $5";
const ONE: &str = "SELECT body, version FROM complaints_finding WHERE id = $1";

/// Keeps what was found. None when it was found before.
pub async fn add(
    tx: &mut Tx,
    id: FindingId,
    found: &Found,
    month: &str,
    now: Timestamp,
) -> anyhow::Result<Option<Finding>> {
    let finding = Finding {
        id,
        kind: found.kind,
        state: State::Open,
        person: found.person,
        unit: found.unit,
        order: found.order,
        call: found.call,
        month: month.to_owned(),
        found_at: now,
        evidence: found.evidence.clone(),
        by: found.by,
        ruling: None,
        version: 1,
    };
    let add = sqlx::query(ADD).bind(id.get()).bind(&found.key).bind(word(&found.kind));
    let add = add.bind(found.person.map(PersonId::get)).bind(found.unit.map(UnitId::get));
    let add = add.bind(found.order.map(WorkOrderId::get)).bind(found.call.map(CallId::get));
    let add = add.bind(month).bind(now.as_micros()).bind(serde_json::to_string(&finding)?);
    let done = add.execute(&mut **tx).await.context("keeping a finding")?;
    Ok((done.rows_affected() > 0).then_some(finding))
}

/// After a ruling. False when somebody else was faster.
pub async fn save(tx: &mut Tx, finding: &Finding) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE)
        .bind(finding.state.word())
        .bind(finding.ruling.as_ref().map(|ruling| ruling.at.as_micros()))
        .bind(serde_json::to_string(finding)?)
        .bind(finding.id.get())
        .bind(finding.version);
    Ok(save.execute(&mut **tx).await.context("ruling upon a finding")?.rows_affected() > 0)
}

pub async fn one(connection: &mut AnyConnection, id: FindingId) -> anyhow::Result<Option<Finding>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(connection).await;
    row.context("looking for a finding")?.as_ref().map(finding).transpose()
}

/// The same outside a change.
pub async fn read(db: &Db, id: FindingId) -> anyhow::Result<Option<Finding>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.context("looking for a finding")?.as_ref().map(finding).transpose()
}

fn finding(row: &db::Row) -> anyhow::Result<Finding> {
    let body: String = row.try_get("body")?;
    let finding: Finding = serde_json::from_str(&body).context("a finding as kept")?;
    Ok(Finding { version: row.try_get("version")?, ..finding })
}

/// What is looked for; everything absent is any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub state: Option<String>,
    pub kind: Option<String>,
    pub person: Option<PersonId>,
    pub order: Option<WorkOrderId>,
    pub month: Option<String>,
    pub after: Option<(Timestamp, FindingId)>,
}

// `$1` the units nobody of which may look, `$2` who looks.
macro_rules! visible {
    ($columns:literal, $lead:literal, $rest:literal) => {
        db::in_ids!(
            concat!(
                "SELECT ",
                $columns,
                " FROM complaints_finding WHERE ",
                $lead,
                " AND (person IS NULL OR person <> $2) AND (unit IS NULL OR unit NOT IN "
            ),
            concat!(")", $rest)
        )
    };
}
macro_rules! page {
    ($lead:literal) => {
        visible!(
            "body, version",
            $lead,
            " AND ($4 = '' OR state = $4) AND ($5 = '' OR kind = $5) AND ($6 = '' OR month = $6) \
             AND (found_at, id) < ($7, $8) ORDER BY found_at DESC, id DESC LIMIT $9"
        )
    };
}
const NEWEST: Text = page!("$3 = 0");
const OF_STATE: Text = page!("$3 = 0 AND state = $4");
const OF_PERSON: Text = page!("person = $3");
const OF_ORDER: Text = page!("work_order = $3");

fn units(looker: &Looker) -> String {
    db::ids(looker.upwards.iter().map(|unit| unit.get()))
}

/// A page of them, the newest first.
pub async fn find(db: &Db, looker: &Looker, filter: &Filter, limit: i64) -> anyhow::Result<Vec<Finding>> {
    let (text, lead) = match filter {
        Filter { order: Some(order), .. } => (OF_ORDER, order.get()),
        Filter { person: Some(person), .. } => (OF_PERSON, person.get()),
        Filter { state: Some(_), .. } => (OF_STATE, 0),
        _ => (NEWEST, 0),
    };
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let place = filter.after.map_or((i64::MAX, i64::MAX), |(at, id)| (at.as_micros(), id.get()));
    let query = sqlx::query(text.of(db.kind())).bind(units(looker)).bind(looker.person.get()).bind(lead);
    let query = query.bind(some(&filter.state)).bind(some(&filter.kind)).bind(some(&filter.month));
    let rows = query.bind(place.0).bind(place.1).bind(limit).fetch_all(db.read()).await;
    rows.context("looking for findings")?.iter().map(finding).collect()
}

/// How many of a kind and state there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub kind: String,
    pub state: String,
    pub count: i64,
}

const COUNTS: Text = visible!(
    "kind, state, COUNT(*) AS n",
    "found_at >= $3 AND found_at < $4",
    " GROUP BY kind, state ORDER BY kind, state"
);

pub async fn counts(
    db: &Db,
    looker: &Looker,
    (from, to): (Timestamp, Timestamp),
) -> anyhow::Result<Vec<Count>> {
    let query = sqlx::query(COUNTS.of(db.kind())).bind(units(looker)).bind(looker.person.get());
    let rows = query.bind(from.as_micros()).bind(to.as_micros()).fetch_all(db.read()).await;
    let of = |row: &db::Row| {
        Ok(Count { kind: row.try_get("kind")?, state: row.try_get("state")?, count: row.try_get("n")? })
    };
    rows.context("counting findings")?.iter().map(of).collect()
}
