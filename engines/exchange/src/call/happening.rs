//! Everything that can happen to one call.

use kernel::{LegId, PersonId, QueueId, Timestamp};

use crate::fact::TransferTo;
use crate::line::{EndCause, PlayOutcome};

/// Everything that can happen to one call.
#[derive(Debug)]
pub(crate) enum Happening {
    // On the wire.
    CallerAnswered,
    CallerGone(EndCause),
    /// 180 or 183 of whom we called.
    CallerRings,
    /// No packets come from the caller.
    CallerSilent,
    Digit(audio::Digit),
    /// Who has answered a call of the machine.
    Judged(audio::answering::Answerer),
    /// What was being played to the caller has ended.
    Played(PlayOutcome),
    OtherAnswered(LegId),
    OtherGone(LegId, EndCause),
    OtherHeld(LegId, bool),
    // From the distributor.
    Offer {
        agent: PersonId,
        queue: QueueId,
        until: Timestamp,
    },
    Withdraw {
        agent: PersonId,
        why: acd::WithdrawWhy,
    },
    Announce {
        position: u32,
        wait: Option<std::time::Duration>,
    },
    Overflowed {
        how: acd::Overflowed,
        stays: bool,
    },
    /// The distributor does not know the queue.
    NotQueued,
    Moved(QueueId),
    /// The queue a leader chose has no room.
    NotMoved,
    // By the agent on this call.
    Decline,
    Hold,
    Resume,
    HangUp,
    /// By the colleague on the customer's leg.
    ColleagueHangsUp,
    Mute(bool),
    Transfer(TransferTo),
    Consult(TransferTo),
    /// Back to the customer; the third goes.
    DropThird,
    Swap,
    Conference,
    /// The third stays with the customer, the agent goes: after a consultation, or out of a conference.
    HandOver,
    /// Keys that the customer types from now on are secret.
    CollectSecret,
    EndSecret,
    PauseRecording,
    ResumeRecording,
    // By the third, who is one of us.
    ThirdHangsUp,
    ThirdMutes(bool),
    // By a leader.
    MoveTo(QueueId),
    GiveTo {
        agent: PersonId,
        by: PersonId,
    },
    End,
    // From elsewhere.
    /// The agent's telephone can be reached again.
    PhoneBack,
    LookedUp {
        key: String,
        answer: Option<ivr::Answer>,
    },
    Wake,
}

impl Happening {
    /// Somebody at a desk asked for it, and hears so if it does not fit.
    pub fn is_an_agents(&self) -> bool {
        use Happening as H;
        matches!(
            self,
            H::Decline
                | H::Hold
                | H::Resume
                | H::HangUp
                | H::ColleagueHangsUp
                | H::Mute(_)
                | H::Transfer(_)
                | H::Consult(_)
                | H::DropThird
                | H::Swap
                | H::Conference
                | H::HandOver
                | H::CollectSecret
                | H::EndSecret
                | H::PauseRecording
                | H::ResumeRecording
                | H::ThirdHangsUp
                | H::ThirdMutes(_)
        )
    }
}
