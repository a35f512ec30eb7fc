//! Complete before ready again: what the calls room asks before an agent takes the next call.

use calls::BeforeReady;
use db::{Db, config};
use futures::future::BoxFuture;
use kernel::{CallId, PersonId};

use crate::rules::{Record, Refusal, Settings, State};
use crate::store::records;

/// The most drafts of one agent that are looked at.
const DRAFTS: i64 = 50;

/// Pure: what this agent has left open, against the centre's setting. `on` is the call whose after-call work she is in.
/// What she has moved on from already (it is overdue) does not hold her back; it stays on her list and the leader's.
pub fn decide(settings: &Settings, drafts: &[Record], on: Option<CallId>) -> Result<(), Refusal> {
    if !settings.complete_first {
        return Ok(());
    }
    let owed = drafts.iter().any(|draft| {
        draft.is_owed() && (on == Some(draft.call) || (on.is_none() && draft.overdue_at.is_none()))
    });
    if owed { Err(Refusal::RecordFirst) } else { Ok(()) }
}

/// An agent's records that are not complete, newest first.
pub async fn incomplete(db: &Db, agent: PersonId) -> anyhow::Result<Vec<Record>> {
    records::drafts(db, agent, DRAFTS).await
}

/// Whether this agent may be ready, or finish the work after `call`.
pub async fn may_be_ready(
    db: &Db,
    agent: PersonId,
    call: Option<CallId>,
) -> anyhow::Result<Result<(), Refusal>> {
    let settings = config::read::<Settings>(db).await?.value;
    let drafts = incomplete(db, agent).await?;
    debug_assert!(drafts.iter().all(|draft| draft.state == State::Draft));
    Ok(decide(&settings, &drafts, call))
}

/// Handed to the calls room by the wiring: asked when an agent ends her after-call work herself.
pub struct CompleteFirst(pub Db);

impl BeforeReady for CompleteFirst {
    fn may(&self, agent: PersonId, call: CallId) -> BoxFuture<'_, Result<(), web::Error>> {
        Box::pin(async move { Ok(may_be_ready(&self.0, agent, Some(call)).await??) })
    }
}
