//! Whoever the machine calls has answered: who is it, and what is said to him.

use audio::answering::{Answerer, Judge};

use super::{Call, Listens, State};
use crate::cx::Cx;
use crate::fact::{Party, What};
use crate::line::{Command, EndCause};

impl Call {
    pub(super) fn called_answered(&mut self, cx: &mut Cx, listens: Listens) -> State {
        // The answer of a leg comes once; again, it changes nothing.
        if let Listens::Now { .. } = listens {
            return State::CallingOut { listens };
        }
        cx.fact(What::CallAnswered { call: self.id });
        if listens == Listens::No {
            return self.enter_flow(cx, self.home);
        }
        cx.line(Command::Judge { leg: self.customer });
        // Where no sound comes at all nothing is judged: then it speaks, as to a person who waits.
        State::CallingOut { listens: Listens::Now { until: cx.now + Judge::LONGEST } }
    }

    pub(super) fn judged(&mut self, cx: &mut Cx, answerer: Answerer) -> State {
        match answerer {
            Answerer::Person => self.enter_flow(cx, self.home),
            Answerer::Machine => {
                cx.fact(What::MachineAnswered { call: self.id });
                let state = State::CallingOut { listens: Listens::No };
                self.end(cx, state, Party::System, EndCause::Ours)
            }
        }
    }
}
