//! Whom a caller can be passed to: colleagues who are signed in, and what each is doing now.

use std::sync::Arc;

use axum::Extension;
use exchange::fact::DeskState;
use kernel::PersonId;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Actor, Answer, Json};

use crate::Hall;

/// Somebody who is signed in. What the colleague says to whom is nobody's business here.
#[derive(Debug, Serialize, ToSchema)]
pub struct Colleague {
    #[schema(value_type = String)]
    pub agent: PersonId,
    /// 工号
    pub number: String,
    pub name: String,
    /// `ready`, `not_ready`, `ringing`, `talking`, `holding` or `after_call`.
    pub state: &'static str,
}

const fn word(desk: &DeskState) -> Option<&'static str> {
    match desk {
        DeskState::SignedOut => None,
        DeskState::NotReady { .. } => Some("not_ready"),
        DeskState::Ready => Some("ready"),
        DeskState::Ringing { .. } => Some("ringing"),
        DeskState::Talking { .. } => Some("talking"),
        DeskState::Holding { .. } => Some("holding"),
        DeskState::AfterCall { .. } => Some("after_call"),
    }
}

/// Who is signed in: the ready first, then by number; oneself is left out.
#[utoipa::path(get, path = "/api/calls/desk/colleagues", tag = "calls", responses((status = 200, body = Vec<Colleague>)))]
pub async fn list(Extension(hall): Extension<Arc<dyn Hall>>, actor: Actor) -> Answer<Vec<Colleague>> {
    let floor = hall.floor().await?;
    let mut found: Vec<Colleague> = floor
        .agents
        .iter()
        .filter(|one| one.agent != actor.person)
        .filter_map(|one| {
            let state = word(&one.desk)?;
            Some(Colleague { agent: one.agent, number: one.number.clone(), name: one.name.clone(), state })
        })
        .collect();
    found.sort_by(|a, b| (a.state != "ready", &a.number).cmp(&(b.state != "ready", &b.number)));
    Ok(Json(found))
}
