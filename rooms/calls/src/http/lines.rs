//! Queues, trunks and dial rules: names for everybody, the rest for who configures.

use axum::extract::State;
use kernel::{QueueId, TrunkId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, Json, Path};

use crate::LinesChanged;
use crate::rules::{DialRule, Queue, Refusal, Trunk, check};
use crate::store::lines;

/// What lists and filters show.
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    pub id: String,
    pub name: String,
}

#[utoipa::path(get, path = "/api/calls/queues", tag = "calls", responses((status = 200, body = Vec<Named>)))]
pub async fn queues(State(app): State<App>) -> Answer<Vec<Named>> {
    let lines = lines::all(&app.db).await?;
    let named = |(id, queue): &(QueueId, Queue)| Named { id: id.to_string(), name: queue.title().to_owned() };
    Ok(Json(lines.queues.iter().map(named).collect()))
}

#[utoipa::path(get, path = "/api/calls/trunks", tag = "calls", responses((status = 200, body = Vec<Named>)))]
pub async fn trunks(State(app): State<App>) -> Answer<Vec<Named>> {
    let lines = lines::all(&app.db).await?;
    let named = |(id, trunk): &(TrunkId, Trunk)| Named { id: id.to_string(), name: trunk.name.clone() };
    Ok(Json(lines.trunks.iter().map(named).collect()))
}

/// Everything that can be configured.
#[derive(Debug, Serialize, ToSchema)]
pub struct Configured {
    pub queues: Vec<KeptQueue>,
    pub trunks: Vec<KeptTrunk>,
    pub dial_rules: Vec<DialRule>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct KeptQueue {
    #[schema(value_type = String)]
    pub id: QueueId,
    pub version: i64,
    pub queue: Queue,
}

/// The password is never told; `password_set` says whether there is one.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptTrunk {
    #[schema(value_type = String)]
    pub id: TrunkId,
    pub version: i64,
    pub password_set: bool,
    pub trunk: Trunk,
}

#[utoipa::path(get, path = "/api/calls/lines", tag = "calls", responses((status = 200, body = Configured)))]
pub async fn configured(State(app): State<App>) -> Answer<Configured> {
    let queues = lines::queues(&app.db).await?.into_iter();
    let trunks = lines::trunks(&app.db).await?.into_iter();
    Ok(Json(Configured {
        queues: queues
            .map(|kept| KeptQueue { id: kept.id, version: kept.version, queue: kept.line })
            .collect(),
        trunks: trunks
            .map(|kept| KeptTrunk {
                id: kept.id,
                version: kept.version,
                password_set: kept.line.password.is_some(),
                trunk: Trunk { password: None, ..kept.line },
            })
            .collect(),
        dial_rules: lines::all(&app.db).await?.dial_rules,
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutQueue {
    /// Of the queue as it was read; absent for a new one.
    pub version: Option<i64>,
    pub queue: Queue,
}

/// Adds or changes a queue; takes effect at once, also for callers who wait.
#[utoipa::path(put, path = "/api/calls/queues/{name}", tag = "calls", params(("name" = String, Path)),
    request_body = PutQueue, responses((status = 200, body = Configured), (status = 409), (status = 422)))]
pub async fn put_queue(
    State(app): State<App>,
    actor: Actor,
    Path(name): Path<String>,
    Json(PutQueue { version, queue }): Json<PutQueue>,
) -> Answer<Configured> {
    same(&name, &queue.name)?;
    let known = lines::all(&app.db).await?;
    check::queue(&queue, &known.queues.iter().map(|(_, queue)| queue.name.as_str()).collect())?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let saved = lines::save_queue(&mut tx, &app.mint, actor.person, now, &queue, version).await?;
    saved.ok_or_else(|| lost(version, name))?;
    tx.emit(now, &LinesChanged {})?;
    tx.commit().await?;
    configured(State(app)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutTrunk {
    /// Of the trunk as it was read; absent for a new one.
    pub version: Option<i64>,
    /// Without a password the present one stays.
    pub trunk: Trunk,
}

/// Adds or changes a trunk; calls in progress go on.
#[utoipa::path(put, path = "/api/calls/trunks/{name}", tag = "calls", params(("name" = String, Path)),
    request_body = PutTrunk, responses((status = 200, body = Configured), (status = 409), (status = 422)))]
pub async fn put_trunk(
    State(app): State<App>,
    actor: Actor,
    Path(name): Path<String>,
    Json(PutTrunk { version, mut trunk }): Json<PutTrunk>,
) -> Answer<Configured> {
    same(&name, &trunk.name)?;
    if trunk.register.is_none() {
        (trunk.username, trunk.password) = (None, None);
    } else if trunk.password.is_none() {
        let known = lines::all(&app.db).await?;
        trunk.password =
            known.trunks.into_iter().find_map(|(_, known)| known.password.filter(|_| known.name == name));
    }
    check::trunk(&trunk)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let saved = lines::save_trunk(&mut tx, &app.mint, actor.person, now, &trunk, version).await?;
    saved.ok_or_else(|| lost(version, name))?;
    tx.emit(now, &LinesChanged {})?;
    tx.commit().await?;
    configured(State(app)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutDialRules {
    /// As they were read.
    pub was: Vec<DialRule>,
    pub rules: Vec<DialRule>,
}

/// Replaces all dial rules.
#[utoipa::path(put, path = "/api/calls/dial_rules", tag = "calls", request_body = PutDialRules,
    responses((status = 200, body = Configured), (status = 409), (status = 422)))]
pub async fn put_dial_rules(
    State(app): State<App>,
    actor: Actor,
    Json(PutDialRules { was, rules }): Json<PutDialRules>,
) -> Answer<Configured> {
    let known = lines::all(&app.db).await?;
    if known.dial_rules != was {
        return Err(Error::changed_meanwhile());
    }
    check::dial_rules(&rules, &known.trunks.iter().map(|(_, trunk)| trunk.name.as_str()).collect())?;
    let trunk = |rule: &DialRule| rule.trunk.as_ref().and_then(|name| known.trunk(name));
    let rules: Vec<_> = rules.into_iter().map(|rule| (rule.clone(), trunk(&rule))).collect();
    let now = app.now();
    let mut tx = app.db.begin().await?;
    lines::put_dial_rules(&mut tx, Some(actor.person), now, &rules).await?;
    tx.emit(now, &LinesChanged {})?;
    tx.commit().await?;
    configured(State(app)).await
}

fn same(expected: &str, name: &str) -> Result<(), Refusal> {
    if expected == name {
        return Ok(());
    }
    Err(Refusal::OtherName { expected: expected.to_owned(), name: name.to_owned() })
}

/// Nothing was written.
fn lost(version: Option<i64>, name: String) -> Error {
    if version.is_some() { Error::changed_meanwhile() } else { Refusal::NameTaken { name }.into() }
}
