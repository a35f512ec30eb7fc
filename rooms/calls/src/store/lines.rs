//! Queues, trunks and dial rules: read whole, changed one at a time.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use db::{Db, Entry, Tx};
use kernel::{IdMint, PersonId, QueueId, Timestamp, TrunkId};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::Row;

use crate::rules::{Centre, DialRule, Queue, ReasonLimit, Trunk, reasons_by_default};

/// Everything the exchange and telephony need to know of this room.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    pub queues: Vec<(QueueId, Queue)>,
    pub trunks: Vec<(TrunkId, Trunk)>,
    pub dial_rules: Vec<DialRule>,
    pub reasons: BTreeMap<String, ReasonLimit>,
}

impl Lines {
    pub fn queue(&self, name: &str) -> Option<QueueId> {
        self.queues.iter().find(|(_, queue)| queue.name == name).map(|(id, _)| *id)
    }
    pub fn trunk(&self, name: &str) -> Option<TrunkId> {
        self.trunks.iter().find(|(_, trunk)| trunk.name == name).map(|(id, _)| *id)
    }
}

const QUEUES: &str = "SELECT id, version, body FROM calls_queues ORDER BY name";
const TRUNKS: &str = "SELECT id, version, body FROM calls_trunks ORDER BY name";
const RULES: &str = "SELECT r.prefix AS prefix, t.name AS name FROM calls_dial_rules r \
     LEFT JOIN calls_trunks t ON t.id = r.trunk ORDER BY r.prefix";
const PUT_QUEUE: &str = "INSERT INTO calls_queues (id, name, body, version, changed_at) VALUES ($1, $2, $3, 1, $4) \
     ON CONFLICT (name) DO UPDATE SET body = excluded.body, version = calls_queues.version + 1, \
     changed_at = excluded.changed_at RETURNING id";
const PUT_TRUNK: &str = "INSERT INTO calls_trunks (id, name, body, version, changed_at) VALUES ($1, $2, $3, 1, $4) \
     ON CONFLICT (name) DO UPDATE SET body = excluded.body, version = calls_trunks.version + 1, \
     changed_at = excluded.changed_at RETURNING id";
const ADD_QUEUE: &str = "INSERT INTO calls_queues (id, name, body, version, changed_at) VALUES ($1, $2, $3, 1, $4) \
     ON CONFLICT (name) DO NOTHING RETURNING id";
const ADD_TRUNK: &str = "INSERT INTO calls_trunks (id, name, body, version, changed_at) VALUES ($1, $2, $3, 1, $4) \
     ON CONFLICT (name) DO NOTHING RETURNING id";
const CHANGE_QUEUE: &str = "UPDATE calls_queues SET body = $2, version = version + 1, changed_at = $3 \
     WHERE name = $1 AND version = $4 RETURNING id";
const CHANGE_TRUNK: &str = "UPDATE calls_trunks SET body = $2, version = version + 1, changed_at = $3 \
     WHERE name = $1 AND version = $4 RETURNING id";
const PUT_RULE: &str = "INSERT INTO calls_dial_rules (prefix, trunk) VALUES ($1, $2) \
     ON CONFLICT (prefix) DO UPDATE SET trunk = excluded.trunk";
const DROP_RULES: &str = "DELETE FROM calls_dial_rules";

/// A line as it is kept: a change names the version it was made from.
#[derive(Clone, Debug)]
pub struct Kept<Id, T> {
    pub id: Id,
    pub version: i64,
    pub line: T,
}

pub async fn queues(db: &Db) -> Result<Vec<Kept<QueueId, Queue>>> {
    bodies(db, QUEUES, QueueId).await
}

pub async fn trunks(db: &Db) -> Result<Vec<Kept<TrunkId, Trunk>>> {
    bodies(db, TRUNKS, TrunkId).await
}

const CENTRE: &str = "SELECT body FROM calls_settings WHERE one = 1";
const PUT_CENTRE: &str = "INSERT INTO calls_settings (one, body, changed_at) VALUES (1, $1, $2) \
     ON CONFLICT (one) DO UPDATE SET body = excluded.body, changed_at = excluded.changed_at";

/// Name and zone of the centre, as far as somebody has told them.
pub async fn centre(db: &Db) -> Result<Centre> {
    let row = sqlx::query(CENTRE).fetch_optional(db.read()).await.context("the centre's name")?;
    row.map_or(Ok(Centre::default()), |row| Ok(serde_json::from_str(row.try_get("body")?)?))
}

