//! One's own desk: ready, not ready, hold, transfer … The exchange decides; here it is only asked.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use exchange::fact::{DeskState, Direction};
use exchange::{AgentAct, DeskView, Input};
use kernel::{CallId, PersonId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, Json, Path};

use super::records;
use crate::permissions::ANSWER;
use crate::rules::NotNow;
use crate::{BeforeReady, DESK, Hall};

/// The desk of whoever asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Desk {
    /// The centre's time, for counting the seconds of a state.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Absent for people who answer no calls. The number is that of the current caller, whole; that of a colleague is a 工号.
    #[schema(value_type = Option<Object>)]
    pub desk: Option<DeskView>,
    /// In the queues this agent serves: how many wait, and since when the first.
    pub waiting: u32,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub longest_since: Option<Timestamp>,
}

impl Desk {
    /// The agent sees the current caller's number whole, also while writing it up; nobody else's.
    pub(crate) fn of(at: Timestamp, desk: Option<DeskView>) -> Desk {
        Desk {
            at,
            waiting: desk.as_ref().map_or(0, |desk| desk.waiting),
            longest_since: desk.as_ref().and_then(|desk| desk.longest_since),
            desk: desk.map(masked),
        }
    }
}

/// Whoever was asked in for help sees the customer's number masked: it is the other agent's caller.
fn masked(mut desk: DeskView) -> DeskView {
    let ours = desk.direction == Some(Direction::Internal);
    if desk.helps() && !ours {
        desk.agent.caller = desk.agent.caller.as_deref().map(kernel::mask::phone);
    }
    desk
}

/// The desk now; the topic `calls.desk` pushes the same whenever it shows something new.
#[utoipa::path(get, path = "/api/calls/desk", tag = "calls", responses((status = 200, body = Desk)))]
pub async fn show(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
) -> Answer<Desk> {
    let desk = hall.desk(actor.person).await?;
    Ok(Json(Desk::of(app.now(), desk)))
}

/// Does something at one's own desk: `{"act":"ready"}`, `{"act":"not_ready","reason":"meal"}`, `{"act":"dial","number":"…"}`,
/// `{"act":"consult","to":{"agent":"pe_…"}}`, `{"act":"use_device","device":"browser"}` … The desk's `allowed` names them.
#[utoipa::path(post, path = "/api/calls/desk", tag = "calls", request_body = Object,
    responses((status = 200), (status = 409)))]
pub async fn act(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    Extension(before_ready): Extension<Arc<dyn BeforeReady>>,
    actor: Actor,
    Json(mut act): Json<AgentAct>,
) -> Answer<serde_json::Value> {
    if matches!(act, AgentAct::Finish | AgentAct::Ready)
        && let Some(desk) = hall.desk(actor.person).await?
        && let DeskState::AfterCall { call } = desk.agent.desk
        // Chosen for afterwards, it ends nothing.
        && matches!(act, AgentAct::Finish)
    {
        before_ready.may(actor.person, call).await?;
    }
    // The server knows the number; the browser may have seen it masked.
    if let AgentAct::Dial { number, owed: Some(owed) } = &mut act {
        *number = super::owed::claim(&app, &actor, *owed).await?;
    }
    let input = Input::Agent { agent: actor.person, act };
    hall.act(input).await?.map_err(NotNow)?;
    Ok(Json(serde_json::json!({})))
}

/// Calls the other side of an earlier call, whose number the page shows masked.
#[utoipa::path(post, path = "/api/calls/{id}/dial", tag = "calls", params(("id" = String, Path)),
    responses((status = 200), (status = 404), (status = 409)))]
pub async fn dial_again(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(id): Path<CallId>,
) -> Answer<serde_json::Value> {
    let (call, _) = records::visible(&app, &actor, id).await?;
    let number = if call.direction == "in" { call.from } else { call.to };
    dial(hall.as_ref(), &actor, number).await?;
    Ok(Json(serde_json::json!({})))
}

/// Calls a number from the desk of whoever asks; for rooms above, too, whose pages show numbers masked.
pub async fn dial(hall: &dyn Hall, actor: &Actor, number: String) -> Result<(), Error> {
    actor.must(ANSWER)?;
    let act = AgentAct::Dial { number, owed: None };
    hall.act(Input::Agent { agent: actor.person, act }).await?.map_err(NotNow)?;
    Ok(())
}

/// Pushes each desk that shows something new, until the exchange is gone.
pub(crate) async fn push(hall: Arc<dyn Hall>, app: App) -> anyhow::Result<()> {
    loop {
        let changed = hall.desks_changed().await;
        let known: Vec<PersonId> =
            changed.into_iter().filter(|agent| app.live.was_watched_by(*agent, DESK.name)).collect();
        for agent in known {
            let desk = hall.desk(agent).await?;
            app.live.publish_to(agent, DESK.name, &Desk::of(app.now(), desk))?;
        }
    }
}
