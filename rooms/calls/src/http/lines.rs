//! Queues, trunks and dial rules: names for everybody, the rest for who configures.

use axum::extract::State;
use kernel::{QueueId, TrunkId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Json, Path};

use crate::LinesChanged;
use crate::rules::{DialRule, Queue, Refusal, Trunk};
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

/// Everything that can be configured. Passwords of trunks are left out.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Configured {
    #[schema(value_type = Vec<Object>)]
    pub queues: Vec<Queue>,
    #[schema(value_type = Vec<Object>)]
    pub trunks: Vec<Trunk>,
    #[schema(value_type = Vec<Object>)]
    pub dial_rules: Vec<DialRule>,
}

#[utoipa::path(get, path = "/api/calls/lines", tag = "calls", responses((status = 200, body = Configured)))]
pub async fn configured(State(app): State<App>) -> Answer<Configured> {
    let lines = lines::all(&app.db).await?;
    let trunk = |(_, trunk): (TrunkId, Trunk)| Trunk { password: None, ..trunk };
    Ok(Json(Configured {
        queues: lines.queues.into_iter().map(|(_, queue)| queue).collect(),
        trunks: lines.trunks.into_iter().map(trunk).collect(),
        dial_rules: lines.dial_rules,
    }))
}

/// Adds or changes a queue; takes effect at once, also for callers who wait.
#[utoipa::path(put, path = "/api/calls/queues/{name}", tag = "calls", params(("name" = String, Path)),
    request_body = Object, responses((status = 200, body = Named), (status = 422)))]
pub async fn put_queue(
    State(app): State<App>,
    actor: Actor,
    Path(name): Path<String>,
    Json(queue): Json<Queue>,
) -> Answer<Named> {
    let known = lines::all(&app.db).await?;
    let missing = queue.points_at().find(|other| *other != name && known.queue(other).is_none());
    if name != queue.name || name.is_empty() {
        return Err(Refusal::OtherName { expected: name, name: queue.name }.into());
    }
    if let Some(missing) = missing {
        return Err(Refusal::NoSuchQueue { name: missing.to_owned() }.into());
    }
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let id = lines::put_queue(&mut tx, &app.mint, Some(actor.person), now, &queue).await?;
    tx.emit(now, &LinesChanged {})?;
    tx.commit().await?;
    Ok(Json(Named { id: id.to_string(), name: queue.title().to_owned() }))
}
