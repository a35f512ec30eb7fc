//! A stretch of a call in which one thing went on: menu, queue, ringing, talking, holding, rating.

use kernel::{FlowId, PersonId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};

/// Ended when `until` is set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Segment {
    pub kind: SegmentKind,
    pub at: Timestamp,
    pub until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
    /// How it ended or what happened in it, as a word the screen translates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// One of us calls: it rings at the other end. `agent` is a colleague who is called.
    Dial,
    /// From t1: hears the menu.
    Menu,
    /// From t2: waits for a person.
    Queue,
    /// An agent's telephone rings. Lies inside `Queue`.
    Ring,
    /// From t4: with an agent.
    Talk,
    /// The caller hears music. Lies inside `Talk`.
    Hold,
    /// The survey after the conversation.
    Rating,
    /// Leaves a message.
    Message,
    /// The agent asks somebody in; the customer waits. Lies inside `Talk`; `agent` is a colleague who was asked.
    Consult,
    /// Customer, agent and whoever was asked talk. Lies inside `Consult`.
    Conference,
    /// The agent's telephone was gone for a moment. Lies inside `Talk`.
    Parked,
    /// A number outside, after a transfer.
    Outside,
}

impl SegmentKind {
    pub fn as_str(self) -> &'static str {
        match self {
            SegmentKind::Dial => "dial",
            SegmentKind::Menu => "menu",
            SegmentKind::Queue => "queue",
            SegmentKind::Ring => "ring",
            SegmentKind::Talk => "talk",
            SegmentKind::Hold => "hold",
            SegmentKind::Rating => "rating",
            SegmentKind::Message => "message",
            SegmentKind::Consult => "consult",
            SegmentKind::Conference => "conference",
            SegmentKind::Parked => "parked",
            SegmentKind::Outside => "outside",
        }
    }
}
