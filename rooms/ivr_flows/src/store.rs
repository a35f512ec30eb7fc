//! The only writer of the `ivr_flows_*` tables.

pub mod prompts;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::Context;
use db::{Db, Entry, Event, Tx};
use kernel::{FlowId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{Any, Executor, Row};

use crate::rules::{Change, Flow, Live};

/// Callers hear something else from now on: flows, numbers or prompts have changed. The exchange is to be configured
/// anew from [`crate::published`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowsPublished {
    /// The flow it was about, if it was one.
    pub flow: Option<FlowId>,
}

impl Event for FlowsPublished {
    const KIND: &'static str = "ivr_flows.flows_published";
}

/// Who does something, for the journal and the list of versions.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct By {
    pub person: Option<PersonId>,
    pub name: Option<String>,
}

/// A version as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub version: u32,
    pub at: Timestamp,
    pub by: Option<String>,
    pub note: Option<String>,
}

const FLOWS: &str = "SELECT f.id AS id, f.name AS name, f.draft AS draft, f.revision AS revision, f.live AS live, \
     f.live_at AS live_at, f.live_by AS live_by, v.source AS source, \
     (SELECT MAX(n.version) FROM ivr_flows_versions n WHERE n.flow = f.id) AS newest \
     FROM ivr_flows_flows f LEFT JOIN ivr_flows_versions v ON v.flow = f.id AND v.version = f.live \
     WHERE ($1 = 0 OR f.id = $1) ORDER BY f.name";
const COUNT: &str = "SELECT COUNT(*) AS count FROM ivr_flows_flows";
const NAMED: &str = "SELECT id FROM ivr_flows_flows WHERE name = $1";
const ADD: &str = "INSERT INTO ivr_flows_flows (id, name, draft, revision) VALUES ($1, $2, $3, 1) \
     ON CONFLICT (name) DO NOTHING";
const SAVE: &str = "UPDATE ivr_flows_flows SET draft = $1, revision = $2, live = $3, live_at = $4, live_by = $5 \
     WHERE id = $6 AND revision = $7";
const DELETE: &str = "DELETE FROM ivr_flows_flows WHERE id = $1 AND revision = $2";
const FORGET_VERSIONS: &str = "DELETE FROM ivr_flows_versions WHERE flow = $1";
const ADD_VERSION: &str = "INSERT INTO ivr_flows_versions (flow, version, source, at, who, who_name, note) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const VERSIONS: &str =
    "SELECT version, at, who_name, note FROM ivr_flows_versions WHERE flow = $1 ORDER BY version DESC";
const SOURCE: &str = "SELECT source FROM ivr_flows_versions WHERE flow = $1 AND version = $2";
const NUMBERS: &str = "SELECT number, flow FROM ivr_flows_numbers ORDER BY number";
const BIND: &str = "INSERT INTO ivr_flows_numbers (number, flow) VALUES ($1, $2) \
     ON CONFLICT (number) DO UPDATE SET flow = excluded.flow";
const UNBIND: &str = "DELETE FROM ivr_flows_numbers WHERE number = $1";

fn flow_of(row: &db::Row) -> anyhow::Result<Flow> {
    let count = |name: &str| -> anyhow::Result<Option<u32>> {
        Ok(row.try_get::<Option<i64>, _>(name)?.and_then(|n| u32::try_from(n).ok()))
    };
    let live = match (count("live")?, row.try_get::<Option<String>, _>("source")?) {
        (Some(version), Some(source)) => Some(Live {
            version,
            at: Timestamp::from_micros(row.try_get::<Option<i64>, _>("live_at")?.unwrap_or_default()),
            by: row.try_get("live_by")?,
            source,
        }),
        _ => None,
    };
    Ok(Flow {
        id: FlowId(row.try_get("id")?),
        name: row.try_get("name")?,
        draft: row.try_get("draft")?,
        revision: row.try_get("revision")?,
        live,
        newest: count("newest")?.unwrap_or(0),
    })
}

/// Every flow, by name.
pub async fn all(db: &Db) -> anyhow::Result<Vec<Flow>> {
    let rows = sqlx::query(FLOWS).bind(0i64).fetch_all(db.read()).await.context("reading the flows")?;
    rows.iter().map(flow_of).collect()
}

pub async fn get(on: impl Executor<'_, Database = Any>, id: FlowId) -> anyhow::Result<Option<Flow>> {
    // 0 asks for all of them.
    if id.get() == 0 {
        return Ok(None);
    }
    let row = sqlx::query(FLOWS).bind(id.get()).fetch_optional(on).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(flow_of).transpose()
}

pub async fn named(tx: &mut Tx, name: &str) -> anyhow::Result<Option<Flow>> {
    let row = sqlx::query(NAMED).bind(name).fetch_optional(&mut **tx).await.context("looking for a flow")?;
    match row {
        Some(row) => get(&mut **tx, FlowId(row.try_get("id")?)).await,
        None => Ok(None),
    }
}

pub async fn count(tx: &mut Tx) -> anyhow::Result<usize> {
    let row = sqlx::query(COUNT).fetch_one(&mut **tx).await.context("counting flows")?;
    Ok(usize::try_from(row.try_get::<i64, _>("count")?).unwrap_or(0))
}

