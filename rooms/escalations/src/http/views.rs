//! What browsers see of an escalation: numbers that somebody wrote down are masked.

use kernel::mask::in_text;
use kernel::{EscalationId, PersonId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rules::decide::allowed;
use crate::rules::escalation::{Reason, Turn};
use crate::rules::{Asker, Escalation, Matter, Refusal, Rung, State, Verb};

/// An act, and why it may not be done now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Allowed {
    pub act: Verb,
    #[schema(value_type = Option<Object>)]
    pub barred: Option<Refusal>,
}

/// One escalation with every turn it has had.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EscalationView {
    #[schema(value_type = String)]
    pub id: EscalationId,
    pub number: String,
    pub matter: Matter,
    pub reasons: Vec<Reason>,
    pub rung: Rung,
    #[serde(flatten)]
    pub state: State,
    /// When it goes on by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    pub begun_at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub begun_by: Option<PersonId>,
    pub turns: Vec<Turn>,
    pub allowed: Vec<Allowed>,
    pub version: i64,
}

pub fn view(of: &Escalation, asker: Asker, now: Timestamp) -> EscalationView {
    let reason = |reason: &Reason| Reason { words: in_text(&reason.words), ..reason.clone() };
    let state = match of.state.clone() {
        State::StoodDown { by, at, why } => State::StoodDown { by, at, why: in_text(&why) },
        State::Closed { by, at, summary } => State::Closed { by, at, summary: in_text(&summary) },
        state => state,
    };
    EscalationView {
        id: of.id,
        number: of.number.clone(),
        matter: of.matter.clone(),
        reasons: of.reasons.iter().map(reason).collect(),
        rung: of.rung,
        state,
        due: of.due(),
        begun_at: of.begun_at,
        begun_by: of.begun_by,
        turns: of.turns.clone(),
        allowed: allowed(of, asker, now).into_iter().map(|(act, barred)| Allowed { act, barred }).collect(),
        version: of.version,
    }
}
