//! One of us calls: it rings outside, is answered, and is a conversation like any other.

use super::{Call, Dialling, Far, Stage, State, Talk, third};
use crate::cx::Cx;
use crate::fact::{Mark, Party, What};
use crate::line::{Command, EndCause, RejectStatus};

impl Call {
    /// The agent's own telephone, which we have rung, is on the line: now whoever is called is rung.
    pub(super) fn own_answered(&mut self, cx: &mut Cx, mut dialling: Dialling, far: Far) -> State {
        let Far { to, shown, ring_for } = far;
        cx.dial_as(self.customer, self.id, to, shown, ring_for, false);
        self.away = false;
        let tone = cx.config.phrases.ringing.clone();
        third::sound(cx, dialling.leg, &mut dialling.tone, &tone);
        State::Dialling(Dialling { stage: Stage::Far, ..dialling })
    }

    /// Whoever was called has answered; the telephone that dialled hears so.
    pub(super) fn far_answered(&mut self, cx: &mut Cx, mut dialling: Dialling) -> State {
        if matches!(dialling.stage, Stage::Answered) {
            return State::Dialling(dialling);
        }
        dialling.stage = Stage::Answered;
        cx.fact(What::CallAnswered { call: self.id });
        if dialling.from_desk {
            return self.converse(cx, dialling);
        }
        cx.line(Command::Answer { leg: dialling.leg });
        State::Dialling(dialling)
    }

    /// Both are on the line.
    pub(super) fn converse(&mut self, cx: &mut Cx, mut dialling: Dialling) -> State {
        third::sound(cx, dialling.leg, &mut dialling.tone, &[]);
        let Dialling { agent, leg, with, writing_up, queue, .. } = dialling;
        cx.fact(What::Connected { call: self.id, agent, leg });
        self.served_by = Some(agent);
        self.start_recording(cx);
        self.mark(cx, Mark::AgentJoined);
        let talk = Box::new(Talk { with, writing_up, ..Talk::new(agent, leg, queue) });
        if queue.is_some() { self.announce_number(cx, talk) } else { State::Talking(talk) }
    }

    /// It came to nothing: the telephone that dialled hears why, and everybody is free again.
    pub(super) fn not_answered(&mut self, cx: &mut Cx, dialling: &Dialling, cause: EndCause) {
        let Dialling { agent, leg, with, writing_up, .. } = *dialling;
        if dialling.from_desk || matches!(dialling.stage, Stage::Answered) {
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
        let by = if cause == EndCause::Ours { Party::Agent } else { Party::System };
        cx.ended_for(agent, call, by, Some(cause));
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
        EndCause::NoSuchNumber => RejectStatus::NoSuchNumber,
        EndCause::NoAnswer | EndCause::Unreachable | EndCause::Lost => RejectStatus::Unavailable,
    }
}