/// A new flow with a draft; false when the name is taken.
pub async fn add(
    tx: &mut Tx,
    id: FlowId,
    name: &str,
    draft: &str,
    by: &By,
    now: Timestamp,
) -> anyhow::Result<bool> {
    let added = sqlx::query(ADD).bind(id.get()).bind(name).bind(draft).execute(&mut **tx).await;
    if added.with_context(|| format!("adding the flow {name}"))?.rows_affected() == 0 {
        return Ok(false);
    }
    tx.journal(entry(by, now, id.to_string(), "flow_created", json!({ "name": name })));
    Ok(true)
}

/// Writes what was decided about `before`; false when somebody else was faster.
pub async fn save(
    tx: &mut Tx,
    before: &Flow,
    change: &Change,
    by: &By,
    now: Timestamp,
) -> anyhow::Result<bool> {
    let id = before.id;
    let written = match &change.flow {
        Some(flow) => {
            let live = flow.live.as_ref();
            sqlx::query(SAVE)
                .bind(flow.draft.as_str())
                .bind(flow.revision)
                .bind(live.map(|live| i64::from(live.version)))
                .bind(live.map(|live| live.at.as_micros()))
                .bind(live.and_then(|live| live.by.as_deref()))
                .bind(id.get())
                .bind(before.revision)
                .execute(&mut **tx)
                .await
        }
        None => sqlx::query(DELETE).bind(id.get()).bind(before.revision).execute(&mut **tx).await,
    };
    if written.with_context(|| format!("keeping {id}"))?.rows_affected() == 0 {
        return Ok(false);
    }
    if change.flow.is_none() {
        sqlx::query(FORGET_VERSIONS).bind(id.get()).execute(&mut **tx).await.context("its versions")?;
    }
    if let Some(new) = &change.version {
        sqlx::query(ADD_VERSION)
            .bind(id.get())
            .bind(i64::from(new.version))
            .bind(new.source.as_str())
            .bind(now.as_micros())
            .bind(by.person.map(PersonId::get))
            .bind(by.name.as_deref())
            .bind(new.note.as_deref())
            .execute(&mut **tx)
            .await
            .with_context(|| format!("keeping version {} of {id}", new.version))?;
    }
    let live = change.flow.as_ref().and_then(|flow| flow.live.as_ref()).map(|live| live.version);
    let was = before.live.as_ref().map(|live| live.version);
    let payload = json!({
        "name": before.name,
        "live": live,
        "was": was,
        "note": change.version.as_ref().and_then(|new| new.note.as_deref()),
    });
    tx.journal(entry(by, now, id.to_string(), change.kind, payload));
    if change.heard {
        tx.emit(now, &FlowsPublished { flow: Some(id) })?;
    }
    Ok(true)
}

pub async fn versions(db: &Db, id: FlowId) -> anyhow::Result<Vec<Version>> {
    let rows = sqlx::query(VERSIONS).bind(id.get()).fetch_all(db.read()).await;
    let version = |row: &db::Row| {
        Ok(Version {
            version: u32::try_from(row.try_get::<i64, _>("version")?).unwrap_or(0),
            at: Timestamp::from_micros(row.try_get("at")?),
            by: row.try_get("who_name")?,
            note: row.try_get("note")?,
        })
    };
    rows.with_context(|| format!("the versions of {id}"))?.iter().map(version).collect()
}

pub async fn source(
    on: impl Executor<'_, Database = Any>,
    id: FlowId,
    version: u32,
) -> anyhow::Result<Option<String>> {
    let row = sqlx::query(SOURCE).bind(id.get()).bind(i64::from(version)).fetch_optional(on).await;
    let row = row.with_context(|| format!("version {version} of {id}"))?;
    Ok(row.map(|row| row.try_get("source")).transpose()?)
}

/// Called numbers and their flows.
pub async fn numbers(on: impl Executor<'_, Database = Any>) -> anyhow::Result<BTreeMap<String, FlowId>> {
    let rows = sqlx::query(NUMBERS).fetch_all(on).await.context("reading the called numbers")?;
    rows.iter().map(|row| Ok((row.try_get("number")?, FlowId(row.try_get("flow")?)))).collect()
}

/// The number leads to this flow from now on.
pub async fn bind(tx: &mut Tx, number: &str, flow: FlowId, by: &By, now: Timestamp) -> anyhow::Result<()> {
    let bound = sqlx::query(BIND).bind(number).bind(flow.get()).execute(&mut **tx).await;
    bound.with_context(|| format!("binding {number}"))?;
    tx.journal(entry(by, now, number.to_owned(), "number_bound", json!({ "flow": flow })));
    tx.emit(now, &FlowsPublished { flow: Some(flow) })
}

/// False when it was not bound.
pub async fn unbind(tx: &mut Tx, number: &str, by: &By, now: Timestamp) -> anyhow::Result<bool> {
    let gone = sqlx::query(UNBIND).bind(number).execute(&mut **tx).await;
    if gone.with_context(|| format!("releasing {number}"))?.rows_affected() == 0 {
        return Ok(false);
    }
    tx.journal(entry(by, now, number.to_owned(), "number_released", json!({})));
    tx.emit(now, &FlowsPublished { flow: None })?;
    Ok(true)
}

fn entry(by: &By, at: Timestamp, subject: String, kind: &'static str, payload: serde_json::Value) -> Entry {
    Entry { at, who: by.person, room: "ivr_flows", subject, kind, payload }
}