pub async fn put_centre(tx: &mut Tx, who: Option<PersonId>, now: Timestamp, centre: &Centre) -> Result<()> {
    let query = sqlx::query(PUT_CENTRE).bind(serde_json::to_string(centre)?).bind(now.as_micros());
    query.execute(&mut **tx).await.context("keeping the centre's name")?;
    journal(tx, who, now, "centre".to_owned(), "centre_changed", centre)
}

/// Reads all of it: a few dozen rows.
pub async fn all(db: &Db) -> Result<Lines> {
    let queues = queues(db).await?.into_iter().map(|kept| (kept.id, kept.line)).collect();
    let trunks = trunks(db).await?.into_iter().map(|kept| (kept.id, kept.line)).collect();
    let rows = sqlx::query(RULES).fetch_all(db.read()).await.context("the dial rules")?;
    let rule = |row: &db::Row| Ok(DialRule { prefix: row.try_get("prefix")?, trunk: row.try_get("name")? });
    let dial_rules = rows.iter().map(rule).collect::<Result<_>>()?;
    let reasons = reasons(db).await?;
    Ok(Lines { queues, trunks, dial_rules, reasons })
}

const REASONS: &str = "SELECT reason, body FROM calls_reasons ORDER BY reason";
const PUT_REASON: &str = "INSERT INTO calls_reasons (reason, body) VALUES ($1, $2) \
     ON CONFLICT (reason) DO UPDATE SET body = excluded.body";

const FORGET_REASON: &str = "DELETE FROM calls_reasons WHERE reason = $1";

/// The built-in reasons, and what was configured in place of them and beside.
pub async fn reasons(db: &Db) -> Result<BTreeMap<String, ReasonLimit>> {
    let mut reasons = reasons_by_default();
    let rows = sqlx::query(REASONS).fetch_all(db.read()).await.context("the limits of reasons")?;
    for row in rows {
        let reason: String = row.try_get("reason")?;
        let mut limit: ReasonLimit = serde_json::from_str(row.try_get("body")?)?;
        limit.pause = limit.pause.or_else(|| reasons.get(&reason)?.pause).or(Some(false));
        reasons.insert(reason, limit);
    }
    Ok(reasons)
}

/// What is none goes, or is again as it was from the start.
pub async fn put_reasons(
    tx: &mut Tx,
    who: PersonId,
    now: Timestamp,
    reasons: &BTreeMap<String, Option<ReasonLimit>>,
) -> Result<()> {
    for (reason, limit) in reasons {
        let query = match limit {
            Some(limit) => sqlx::query(PUT_REASON).bind(reason).bind(serde_json::to_string(limit)?),
            None => sqlx::query(FORGET_REASON).bind(reason),
        };
        query.execute(&mut **tx).await.with_context(|| format!("the limits of {reason}"))?;
    }
    journal(tx, Some(who), now, "reasons".to_owned(), "reasons_changed", reasons)
}

async fn bodies<Id, T: DeserializeOwned>(
    db: &Db,
    sql: &'static str,
    id: impl Fn(i64) -> Id,
) -> Result<Vec<Kept<Id, T>>> {
    let rows = sqlx::query(sql).fetch_all(db.read()).await.context("the lines of the centre")?;
    let kept = |row: &db::Row| {
        Ok(Kept {
            id: id(row.try_get("id")?),
            version: row.try_get("version")?,
            line: serde_json::from_str(row.try_get("body")?)?,
        })
    };
    rows.iter().map(kept).collect()
}

/// Adds a queue, or changes the given version of it; none when the name is taken, or somebody else was faster.
pub async fn save_queue(
    tx: &mut Tx,
    ids: &IdMint,
    who: PersonId,
    now: Timestamp,
    queue: &Queue,
    version: Option<i64>,
) -> Result<Option<QueueId>> {
    let sql = if version.is_some() { CHANGE_QUEUE } else { ADD_QUEUE };
    let new = ids.mint::<QueueId>(now).get();
    let Some(id) = save(tx, sql, new, &queue.name, now, queue, version).await? else { return Ok(None) };
    journal(tx, Some(who), now, QueueId(id).to_string(), "queue_changed", queue)?;
    Ok(Some(QueueId(id)))
}

