//! One of us calls: it rings outside, is answered, and is a conversation like any other.

use super::{Call, Dialling, State, Talk};
use crate::cx::Cx;
use crate::fact::{Mark, What};
use crate::line::{Command, EndCause, RejectStatus};

impl Call {
    /// Whoever was called has answered; the telephone that dialled hears so.
    pub(super) fn far_answered(&mut self, cx: &mut Cx, mut dialling: Dialling) -> State {
        if !dialling.answered {
            dialling.answered = true;
            cx.fact(What::CallAnswered { call: self.id });
            cx.line(Command::Answer { leg: dialling.leg });
        }
        State::Dialling(dialling)
    }

    /// Both are on the line.
    pub(super) fn converse(&mut self, cx: &mut Cx, dialling: Dialling) -> State {
        let Dialling { agent, leg, with, writing_up, answered: _ } = dialling;
        cx.fact(What::Connected { call: self.id, agent, leg });
        self.served_by = Some(agent);
        self.start_recording(cx);
        self.mark(cx, Mark::AgentJoined);
        State::Talking(Talk { with, writing_up, ..Talk::new(agent, leg, None) })
    }

    /// It came to nothing: the telephone that dialled hears why, and everybody is free again.
    pub(super) fn not_answered(&mut self, cx: &mut Cx, dialling: &Dialling, cause: EndCause) {
        let Dialling { agent, leg, with, writing_up, answered } = *dialling;
        if answered {
            cx.hang_up(leg);
        } else {
            cx.reject(leg, status_of(cause));
        }
        let call = self.id;
        let left = match writing_up {
            true => acd::Input::Parted { agent, call },
            false => acd::Input::Disengaged { agent, call },
        };
        cx.acd.push_back(left);
        if let Some(with) = with {
            cx.acd.push_back(acd::Input::Disengaged { agent: with, call });
        }
    }
}

/// What whoever dialled hears of it.
fn status_of(cause: EndCause) -> RejectStatus {
    match cause {
        EndCause::Busy => RejectStatus::Busy,
        EndCause::Declined | EndCause::FarEnd | EndCause::Ours => RejectStatus::Declined,
        EndCause::NoAnswer | EndCause::Unreachable | EndCause::Lost => RejectStatus::Unavailable,
    }
}
