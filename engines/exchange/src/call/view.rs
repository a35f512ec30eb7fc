//! Where a call stands, as others may know it.

use serde::Serialize;

use super::{InFlow, State, Waiting, With};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    Arriving,
    /// One of us, or the machine, calls: it rings at the other end.
    Dialling,
    InFlow,
    Waiting,
    Ringing,
    Announcing,
    Talking,
    Holding,
    /// The agent asks a third, while the customer waits: it rings there, or they talk.
    Consulting,
    /// Customer, agent and third talk.
    Conference,
    /// The agent's telephone has gone; the customer waits a moment for it to come back.
    Parked,
    /// A number outside is rung after a blind transfer.
    Reaching,
    /// The caller talks with a number outside.
    Outside,
    Rating,
    LeavingMessage,
    Closing,
}

impl State {
    pub fn view(&self) -> CallState {
        match self {
            State::Arriving => CallState::Arriving,
            State::Dialling(_) | State::CallingOut { .. } => CallState::Dialling,
            State::InFlow(InFlow { survey_of: None, .. }) => CallState::InFlow,
            State::InFlow(_) => CallState::Rating,
            State::InQueue(Waiting { offer: None, .. }) => CallState::Waiting,
            State::InQueue(_) => CallState::Ringing,
            State::Announcing(_) => CallState::Announcing,
            State::Talking(talk) => match (talk.third.as_ref(), talk.third_up()) {
                (Some(_), Some((_, With::All))) => CallState::Conference,
                (Some(_), None | Some((_, With::Third))) => CallState::Consulting,
                _ if talk.held() => CallState::Holding,
                _ => CallState::Talking,
            },
            State::Parked(_) => CallState::Parked,
            State::Reaching { .. } => CallState::Reaching,
            State::Outside { .. } => CallState::Outside,
            State::LeavingMessage(_) => CallState::LeavingMessage,
            State::Closing { .. } | State::Ended { .. } => CallState::Closing,
        }
    }
}