/// The same for a trunk. The journal does not see its password.
pub async fn save_trunk(
    tx: &mut Tx,
    ids: &IdMint,
    who: PersonId,
    now: Timestamp,
    trunk: &Trunk,
    version: Option<i64>,
) -> Result<Option<TrunkId>> {
    let sql = if version.is_some() { CHANGE_TRUNK } else { ADD_TRUNK };
    let new = ids.mint::<TrunkId>(now).get();
    let Some(id) = save(tx, sql, new, &trunk.name, now, trunk, version).await? else { return Ok(None) };
    journal(tx, Some(who), now, TrunkId(id).to_string(), "trunk_changed", &without_password(trunk))?;
    Ok(Some(TrunkId(id)))
}

async fn save(
    tx: &mut Tx,
    sql: &'static str,
    new: i64,
    name: &str,
    now: Timestamp,
    body: &impl Serialize,
    version: Option<i64>,
) -> Result<Option<i64>> {
    let body = serde_json::to_string(body)?;
    let query = match version {
        None => sqlx::query(sql).bind(new).bind(name).bind(body).bind(now.as_micros()),
        Some(version) => sqlx::query(sql).bind(name).bind(body).bind(now.as_micros()).bind(version),
    };
    let row = query.fetch_optional(&mut **tx).await.with_context(|| format!("keeping {name}"))?;
    row.map(|row| Ok(row.try_get("id")?)).transpose()
}

fn without_password(trunk: &Trunk) -> Trunk {
    Trunk { password: trunk.password.as_ref().map(|_| "***".to_owned()), ..trunk.clone() }
}

/// Writes a queue under its name; a new one gets an id.
pub async fn put_queue(
    tx: &mut Tx,
    ids: &IdMint,
    who: Option<PersonId>,
    now: Timestamp,
    queue: &Queue,
) -> Result<QueueId> {
    let id = put(tx, PUT_QUEUE, ids.mint::<QueueId>(now).get(), &queue.name, now, queue).await?;
    journal(tx, who, now, QueueId(id).to_string(), "queue_changed", queue)?;
    Ok(QueueId(id))
}

/// Writes a trunk under its name; a new one gets an id. The journal does not see its password.
pub async fn put_trunk(
    tx: &mut Tx,
    ids: &IdMint,
    who: Option<PersonId>,
    now: Timestamp,
    trunk: &Trunk,
) -> Result<TrunkId> {
    let id = put(tx, PUT_TRUNK, ids.mint::<TrunkId>(now).get(), &trunk.name, now, trunk).await?;
    journal(tx, who, now, TrunkId(id).to_string(), "trunk_changed", &without_password(trunk))?;
    Ok(TrunkId(id))
}

/// Replaces all dial rules; each names a trunk that is there.
pub async fn put_dial_rules(
    tx: &mut Tx,
    who: Option<PersonId>,
    now: Timestamp,
    rules: &[(DialRule, Option<TrunkId>)],
) -> Result<()> {
    sqlx::query(DROP_RULES).execute(&mut **tx).await.context("the dial rules")?;
    for (rule, trunk) in rules {
        let query = sqlx::query(PUT_RULE).bind(&rule.prefix).bind(trunk.map(|id| id.get()));
        query.execute(&mut **tx).await.with_context(|| format!("the dial rule {}", rule.prefix))?;
    }
    let rules: Vec<&DialRule> = rules.iter().map(|(rule, _)| rule).collect();
    journal(tx, who, now, "dial_rules".to_owned(), "dial_rules_changed", &rules)
}

async fn put(
    tx: &mut Tx,
    sql: &'static str,
    id: i64,
    name: &str,
    now: Timestamp,
    body: &impl Serialize,
) -> Result<i64> {
    let body = serde_json::to_string(body)?;
    let query = sqlx::query(sql).bind(id).bind(name).bind(body).bind(now.as_micros());
    let row = query.fetch_one(&mut **tx).await.with_context(|| format!("keeping {name}"))?;
    Ok(row.try_get("id")?)
}

fn journal(
    tx: &mut Tx,
    who: Option<PersonId>,
    at: Timestamp,
    subject: String,
    kind: &'static str,
    payload: &impl Serialize,
) -> Result<()> {
    tx.journal(Entry { at, who, room: "calls", subject, kind, payload: serde_json::to_value(payload)? });
    Ok(())
}
